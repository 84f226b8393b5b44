/* Oversampling by 2 to 16 for whatever makes harmonics: half-band stages with linear phase. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_OVERSAMPLE_H
#define RACK_DSP_OVERSAMPLE_H

#include "rack/realtime.h"

#include <stdint.h>

/* Each stage doubles the rate by a half-band filter: every other point is an input frame itself, the point between is a
 * sum over pairs around it (sinc within Kaiser's window; Vaidyanathan, Multirate Systems and Filter Banks, ch. 4). The
 * first has to be steep, flat to 20 kHz at 44.1 kHz and down 100 dB from 24.1 kHz on; the others have an octave of room
 * and more. Back down the same filters run in reverse order. */
enum {
	OVERSAMPLE_STAGES = 4,
	OVERSAMPLE_PAIRS = 36,
	OVERSAMPLE_FACTOR_MAX = 1 << OVERSAMPLE_STAGES,
	OVERSAMPLE_BLOCK_MAX = 64, /* frames of one call, at the lower rate */
};

struct oversample_filter {
	double half[OVERSAMPLE_STAGES][OVERSAMPLE_PAIRS];
};

/* Control thread. */
void oversample_design(struct oversample_filter *);

/* One channel's past; zeroed memory is silence. */
struct oversample {
	double up[OVERSAMPLE_STAGES][2 * OVERSAMPLE_PAIRS - 1];
	double even[OVERSAMPLE_STAGES][OVERSAMPLE_PAIRS - 1], odd[OVERSAMPLE_STAGES][2 * OVERSAMPLE_PAIRS - 1];
};

/* n frames to n << stages at y, and back. The same bits however the frames are cut into calls. */
void oversample_up(
	struct oversample *, const struct oversample_filter *, int stages, const double *x, double *y, uint32_t n) RT;
void oversample_down(
	struct oversample *, const struct oversample_filter *, int stages, const double *y, double *x, uint32_t n) RT;

/* Delay of both ways together, in frames of the higher rate. */
uint32_t oversample_delay(int stages) RT;

#endif
