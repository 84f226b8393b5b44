/* How far long work is, in one line on a terminal; nothing where standard error is none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_PROGRESS_H
#define SRC_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* "rendering" */
	uint32_t rate;
	uint64_t whole; /* frames expected; 0: not known, then the time is shown that is done */
	bool terminal;
	uint64_t shown;
};

void progress_start(struct progress *, const char *what, uint32_t rate, uint64_t whole);
void progress_show(struct progress *, uint64_t done);

/* Clears the line. */
void progress_end(struct progress *);

#endif
