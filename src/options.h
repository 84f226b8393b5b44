/* What all subcommands share: reading options by the command's rows, help, errors, exit statuses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_OPTIONS_H
#define SRC_OPTIONS_H

#include "rack/base/status.h"
#include "src/subcommands.h"

/* What scripts may rely on. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,    /* the work failed */
	EXIT_USAGE = 2,     /* wrong usage; nothing was done */
	EXIT_NO_SERVER = 3, /* no JACK server */
	EXIT_BAD_RACK = 4,  /* a rack file that cannot be used */
};

enum {
	OPTIONS_END = -1,  /* operands are left: argv[optind] ... argv[argc - 1] */
	OPTIONS_STOP = -2, /* return *status: --help was answered, or wrong usage was told */
};

/* The key of the next option (its argument in optarg), by the command's row in the table of commands.h:
 *
 *	for (int key; (key = options_next("render", argc, argv, &status)) != OPTIONS_END;) {
 *		if (key == OPTIONS_STOP)
 *			return status;
 *		...
 *	}
 *	if (!options_operands("render", argc, argv, 3, 3, &status))
 *		return status;
 *
 * A name that is not in the table is a bug (it aborts). Uses getopt_long and its globals: one thread. */
int options_next(const char *command, int argc, char **argv, int *status);

/* After OPTIONS_END: false and a told error when there are not min to max operands (max -1: any number). */
bool options_operands(const char *command, int argc, char **argv, int min, int max, int *status);

/* A whole number from min to max, in decimal and nothing behind it. */
bool options_number(const char *text, long min, long max, long *value);

/* Tells wrong usage ("lacquer: run: REASON") and where help is; returns EXIT_USAGE. */
int options_wrong(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "lacquer: PLACE: REASON" on stderr, control characters shown as '?'. PLACE: a file, a file and line, an address, a
 * command. */
void options_error(const char *place, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for what is wrong with a file, where the reason may name the line ("club.rack:12: unknown ..."). */
void options_file_error(const char *path, const struct reason *);

/* The same where the text names the place itself, as the reasons of rackfile_parse do. */
void options_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Usage line, sentences and options of a command, on stdout. */
void options_print_help(const struct subcommand *);

/* On stdout from column `at` on, broken between words within 80 columns, later lines indented; ends the line. */
void options_print_wrapped(const char *text, int at, int indent);

#endif
