/* What all subcommands share: their record, reading options by its rows, help, errors, exit statuses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_OPTIONS_H
#define SRC_OPTIONS_H

#include "rack/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* What scripts may rely on. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,     /* the work failed */
	EXIT_USAGE = 2,      /* wrong usage; nothing was done */
	EXIT_NO_SERVER = 3,  /* no JACK server */
	EXIT_BAD_RACK = 4,   /* a rack file that cannot be used */
	EXIT_NOT_PASSED = 5, /* a check did not pass */
};

/* An option is one row in the file of its subcommand: help, man page and parser come from it. */
struct cli_option {
	char letter;          /* 0: none */
	const char *name;     /* long name; NULL ends the list */
	const char *argument; /* what its argument is called in the help; NULL: it takes none */
	const char *help;     /* a phrase, no full stop */
	/* Sets a field of the subcommand's settings; argument NULL where the row has none. What cannot be set is
	 * BAD_VALUE with a reason, which is told as "lacquer: SUBCOMMAND: --NAME: REASON". */
	enum status (*set)(void *field, const char *argument, struct reason *);
	size_t field; /* offsetof() in the settings */
};

/* Setters for a bool and for a const char *, which points into argv. */
enum status options_set_flag(void *field, const char *argument, struct reason *);
enum status options_set_text(void *field, const char *argument, struct reason *);

enum { OPERANDS_ANY = -1 };

/* A file with a subcommand exports one record, subcommand_NAME, and src/subcommands.c has one line for it. */
struct subcommand {
	const char *name;
	const char *operands;           /* as in the usage line */
	int operands_min, operands_max; /* max OPERANDS_ANY: no limit */
	const char *summary;            /* a phrase for the list of subcommands, no full stop */
	const char *help;               /* whole sentences */
	const struct cli_option *options;
	bool implied;           /* meant where the command line names none; one has it */
	bool negative_operands; /* options stand before the operands, which may start with a minus */
	/* argv[0] is the subcommand's name. Returns an enum exit_status. */
	int (*main)(int argc, char **argv);
};

/* Reads the options into settings, each by the setter of its row. Returns the operands, as many as the record allows,
 * with a NULL behind them; or NULL with *status to end with: --help was answered, or wrong usage was told. Uses
 * getopt_long and its globals: one thread, once. */
char **options_read(const struct subcommand *, int argc, char **argv, void *settings, int *status);

/* A whole number from min to max, in decimal and nothing behind it. */
bool options_number(const char *text, long min, long max, long *value);

/* Tells wrong usage ("lacquer: run: REASON") and where help is; returns EXIT_USAGE. */
int options_wrong(const char *subcommand, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "lacquer: PLACE: REASON" on stderr, control characters shown as '?'. PLACE: a file, a file and line, an address, a
 * subcommand. */
void options_error(const char *place, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for what is wrong with a file, where the reason may name the line ("club.rack:12: unknown ..."). */
void options_file_error(const char *path, const struct reason *);

/* The same where the text names the place itself, as the reasons of rackfile_parse do. */
void options_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Usage line, sentences and options of a subcommand, on stdout. */
void options_print_help(const struct subcommand *);

/* On stdout from column `at` on, broken between words within 80 columns, later lines indented; ends the line. */
void options_print_wrapped(const char *text, int at, int indent);

#endif
