/* Make-up gain that brings a sound which is turned down back to the loudness that it came with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_MAKEUP_H
#define RACK_DSP_MAKEUP_H

#include "rack/dsp/svf.h"

#include <stdint.h>

/* The K-weighted power (ITU-R BS.1770) of the sound before and after its gain, both as running means over 3 s; their
 * ratio in dB, 0 to MAKEUP_MAX_DB, is followed in 2 s. Sections of 10 ms below -70 LUFS, the standard's absolute gate,
 * count for nothing: over silence the gain stands. The means are of power, so a quiet passage hardly moves it either.
 * At the start, and when what turns the sound down is set anew, both times begin at 0.15 s and grow: else a threshold
 * turned up would leave the sound too loud for seconds.
 *
 * Gains move far slower than the weighting filters, so the weighted sound times the gain stands for the weighting of
 * both together. */
#define MAKEUP_MAX_DB 40.0

struct makeup {
	struct svf shelf, highpass;
	double shelf_past[2][2], highpass_past[2][2];
	double mean_part, follow_part; /* of the way in a section */
	uint32_t section, left;        /* frames: of a section, and to its end */
	uint32_t age;                  /* sections that have counted since makeup_relearn */
	double before, after;          /* energies of this section */
	double mean_before, mean_after;
	double db, target, gain, step; /* gain glides to target, which is db, within a section */
};

void makeup_init(struct makeup *, double rate);

/* As after makeup_init. */
void makeup_reset(struct makeup *) RT;

/* What turns the sound down has been set anew: what was learnt about it counts no more. */
static inline void makeup_relearn(struct makeup *m) RT
{
	m->age = 0;
}

/* The gain of the next frame. */
static inline double makeup_next(struct makeup *m) RT
{
	return m->gain += m->step;
}

/* A frame and the gains that turned it down, channel by channel; after makeup_next, once a frame. */
void makeup_hear(struct makeup *, const double x[2], const double gains[2]) RT;

#endif
