/* Dither, noise shaping and the random numbers for them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/dither.h"

#include <math.h>
#include <string.h>

#define SILENCE 1e-10 /* -200 dBFS: the last of a decaying filter is silence too */
#define BLANK_MS 700.0
#define ROUND 6755399441055744.0 /* 1.5 2^52: what is added to it becomes a whole number, the nearest */
#define CURVES_FROM 40000.0
#define CURVES_TO 50000.0

static const double short_taps[] = { 1.623, -0.982, 0.109 };
static const double lipshitz_taps[] = { 2.033, -2.165, 1.959, -1.590, 0.6149 };
static const double wannamaker_taps[] = { 2.412, -3.370, 3.937, -4.174, 3.353, -2.205, 1.281, -0.569, 0.0847 };

enum dither_shape dither_shape_at(enum dither_shape shape, double rate) RT
{
	bool curve = shape != DITHER_TPDF && shape != DITHER_HIGHPASS;
	return curve && !(rate >= CURVES_FROM && rate <= CURVES_TO) ? DITHER_HIGHPASS : shape;
}

uint32_t dither_taps(enum dither_shape shape, const double **taps) RT
{
	switch (shape) {
	case DITHER_SHORT:
		*taps = short_taps;
		return sizeof short_taps / sizeof *short_taps;
	case DITHER_LIPSHITZ:
		*taps = lipshitz_taps;
		return sizeof lipshitz_taps / sizeof *lipshitz_taps;
	case DITHER_WANNAMAKER:
		*taps = wannamaker_taps;
		return sizeof wannamaker_taps / sizeof *wannamaker_taps;
	default:
		*taps = NULL;
		return 0;
	}
}

static void forget_errors(struct dither *d) RT
{
	memset(d->last, 0, sizeof d->last);
	memset(d->error, 0, sizeof d->error);
}

void dither_reset(struct dither *d) RT
{
	d->random[0] = 0x9e3779b97f4a7c15u;
	d->random[1] = 0xd1b54a32d192ed03u;
	d->silent = 0;
	d->heard = false;
	forget_errors(d);
}

/* Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators (2014): 64 random bits. */
static uint64_t next_random(uint64_t *state) RT
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* In steps: two independent numbers from 0 to 1, or this one and the last. */
static double dither_of(struct dither *d, int channel, bool highpass) RT
{
	uint64_t bits = next_random(&d->random[channel]);
	double one = (double)(bits >> 32) / 4294967296.0, other = (double)(bits & 0xffffffffu) / 4294967296.0;
	if (highpass) {
		other = d->last[channel];
		d->last[channel] = one;
	}
	return one - other;
}

static double reduce(struct dither *d, int channel, double x, const double *taps, uint32_t n_taps, bool highpass) RT
{
	double *error = d->error[channel], wanted = x;
	for (uint32_t k = 0; k < n_taps; k++)
		wanted -= taps[k] * error[k];
	double got = wanted + dither_of(d, channel, highpass) + ROUND - ROUND;
	for (uint32_t k = n_taps; k > 1; k--)
		error[k - 1] = error[k - 2];
	error[0] = got - wanted;
	return got;
}

/* Whether this frame is left silent. */
static bool blanks(struct dither *d, double left, double right) RT
{
	if (!(fabs(left) < SILENCE && fabs(right) < SILENCE)) {
		d->heard = true;
		d->silent = 0;
		return false;
	}
	if (!d->heard)
		return true;
	if (d->silent < d->rate * BLANK_MS * 1e-3) {
		d->silent++;
		return false;
	}
	if (d->blank)
		forget_errors(d);
	return d->blank;
}

uint32_t dither_process(struct dither *d, double *const io[2], uint32_t n) RT
{
	enum dither_shape shape = dither_shape_at(d->shape, d->rate);
	double steps = (double)(1u << (d->bits - 1)), step = 1 / steps; /* a power of two: nothing is rounded */
	const double *taps;
	uint32_t n_taps = dither_taps(shape, &taps), clipped = 0;
	for (uint32_t i = 0; i < n; i++) {
		bool blank = blanks(d, io[0][i], io[1][i]);
		for (int c = 0; c < 2; c++) {
			double got = blank ? 0 : reduce(d, c, io[c][i] * steps, taps, n_taps, shape == DITHER_HIGHPASS);
			clipped += got < -steps || got > steps - 1;
			got = got < -steps ? -steps : got > steps - 1 ? steps - 1 : got;
			io[c][i] = got * step;
		}
	}
	return clipped;
}
