/* lacquer check: reads rack files as `run` would and tells what is wrong with them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/file.h"
#include "rack/preset.h"
#include "src/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>

static void print_warning(void *user, const char *place, const char *text)
{
	(void)user;
	options_error(place, "warning: %s", text);
}

/* The reason names the file already when the text was read, so that its line can be in it. */
static bool is_good(const char *path)
{
	struct reason reason;
	char *text;
	size_t size;
	if (file_read(path, RACKFILE_SIZE_MAX, &text, &size, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return false;
	}
	struct rack rack;
	bool good = rackfile_parse(path, text, size, &rack, NULL, print_warning, NULL, &reason) == STATUS_OK;
	free(text);
	if (!good)
		options_message("%s", reason.text);
	return good;
}

int check_main(int argc, char **argv)
{
	int status;
	/* There is no option but --help. */
	if (options_next("check", argc, argv, &status) != OPTIONS_END ||
		!options_operands("check", argc, argv, 1, -1, &status))
		return status;
	status = EXIT_DONE;
	for (int i = optind; i < argc; i++) {
		char path[PATH_MAX];
		struct reason reason;
		if (preset_resolve(argv[i], path, sizeof path, &reason) != STATUS_OK) {
			options_error(argv[i], "%s", reason.text);
			status = EXIT_BAD_RACK;
		} else if (!is_good(path))
			status = EXIT_BAD_RACK;
	}
	return status;
}
