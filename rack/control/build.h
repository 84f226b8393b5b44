/* Chains for the audio thread, made from the model: the chain itself, and the safe one that is heard when the machine
 * cannot keep up with it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_BUILD_H
#define RACK_BUILD_H

#include "rack/control/kernels.h"
#include "rack/control/latency.h"

struct chain;

/* number: rises from one chain to the next. glide_from: parameters that glide start where they are there; NULL: at
 * their own values. NULL is returned where there is no memory. */
struct chain *build_chain(const struct rack *, const struct latency *, const struct kernels *, const struct spec *,
	uint64_t number, const struct rack *glide_from);

/* Whether a change of this parameter (the host's too) may change what the safe chain has to keep. */
bool build_moves_ceiling(const struct rack_slot *, uint32_t param);

/* What the limiter of the safe chain has to be told after such a change: parameters of its slot and their values. */
enum { BUILD_SAFE_SETS = 2 };
struct build_set {
	uint32_t param;
	float value;
};
void build_safe_sets(const struct rack *, struct build_set sets[BUILD_SAFE_SETS]);

#endif
