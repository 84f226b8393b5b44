/* lacquer check: reads rack files as `run` would and tells what is wrong with them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "src/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>

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

static bool is_good(const char *path, int *n_warnings)
{
	struct reason reason;
	char *text;
	size_t size;
	if (file_read(path, RACKFILE_SIZE_MAX, &text, &size, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return false;
	}
	bool good = rackfile_check(path, text, size, print_warning, print_error, n_warnings);
	free(text);
	return good;
}

int check_main(int argc, char **argv)
{
	int status, n_warnings = 0;
	bool strict = false;
	for (int key; (key = options_next("check", argc, argv, &status)) != OPTIONS_END;) {
		if (key == OPTIONS_STOP)
			return status;
		strict |= key == KEY_STRICT;
	}
	if (!options_operands("check", argc, argv, 1, -1, &status))
		return status;
	status = EXIT_DONE;
	for (int i = optind; i < argc; i++) {
		char path[PATH_MAX];
		struct reason reason;
		if (preset_resolve(argv[i], path, sizeof path, &reason) != STATUS_OK) {
			options_error(argv[i], "%s", reason.text);
			status = EXIT_BAD_RACK;
		} else if (!is_good(path, &n_warnings))
			status = EXIT_BAD_RACK;
	}
	return strict && n_warnings ? EXIT_BAD_RACK : status;
}
