/* Splits stereo into up to five bands at 24 dB/oct: Linkwitz-Riley of fourth order, with minimum or with linear phase.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_CROSSOVER_H
#define RACK_DSP_CROSSOVER_H

#include "rack/base/realtime.h"
#include "rack/dsp/pair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CROSSOVERS_MAX = 4,
	CROSSOVER_BANDS_MAX = CROSSOVERS_MAX + 1,
	CROSSOVER_PIECE = 8, /* frames of one call at most; linear phase works in steps of two pieces */
};

/* A Butterworth section of second order as trapezoidal integrators, see svf.h: s1' = p s1 + t e, s2' = s2 + t s1 + q e.
 * Straight glides between two of them are stable. */
enum { CROSSOVER_P, CROSSOVER_T, CROSSOVER_Q, CROSSOVER_NUMBERS };

typedef double crossover_numbers[CROSSOVERS_MAX][CROSSOVER_NUMBERS];

/* The numbers for a corner at hz (held below 0.45 of the rate). Any thread. */
void crossover_design(double numbers[CROSSOVER_NUMBERS], double hz, double rate) RT;

/* ---- Minimum phase
 *
 * Linkwitz, Active Crossover Networks for Noncoincident Drivers, JAES 24 (1976), with squared Butterworth filters: low
 * and high pass of a crossover add up to the all-pass of one Butterworth section. The bands are a tree, split in the
 * middle first; a branch goes through the all-passes of the crossovers that it does not meet, so all bands are turned
 * alike and their sum is the product of the all-passes: flat. A high pass is computed as all-pass minus low pass, which
 * holds while the corners move as well. */
enum { CROSSOVER_SECTIONS = 12 };

struct crossover {
	pair s[CROSSOVER_SECTIONS][2];
};

/* n (1 .. CROSSOVER_PIECE) frames x into n_bands (2 .. 5) bands each. The numbers of frame i are
 * from + step (at + i), or from when step is NULL. Frequencies in ascending order. */
void crossover_split(struct crossover *, uint32_t n_bands, const crossover_numbers from, const crossover_numbers step,
	uint32_t at, const pair *x, pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT;

/* ---- Linear phase
 *
 * A Butterworth section run forwards and backwards has the magnitude of the Linkwitz-Riley low pass, 1 / (1 + W^4), and
 * no phase (Powell and Chau, A technique for realizing linear phase IIR filters, IEEE Trans. Signal Processing 39
 * (1991)). The bands are the differences of neighbouring low passes, W2^4 - W1^4 over both denominators: 24 dB/oct on
 * both sides, and they add up to the delayed input whatever the filters do. Backwards goes in blocks: each starts two
 * blocks late with empty filters, whose error has fallen to exp(-2 blocks / (time constant)), -100 dB for 40 Hz. The
 * work of a block is spread evenly over the time of the next. */
struct crossover_linear {
	uint32_t block;    /* frames */
	uint32_t at;       /* next frame's place in the ring of five blocks */
	uint32_t back;     /* the backward pass stands before this place */
	uint32_t to_write; /* backward frames that still only warm up */
	pair forward[CROSSOVERS_MAX][2], backward[CROSSOVERS_MAX][2];
	crossover_numbers last;
	bool started; /* last and the ring of numbers hold some */
};

/* Frames of delay at this rate: 4096 at 48 kHz. */
uint32_t crossover_linear_delay(double rate) RT;

/* Bytes of memory that belong to a splitter and are given to each call, aligned to 16. */
size_t crossover_linear_memory(double rate) RT;

/* Without a past; its memory must be zeroed. piece_at: frames since the last piece was full. */
void crossover_linear_reset(struct crossover_linear *, double rate, uint32_t piece_at) RT;

/* As crossover_split; a piece must not reach over the end of CROSSOVER_PIECE frames. now: the numbers at the
 * end of this piece, which the filters reach in straight glides of two pieces. */
void crossover_linear_split(struct crossover_linear *, void *memory, uint32_t n_bands, const crossover_numbers now,
	const pair *x, pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT;

/* The bands that it gave, with any n_bands, `ago` frames before it came to where it is: BLOCK_MAX at most. */
void crossover_linear_again(const struct crossover_linear *, const void *memory, uint32_t n_bands, uint32_t ago,
	pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT;

#endif
