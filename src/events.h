/* Event files: OSC messages with the second at which each is to happen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_EVENTS_H
#define SRC_EVENTS_H

#include "rack/base/status.h"

#include <lo/lo.h>
#include <stddef.h>

struct event {
	double seconds;
	unsigned line;
	char *address;
	lo_message body;
};

/* In order of time; those of the same time in the order of the file. */
struct events {
	struct event *list;
	size_t n;
};

/* Lines of SECONDS ADDRESS VALUE..., '#' comments. Values: numbers; T, F, on, off; bare or "quoted" words. The reason
 * names the file and the line. BAD_VALUE, IO, NO_MEMORY; *events is empty then. */
enum status events_read(const char *path, struct events *, struct reason *);
void events_free(struct events *);

#endif
