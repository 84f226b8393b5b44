/* What a limiter has done to music: how much louder it is, how far over the ceiling, and what it is not but should be:
 * a slow gain. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_DISTORTION_H
#define TESTS_DISTORTION_H

#include <ebur128.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* Stereo, planar. */
struct sound {
	float *channels[2];
	size_t n;
	double rate;
};

struct distortion {
	size_t delay_frames;
	double gained_lu;      /* integrated loudness of after less that of before */
	double true_peak_dbtp; /* of after, 32 points to a frame */
	double over_db;        /* that over the ceiling, 0 at least */
	double honest_lu;      /* gained less over: what is left once it is turned down to the ceiling */
	double residual_db;    /* of after, in dB of it: what before times a slow gain does not give */
};

/* ---- True peak: 32 points to a frame, sinc of 192 frames in a Kaiser window. Shares nothing with
 * rack/dsp/true_peak.c. */

enum { DISTORTION_TAPS = 192, DISTORTION_POINTS = 32 };

static inline double distortion_bessel(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 40; k++)
		sum += term *= x * x / (4.0 * k * k);
	return sum;
}

static inline const float *distortion_taps(int point)
{
	static float taps[DISTORTION_POINTS][DISTORTION_TAPS];
	if (taps[1][0] == 0)
		for (int p = 1; p < DISTORTION_POINTS; p++)
			for (int k = 0; k < DISTORTION_TAPS; k++) {
				double t = k - DISTORTION_TAPS / 2 + 1 - (double)p / DISTORTION_POINTS,
				       r = t / (DISTORTION_TAPS / 2);
				double window =
					fabs(r) < 1 ? distortion_bessel(6 * sqrt(1 - r * r)) / distortion_bessel(6) : 0;
				taps[p][k] = (float)(window * sin(M_PI * t) / (M_PI * t));
			}
	return taps[point];
}

/* at: the first of the frames around the point. */
static inline double distortion_point(const float *at, int point)
{
	enum { LANES = 8 };
	const float *taps = distortion_taps(point);
	float sums[LANES] = { 0 }, sum = 0;
	for (int k = 0; k < DISTORTION_TAPS; k += LANES)
		for (int lane = 0; lane < LANES; lane++)
			sums[lane] += taps[k + lane] * at[k + lane];
	for (int lane = 0; lane < LANES; lane++)
		sum += sums[lane];
	return fabs((double)sum);
}

/* Highest magnitude, linear. Looked for closely only where frames and the points at quarters between them come near the
 * highest so far: between two of these a sine at the edge of the band rises by 8 % at most. Nothing is looked for
 * between two frames that are both low, nor within 192 frames of the end, where the signal is cut off. */
static inline double distortion_true_peak(const float *x, size_t n)
{
	double highest = 0;
	for (size_t i = 0; i < n; i++)
		highest = fmax(highest, fabs((double)x[i]));
	double low = 0.7 * highest;
	float *padded = calloc(n + 2 * DISTORTION_TAPS, sizeof *padded);
	for (size_t i = 0; i < n; i++)
		padded[i + DISTORTION_TAPS] = x[i];
	for (size_t i = 0; i + DISTORTION_TAPS < n; i++) {
		double near = fmax(fabs((double)x[i]), fabs((double)x[i + 1]));
		if (fabs((double)x[i]) + fabs((double)x[i + 1]) < low)
			continue;
		const float *at = padded + DISTORTION_TAPS + i - DISTORTION_TAPS / 2 + 1;
		for (int p = 8; p < DISTORTION_POINTS; p += 8)
			near = fmax(near, distortion_point(at, p));
		for (int p = 1; near > 0.9 * highest && p < DISTORTION_POINTS; p++)
			near = fmax(near, distortion_point(at, p));
		highest = fmax(highest, near);
	}
	free(padded);
	return highest;
}

/* ---- Delay */

enum { DISTORTION_DELAY_MAX = 2048 };

