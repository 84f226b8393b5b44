/* The subcommands: one table of names, texts and functions, from which dispatch, --help and the man page come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_SUBCOMMANDS_H
#define SRC_SUBCOMMANDS_H

#include <stdbool.h>
#include <stddef.h>

/* Keys of options that have no letter. */
enum {
	KEY_OSC = 256,
	KEY_OSC_BIND,
	KEY_OSC_ALLOW,
	KEY_OSC_SURFACE,
	KEY_NO_RESTORE,
	KEY_BITS,
	KEY_EVENTS,
	KEY_JSON,
	KEY_TO,
	KEY_MAN,
	KEY_ASCII,
	KEY_NO_COLOR,
	KEY_MOUSE,
	KEY_FPS,
	KEY_STRICT,
	KEY_MARKDOWN,
};

struct cli_option {
	int key;              /* its letter, or one of the keys above */
	const char *name;     /* long name; NULL ends the list */
	const char *argument; /* what its argument is called in the help; NULL: it takes none */
	const char *help;     /* a phrase, no full stop */
};

struct subcommand {
	const char *name;
	const char *operands; /* as in the usage line */
	const char *summary;  /* a phrase for the list of commands, no full stop */
	const char *help;     /* whole sentences */
	const struct cli_option *options;
	bool negative_operands; /* options stand before the operands, which may start with a minus */
	/* argv[0] is the command's name. Returns an enum exit_status. */
	int (*main)(int argc, char **argv);
};

extern const struct subcommand subcommands[];
extern const size_t n_subcommands;

const struct subcommand *subcommand_find(const char *name); /* NULL: none such */

int run_main(int argc, char **argv);
int attach_main(int argc, char **argv);
int render_main(int argc, char **argv);
int measure_main(int argc, char **argv);
int get_main(int argc, char **argv);
int set_main(int argc, char **argv);
int watch_main(int argc, char **argv);
int describe_main(int argc, char **argv);
int check_main(int argc, char **argv);

#endif
