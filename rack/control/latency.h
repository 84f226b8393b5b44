/* The delay given to each slot and to the rack: it grows with what the modules need and stays, so that nothing moves in
 * time until it is released. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_LATENCY_H
#define RACK_LATENCY_H

#include "rack/model/rack.h"

/* Zeroed: nothing is given yet. */
struct latency {
	struct {
		uint32_t uid, frames;
	} slots[RACK_SLOTS_MAX];
	uint32_t frames; /* of the rack, at least their sum */
};

/* Frames that the slot's module needs with its values. */
uint32_t latency_needed(const struct rack_slot *, const struct spec *);

/* Gives what the rack needs beyond what it has; slots that have gone are forgotten. True: a slot got more than it had,
 * and the chain has to be made anew. */
bool latency_grow(struct latency *, const struct rack *, const struct spec *);

/* Takes back what is given beyond need, of the rack and of each slot. False: nothing is. */
bool latency_release(struct latency *, const struct rack *, const struct spec *);

/* Frames given to the slot with this uid. */
uint32_t latency_of(const struct latency *, uint32_t uid);

#endif
