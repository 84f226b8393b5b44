/* A guard behind whatever overshoots by a little: keeps the true peak of both channels below a ceiling. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_PEAK_GUARD_H
#define RACK_DSP_PEAK_GUARD_H

#include "rack/dsp/delay_line.h"
#include "rack/dsp/gain_stage.h"
#include "rack/dsp/true_peak.h"

/* One gain for both channels: what the higher true peak needs, held, released, and smoothed over a short look-ahead. A
 * steady tone gets a gain that stands still, so it gets no sidebands. */
enum {
	PEAK_GUARD_BLOCK_MAX = 64,
	PEAK_GUARD_AHEAD_MAX = 160, /* frames, at 384 kHz */
	PEAK_GUARD_HOLD_MAX = 640,
	PEAK_GUARD_LINE = 512, /* of delayed sound, a power of two */
};

struct peak_guard {
	double release; /* part of the way in a frame */
	uint32_t ahead, hold, wait, waited;
	uint32_t calm; /* frames since the gain was not 1, or had to be less, as far as it matters */
	struct true_peak peaks[2];
	float last_need;
	struct sliding_min held;
	struct gain_stage stage;
	float held_memory[PEAK_GUARD_HOLD_MAX];
	int64_t stage_memory[GAIN_STAGE_WORDS(PEAK_GUARD_AHEAD_MAX)];
	struct delay_line line[2];
	double sound[2][PEAK_GUARD_LINE];
};

/* Control thread. rate: up to 384 kHz. */
void peak_guard_init(struct peak_guard *, double rate);

/* Forgets the sound. */
void peak_guard_reset(struct peak_guard *) RT;

/* Frames that the sound comes later. */
uint32_t peak_guard_delay(double rate) RT;

/* n frames in place, 1 .. PEAK_GUARD_BLOCK_MAX, each no higher than its ceiling (within 0.06 dB). Returns the lowest
 * gain. The same bits however the frames are cut into calls. */
double peak_guard_run(struct peak_guard *, const struct true_peak_filter *, double *const x[2], const double *ceilings,
	uint32_t n) RT;

#endif
