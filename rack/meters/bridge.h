/* The meter bridge: all analysers over a set of taps, without thread or ring; for the analysis thread, files and tests.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_BRIDGE_H
#define RACK_BRIDGE_H

#include "rack/meters/analysers.h"

struct bridge;

/* TAP_PROCESSED needs TAP_IN beside it. NULL: no memory. Allocates only here. One thread at a time. */
struct bridge *bridge_new(const struct spec *, unsigned taps);
void bridge_free(struct bridge *);

uint32_t bridge_hop_frames(const struct bridge *); /* 10 ms */

/* The next hop: in each frame left and right of each of the taps, in their order. What is not finite or beyond 1e6
 * counts as silence. */
void bridge_hear(struct bridge *, const float *frames);

/* levels_count_values() values of all rows of the taps; NaN where one is not known. */
void bridge_read(struct bridge *, float *values);

/* Frames that the integrated rows are over. */
uint64_t bridge_frames(const struct bridge *);

/* The integrated rows start anew together; or stand still together while the others go on. */
void bridge_reset(struct bridge *);
void bridge_pause(struct bridge *, bool paused);

/* What the slots make comes so many frames after their input. */
void bridge_set_delay(struct bridge *, uint32_t frames);

#endif
