/* The analysis thread: measures the rack's taps from a ring of samples; never slows the audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_ANALYSIS_H
#define RACK_ANALYSIS_H

#include "rack/meters/analysers.h"

/* The values of all rows of these taps, where levels_next() tells; NaN: not known. */
struct levels {
	unsigned taps;
	uint32_t n_values;
	const float *values;
	uint64_t frames;      /* that the integrated rows are over */
	uint64_t lost_frames; /* dropped since reset because the thread was too slow; makes the integrated rows doubtful
			       */
	bool paused;
};

struct analysis;

/* Starts the thread (256 KiB stack, plain priority). The taps are in, processed and out, and ref and monitor where
 * they are fed. NULL and a reason on failure. Control thread. */
struct analysis *analysis_new(const struct spec *, unsigned taps, struct reason *);
void analysis_free(struct analysis *); /* ends the thread */

/* What the taps carry in a block, as JACK has it (processed: as the engine has it). NULL: silence. */
struct analysis_block {
	const float *of[N_TAPS][2];
	const double *processed[2];
};

/* Audio thread. n frames of every tap; drops (and counts) what finds no room. */
void analysis_feed(struct analysis *, const struct analysis_block *, uint32_t n) RT;

/* Control thread. What the slots make comes so many frames after their input. */
void analysis_set_delay(struct analysis *, uint32_t frames);

/* Control thread. The latest values, valid until the next call; measured every 10 ms of audio, published every 33 ms or
 * so; every 100 ms while nobody reads them: the first ones after a second without may be that old. */
const struct levels *analysis_read(struct analysis *);

/* One row's values. NULL: the tap is not fed, or has no such row. */
const float *levels_of(const struct levels *, const struct level_place *);
const float *levels_of_role(const struct levels *, enum tap, enum role);

/* Control thread: /meter/reset, /meter/pause, /meter/start. */
void analysis_reset(struct analysis *);
void analysis_pause(struct analysis *, bool paused);

#endif
