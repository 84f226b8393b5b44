/* Event files: OSC messages with the second at which each is to happen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_EVENTS_H
#define SRC_EVENTS_H

#include "rack/base/status.h"

#include <stddef.h>

struct word;

struct event {
	double seconds;
	unsigned line;
	const char *address;
	size_t first_word, n_words;
};

/* In order of time; those of the same time in the order of the file. */
struct events {
	struct event *list;
	size_t n;
	struct word *words; /* of all events */
	size_t n_words;
	char *text; /* what addresses and words point into */
};

/* Lines of SECONDS ADDRESS VALUE..., '#' comments; a byte-order mark at the start is passed over. Values: as
 * osc/wire/word.h reads them; text in "quotes" may hold spaces. The reason names the file and the line. BAD_VALUE, IO,
 * NO_MEMORY; *events is empty then. */
enum status events_read(const char *path, struct events *, struct reason *);
void events_free(struct events *);

#endif
