/* The rack that a start begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_LOAD_H
#define SRC_LOAD_H

#include "src/state.h"

struct load {
	struct control *control;
	struct state *state;
	const char *rack; /* file or preset that was asked for; NULL: none */
	bool no_restore;
	bool resumed; /* the process's former program has saved what it played a moment ago, which goes before all */
};

/* What was asked for, else what was saved, else a neutral rack: which, and what of a saved one is easily missed
 * (bypass, match, solo, another snapshot than A), is told on stderr. EXIT_DONE, or what to end with: the rack that was
 * asked for cannot be used (EXIT_BAD_RACK), or there was no memory (EXIT_FAILED); told on stderr. */
int load_rack(const struct load *);

/* Reads the rack that was asked for once more and glides there; says what became of it on stderr, and leaves all as it
 * is where the file cannot be used. */
void load_again(const struct load *);

#endif
