/* lacquer measure: loudness and peaks of files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/measurement.h"
#include "src/options.h"

#include <getopt.h>

static bool measure_file(const char *path, bool json)
{
	struct measurement m;
	struct reason reason;
	if (measurement_of_file(&m, path, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return false;
	}
	if (json) {
		fputc('{', stdout);
		measurement_print_json(&m, path, stdout);
		fputs("}\n", stdout);
	} else {
		measurement_print(&m, path, stdout);
	}
	return true;
}

/* A file that cannot be measured does not keep the others from it. */
int measure_main(int argc, char **argv)
{
	bool json = false, all = true;
	int status;
	for (int key; (key = options_next("measure", argc, argv, &status)) != OPTIONS_END;) {
		if (key == OPTIONS_STOP)
			return status;
		json = true;
	}
	if (!options_operands("measure", argc, argv, 1, -1, &status))
		return status;
	for (int i = optind; i < argc; i++)
		all &= measure_file(argv[i], json);
	return all ? EXIT_DONE : EXIT_FAILED;
}
