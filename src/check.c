/* lacquer check: reads rack files, and files of loudness targets, as the program would and reports what is wrong. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "rack/model/targetfile.h"
#include "src/options.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void print_warning(void *user, const char *place, const char *text)
{
	int *n_warnings = user;
	++*n_warnings;
	options_error(place, "warning: %s", text);
}

/* It names the file already, with the line. */
static void print_error(void *user, const char *text)
{
	(void)user;
	options_message("%s", text);
}

/* By its name: the two kinds look alike. */
static bool holds_targets(const char *path)
{
	size_t length = strlen(path);
	return length > 5 && strcmp(path + length - 5, ".conf") == 0;
}

static bool targets_are_good(const char *path, const char *text, size_t size)
{
	struct reason reason;
	struct targets *targets = calloc(1, sizeof *targets);
	enum status status = STATUS_NO_MEMORY;
	if (targets)
		status = targetfile_parse(path, text, size, targets, print_error, NULL, &reason);
	else
		options_error(path, "no memory");
	free(targets);
	return status == STATUS_OK;
}

static bool is_good(const char *path, int *n_warnings)
{
	struct reason reason;
	char *text;
	size_t size;
	if (file_read(path, RACKFILE_SIZE_MAX, &text, &size, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return false;
	}
	bool good = holds_targets(path) ? targets_are_good(path, text, size)
					: rackfile_check(path, text, size, print_warning, print_error, n_warnings);
	free(text);
	return good;
}

struct choice {
	bool strict;
};

static int check_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 0, "strict", NULL, "Warnings too make the status 4: unknown modules and keys, duplicate keys",
		options_set_flag, offsetof(struct choice, strict) },
	{ .name = NULL },
};

const struct subcommand subcommand_check = {
	.name = "check",
	.operands = "RACK...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.summary = "Validate rack files and files of loudness targets",
	.help = "Reads rack files (or presets by name) as 'run' would, and reports every error and warning with its line; "
		"a FILE.conf holds loudness targets (targets.conf). The status is 4 when one of them cannot be used.",
	.options = options,
	.main = check_main,
};

static int check_main(int argc, char **argv)
{
	struct choice choice = { 0 };
	int status, n_warnings = 0;
	char **racks = options_read(&subcommand_check, argc, argv, &choice, &status);
	if (!racks)
		return status;
	status = EXIT_DONE;
	for (; *racks; racks++) {
		char path[PATH_MAX];
		struct reason reason;
		if (!holds_targets(*racks) && preset_resolve(*racks, path, sizeof path, &reason) != STATUS_OK) {
			options_error(*racks, "%s", reason.text);
			status = EXIT_BAD_RACK;
		} else if (!is_good(holds_targets(*racks) ? *racks : path, &n_warnings))
			status = EXIT_BAD_RACK;
	}
	return choice.strict && n_warnings ? EXIT_BAD_RACK : status;
}