/* The delay at which the changes from frame to frame of both agree best, over half a second about the middle. */
static inline size_t distortion_delay(const struct sound *before, const struct sound *after)
{
	size_t n = before->n < after->n ? before->n : after->n, best = 0;
	if (n < 4 * DISTORTION_DELAY_MAX)
		return 0;
	size_t length = (size_t)(before->rate / 2), from = n / 2, max = DISTORTION_DELAY_MAX;
	length = length < n / 4 ? length : n / 4;
	double highest = -1;
	for (size_t delay = 0; delay < max; delay++) {
		double product = 0, energy = 1e-30;
		for (int c = 0; c < 2; c++) {
			const float *x = before->channels[c] + from, *y = after->channels[c] + from + delay;
			for (size_t i = 0; i < length; i++) {
				double slope = (double)(y[i + 1] - y[i]);
				product += (double)(x[i + 1] - x[i]) * slope;
				energy += slope * slope;
			}
		}
		if (product / sqrt(energy) > highest) {
			highest = product / sqrt(energy);
			best = delay;
		}
	}
	return best;
}

/* ---- Residual */

/* The gain that moves no faster than a frame of 20 ms: straight lines between knots 20 ms apart. The best such gain for
 * x to become y is that of least squares; each knot's equation holds its neighbours only. Gives the energy of what is
 * left. */
static inline double distortion_left_over(const float *x, const float *y, size_t n, double rate)
{
	size_t frame = (size_t)(rate / 50 + 0.5), knots = n / frame + 2;
	double *own = calloc(4 * knots, sizeof *own), *next = own + knots, *goal = next + knots, *gain = goal + knots;
	for (size_t i = 0; i < n; i++) {
		size_t k = i / frame;
		double up = (double)(i % frame) / (double)frame, down = 1 - up, in = (double)x[i], out = (double)y[i];
		own[k] += down * down * in * in;
		own[k + 1] += up * up * in * in;
		next[k] += down * up * in * in;
		goal[k] += down * in * out;
		goal[k + 1] += up * in * out;
	}
	for (size_t k = 0; k < knots; k++) {
		own[k] += 1e-20; /* silence has any gain */
		double share = k ? next[k - 1] / own[k - 1] : 0;
		own[k] -= k ? share * next[k - 1] : 0;
		goal[k] -= k ? share * goal[k - 1] : 0;
	}
	for (size_t k = knots; k-- > 0;)
		gain[k] = (goal[k] - (k + 1 < knots ? next[k] * gain[k + 1] : 0)) / own[k];
	double left = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = i / frame;
		double up = (double)(i % frame) / (double)frame;
		double rest = (double)y[i] - (gain[k] * (1 - up) + gain[k + 1] * up) * (double)x[i];
		left += rest * rest;
	}
	free(own);
	return left;
}

/* A gain for each channel, so that channels that are not linked are not called distorted. */
static inline double distortion_residual_db(const struct sound *before, const struct sound *after)
{
	double left = 0, whole = 0;
	for (int c = 0; c < 2; c++) {
		left += distortion_left_over(before->channels[c], after->channels[c], after->n, after->rate);
		for (size_t i = 0; i < after->n; i++)
			whole += (double)after->channels[c][i] * (double)after->channels[c][i];
	}
	return 10 * log10((left + 1e-30) / (whole + 1e-30));
}

/* ---- All of it */

/* Integrated, by libebur128. */
static inline double distortion_loudness(const struct sound *s)
{
	ebur128_state *meter = ebur128_init(2, (unsigned long)s->rate, EBUR128_MODE_I);
	double lufs = 0;
	for (size_t i = 0; i < s->n; i++) {
		const float frame[2] = { s->channels[0][i], s->channels[1][i] };
		ebur128_add_frames_float(meter, frame, 1);
	}
	ebur128_loudness_global(meter, &lufs);
	ebur128_destroy(&meter);
	return lufs;
}

/* Both at the same rate. After may be later by up to DISTORTION_DELAY_MAX - 1 frames. */
static inline struct distortion distortion_measure(
	const struct sound *before, const struct sound *after, double ceiling_dbtp)
{
	struct distortion d = { .delay_frames = distortion_delay(before, after) };
	size_t n = after->n - d.delay_frames;
	struct sound x = *before, y = { { after->channels[0] + d.delay_frames, after->channels[1] + d.delay_frames },
		n < before->n ? n : before->n, after->rate };
	x.n = y.n;
	d.gained_lu = distortion_loudness(&y) - distortion_loudness(&x);
	d.true_peak_dbtp =
		20 * log10(fmax(distortion_true_peak(y.channels[0], y.n), distortion_true_peak(y.channels[1], y.n)));
	d.over_db = fmax(d.true_peak_dbtp - ceiling_dbtp, 0);
	d.honest_lu = d.gained_lu - d.over_db;
	d.residual_db = distortion_residual_db(&x, &y);
	return d;
}

#endif
