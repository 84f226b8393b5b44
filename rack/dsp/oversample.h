/* Oversampling by 2 to 16 for whatever makes harmonics: half-band stages with linear phase. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_OVERSAMPLE_H
#define RACK_DSP_OVERSAMPLE_H

#include "rack/base/realtime.h"

#include <stdint.h>

/* Each stage doubles the rate by a half-band filter: every other point is a point of the lower rate itself, the one
 * between is a sum over pairs around it (sinc within Kaiser's window; Vaidyanathan, Multirate Systems and Filter Banks,
 * ch. 4). The first has to be steep, flat to 20 kHz at 44.1 kHz and down 100 dB from 24.1 kHz on; the others have an
 * octave of room and more. Back down the same filters run in reverse order.
 *
 * The points of the higher rate are not one stream but one array for each phase: all points that lie the same way
 * behind a frame. So a filter is a sum of arrays, and nothing is ever interleaved. */
enum {
	OVERSAMPLE_STAGES = 4,
	OVERSAMPLE_PAIRS = 36,
	OVERSAMPLE_FACTOR_MAX = 1 << OVERSAMPLE_STAGES,
	OVERSAMPLE_BLOCK_MAX = 64, /* frames of one call, at the lower rate */
};

/* The taps of a sum are where their arrays lie in the memory of struct oversample, two for each pair. */
struct oversample_filter {
	double half[OVERSAMPLE_STAGES][OVERSAMPLE_PAIRS];
	int32_t up[OVERSAMPLE_FACTOR_MAX - 1][2 * OVERSAMPLE_PAIRS];
	int32_t down[OVERSAMPLE_FACTOR_MAX - 1][2 * OVERSAMPLE_PAIRS], down_even[OVERSAMPLE_FACTOR_MAX - 1];
};

/* Control thread. */
void oversample_design(struct oversample_filter *);

enum {
	OVERSAMPLE_LONG = 72, /* past frames that the first stage needs, and those that the others do */
	OVERSAMPLE_SHORT = 8,
	OVERSAMPLE_MEMORY = 3 * (OVERSAMPLE_LONG + OVERSAMPLE_BLOCK_MAX) +
			    (3 * OVERSAMPLE_FACTOR_MAX - 3) * (OVERSAMPLE_SHORT + OVERSAMPLE_BLOCK_MAX),
};

/* One channel's past; zeroed memory is silence. */
struct oversample {
	uint32_t last_up, last_down; /* frames of the last calls */
	double memory[OVERSAMPLE_MEMORY];
};

/* From n frames the arrays of 1 << stages phases: point p of frame i is points[p][i]. There is one more:
 * points[1 << stages] is the first phase of the next frame. They hold until the next call. stages from 1 on; the same
 * bits however the frames are cut into calls. */
void oversample_up(struct oversample *, const struct oversample_filter *, int stages, const double *x, uint32_t n,
	const double **points) RT;

/* Where the 1 << stages phases shall be written for oversample_down, n points each. */
void oversample_room(struct oversample *, int stages, double **points) RT;

/* Back to n frames. lift: the sound is multiplied by about 1 + lift w^2, w in radians a point of the doubled rate, to
 * make up for means that were taken on the way. */
void oversample_down(
	struct oversample *, const struct oversample_filter *, int stages, double lift, double *x, uint32_t n) RT;

/* Delay of both ways together, in frames. */
uint32_t oversample_delay(int stages) RT;

#endif
