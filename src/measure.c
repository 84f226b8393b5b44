/* lacquer measure: loudness and peaks of files, and whether they meet loudness targets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/targetfile.h"
#include "src/filemeasure.h"
#include "src/json.h"
#include "src/options.h"
#include "src/verdict.h"

#include <stdlib.h>

struct choice {
	bool json;
	const char *target_names; /* NULL: none */

	struct targets *targets;
	const struct target *chosen[TARGETS_MAX];
	uint32_t n_chosen;
};

static bool print(const struct choice *choice, const struct measurement *m, const char *path)
{
	bool met = true;
	if (!choice->json) {
		measurement_print(m, path, stdout);
		return verdict_print(choice->chosen, choice->n_chosen, m, stdout);
	}
	struct json j;
	json_start(&j, stdout);
	json_object(&j, NULL, JSON_INLINE);
	measurement_print_json(m, path, &j);
	if (choice->target_names)
		met = verdict_print_json(choice->chosen, choice->n_chosen, m, &j);
	json_end(&j);
	return met;
}

static enum exit_status measure_file(const struct choice *choice, const char *path)
{
	struct measurement m;
	struct reason reason;
	if (filemeasure(&m, path, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return EXIT_FAILED;
	}
	measurement_warn(&m, path);
	return print(choice, &m, path) ? EXIT_DONE : EXIT_NOT_PASSED;
}

/* Before the first file is read: a mistyped name costs no time. */
static int choose(struct choice *choice)
{
	struct reason reason;
	if (!choice->target_names)
		return EXIT_DONE;
	choice->targets = calloc(1, sizeof *choice->targets);
	if (!choice->targets)
		return options_error("measure", "no memory"), EXIT_FAILED;
	if (targets_load(choice->targets, &reason) != STATUS_OK)
		return options_message("%s", reason.text), EXIT_FAILED;
	if (targets_choose(choice->targets, choice->target_names, choice->chosen, &choice->n_chosen, &reason) !=
		STATUS_OK)
		return options_wrong("measure", "--target: %s", reason.text);
	return EXIT_DONE;
}

static int measure_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 0, "json", NULL, "One JSON object a line, null where a value is undefined", options_set_flag,
		offsetof(struct choice, json) },
	{ 0, "target", "NAME,...", "Say of each loudness target whether the file meets it (spotify, ebu-r128, ...)",
		options_set_text, offsetof(struct choice, target_names) },
	{ .name = NULL },
};

const struct subcommand subcommand_measure = {
	.name = "measure",
	.operands = "FILE...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.summary = "Measure loudness and peaks of sound files",
	.help = "Measures loudness (EBU R 128), true peak and sample peak of sound files. With --target it says of each "
		"target ok, loud, soft, peak (the true peak is too high) or wait (there is no loudness to judge: silence), by "
		"how much the loudness is off and what the service will turn; the status is 5 when one is not ok. The targets, "
		"with their sources and dates, are those of targets.conf beside the example racks and of your own "
		"lacquer/targets.conf in the configuration folder.",
	.options = options,
	.main = measure_main,
};

/* A file that cannot be measured does not keep the others from it; it weighs more than one that does not pass. */
static int measure_main(int argc, char **argv)
{
	struct choice choice = { 0 };
	int status;
	char **files = options_read(&subcommand_measure, argc, argv, &choice, &status);
	if (!files)
		return status;
	status = choose(&choice);
	for (bool chosen = status == EXIT_DONE; chosen && *files; files++) {
		enum exit_status of_file = measure_file(&choice, *files);
		if (of_file != EXIT_DONE && status != EXIT_FAILED)
			status = (int)of_file;
	}
	free(choice.targets);
	return status;
}
