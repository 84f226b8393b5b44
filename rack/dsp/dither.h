/* Reduces samples to whole steps of 16, 20 or 24 bits, with dither and noise shaping. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_DITHER_H
#define RACK_DSP_DITHER_H

#include "rack/base/realtime.h"

#include <stdbool.h>
#include <stdint.h>

/* Triangular dither of two steps peak to peak makes the mean and the power of the error independent of the sound
 * (Lipshitz, Wannamaker, Vanderkooy, Quantization and Dither: A Theoretical Survey, JAES 40 (1992)): white noise of
 * 1/4 step^2. The shapes colour the whole error by feedback: the noise is 1 - sum c[k] z^-(k+1) times that. */
enum dither_shape {
	DITHER_TPDF,
	DITHER_HIGHPASS, /* the difference of successive random numbers: the dither's part tilts up, the error's stays
			  */
	DITHER_SHORT,    /* Wannamaker, Psychoacoustically Optimal Noise Shaping, JAES 40 (1992), 3 taps, F-weighted */
	DITHER_LIPSHITZ, /* Lipshitz, Vanderkooy, Wannamaker, Minimally Audible Noise Shaping, JAES 39 (1991), 5 taps */
	DITHER_WANNAMAKER, /* as the first, 9 taps */
	DITHER_SHAPES
};

enum { DITHER_TAPS_MAX = 9 };

/* The curves are those of the ear at 44.1 kHz. From 40 to 50 kHz they are used as they are (at 48 kHz all frequencies
 * are 9 % higher); elsewhere they would put the noise in the wrong place, and DITHER_HIGHPASS takes theirs. */
enum dither_shape dither_shape_at(enum dither_shape, double rate) RT;

/* c[] of a shape; returns how many, 0 for the first two. */
uint32_t dither_taps(enum dither_shape, const double **taps) RT;

/* Zeroed and reset before use. */
struct dither {
	double rate;
	uint32_t bits; /* 16, 20, 24 */
	enum dither_shape shape;
	bool blank; /* no dither after BLANK_MS of silence */

	uint64_t random[2];
	double last[2];                   /* random numbers, for the high pass */
	double error[2][DITHER_TAPS_MAX]; /* the newest first, in steps */
	uint32_t silent;                  /* frames of silence so far; before any sound it counts as long enough */
	bool heard;                       /* sound since reset */
};

/* Forgets the past; the same random numbers begin again. */
void dither_reset(struct dither *) RT;

/* n frames in place. What comes out is k 2^(1 - bits), -1 <= it < 1: what would be beyond is clipped, not wrapped, and
 * counted in the return value. Silence (below -200 dBFS) stays silence until the first sound, and 0.7 s after sound
 * when blank is on. Dither and shape add at most 2 steps (TPDF), 34 (the 9 taps) to a peak: 0.01 dB at 16 bits, so any
 * ceiling of -0.01 dBFS or less is never clipped. */
uint32_t dither_process(struct dither *, double *const io[2], uint32_t n) RT;

/* Whether dither has nothing to do: the sample is on the grid already. */
static inline bool dither_on_grid(double x, uint32_t bits) RT
{
	double steps = x * (double)(1u << (bits - 1));
	return steps == (double)(int64_t)steps;
}

#endif
