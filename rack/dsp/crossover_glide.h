/* Moves the corners of a crossover smoothly, for the modules that split into bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_CROSSOVER_GLIDE_H
#define RACK_DSP_CROSSOVER_GLIDE_H

#include "rack/dsp/crossover.h"

/* A corner that moves turns the phase of what it passes; a jump of two octaves, even within 10 ms, would be heard. So
 * its pitch, ln Hz, is smoothed by two one-pole filters, one behind the other, looked at every CROSSOVER_PIECE frames.
 */
struct crossover_glide {
	double rate, way; /* way: part of it in a piece */
	double wanted[CROSSOVERS_MAX], pitch[2][CROSSOVERS_MAX];
	crossover_numbers from, step, target; /* at the start of the piece, a frame, at its end */
	bool moving;                          /* else the corners stand at target */
};

/* Any thread. ms: time constant of each filter. */
void crossover_glide_init(struct crossover_glide *, double rate, double ms);

/* Where the corners shall be, in Hz, ascending; at_once: where they are. From rest nothing moves before the next
 * crossover_glide_next. */
void crossover_glide_to(struct crossover_glide *, const double hz[CROSSOVERS_MAX], bool at_once) RT;

/* The corners are where they shall be. */
void crossover_glide_land(struct crossover_glide *) RT;

/* At the end of each piece: the next one's from, step and target. Does nothing at rest. */
void crossover_glide_next(struct crossover_glide *) RT;

#endif
