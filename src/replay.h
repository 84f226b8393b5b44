/* The events of a file, applied to a rack as the offline loop reaches their frames. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_REPLAY_H
#define SRC_REPLAY_H

#include "src/events.h"
#include "src/offline.h"

/* Zero before use. */
struct replay {
	const char *path; /* of the event file, for reasons */
	struct events events;
	struct control *control;
	struct direct *direct;
	uint32_t rate;
	size_t next;
	bool warned; /* of what has no effect offline */
};

/* Reads the file. The reason names it, with the line. */
enum status replay_open(struct replay *, const char *path, struct reason *);

/* After control_start(). NO_MEMORY. */
enum status replay_start(struct replay *, struct control *, uint32_t rate, struct reason *);

struct offline_events replay_events(struct replay *);

/* The line of the first event that has not come yet; 0: none is left. */
unsigned replay_pending(const struct replay *);

void replay_close(struct replay *);

#endif
