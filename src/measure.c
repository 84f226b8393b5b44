/* lacquer measure: loudness and peaks of files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/filemeasure.h"
#include "src/json.h"
#include "src/options.h"

static bool measure_file(const char *path, bool json)
{
	struct measurement m;
	struct reason reason;
	if (filemeasure(&m, path, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return false;
	}
	measurement_warn(&m, path);
	if (json) {
		struct json j;
		json_start(&j, stdout);
		json_object(&j, NULL, JSON_INLINE);
		measurement_print_json(&m, path, &j);
		json_end(&j);
	} else {
		measurement_print(&m, path, stdout);
	}
	return true;
}

struct choice {
	bool json;
};

static int measure_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 0, "json", NULL, "One JSON object a line, null where a value is undefined", options_set_flag,
		offsetof(struct choice, json) },
	{ .name = NULL },
};

const struct subcommand subcommand_measure = {
	.name = "measure",
	.operands = "FILE...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.summary = "Measure loudness and peaks of sound files",
	.help = "Measures loudness (EBU R 128), true peak and sample peak of sound files.",
	.options = options,
	.main = measure_main,
};

/* A file that cannot be measured does not keep the others from it. */
static int measure_main(int argc, char **argv)
{
	struct choice choice = { 0 };
	bool all = true;
	int status;
	char **files = options_read(&subcommand_measure, argc, argv, &choice, &status);
	if (!files)
		return status;
	for (; *files; files++)
		all &= measure_file(*files, choice.json);
	return all ? EXIT_DONE : EXIT_FAILED;
}
