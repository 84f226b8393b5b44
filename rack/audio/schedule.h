/* Transactions that wait in the audio thread for their frame. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_SCHEDULE_H
#define RACK_SCHEDULE_H

#include "rack/audio/change.h"
#include "rack/base/ring.h"

enum { SCHEDULE_CHANGES = 2048, SCHEDULE_NONE = -1 };

/* Nodes of fixed memory in two lists: free ones, and waiting ones by frame (those of the same frame in order of
 * arrival). */
struct schedule {
	struct schedule_node {
		struct change change;
		uint64_t frame;
		int next;
	} nodes[SCHEDULE_CHANGES];
	int free, first;
	uint32_t n_free;
};

void schedule_init(struct schedule *);

/* Copies the first n changes of the ring (a BEGIN and its changes) for later. False: no room, nothing copied. */
bool schedule_add(struct schedule *, struct ring *, uint32_t n, uint64_t frame) RT;

/* The frame of the first waiting change; UINT64_MAX: none waits. */
uint64_t schedule_next(const struct schedule *) RT;

/* Takes the first waiting change out. There must be one. */
struct change schedule_take(struct schedule *) RT;

/* The lowest sequence that waits; UINT64_MAX: none. */
uint64_t schedule_sequence(const struct schedule *) RT;

#endif
