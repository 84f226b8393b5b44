/* The half-band stages. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/oversample.h"

#include <math.h>
#include <string.h>

/* Pairs of taps around the middle, and the shape of the window (beta 10: 100 dB). */
static const int pairs_of[OVERSAMPLE_STAGES] = { 36, 7, 5, 5 };
#define BETA 10.0

/* Modified Bessel function of the first kind, order 0 (power series). */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 60; k++)
		sum += term *= x * x / (4.0 * k * k);
	return sum;
}

void oversample_design(struct oversample_filter *f)
{
	memset(f, 0, sizeof *f);
	for (int s = 0; s < OVERSAMPLE_STAGES; s++) {
		double sum = 0;
		for (int m = 0; m < pairs_of[s]; m++) {
			double t = m + 0.5, r = t / pairs_of[s];
			f->half[s][m] =
				sin(M_PI * t) / (M_PI * t) * bessel_i0(BETA * sqrt(1 - r * r)) / bessel_i0(BETA);
			sum += 2 * f->half[s][m];
		}
		for (int m = 0; m < pairs_of[s]; m++)
			f->half[s][m] /= sum;
	}
}

/* Up to the rate before the last stage. */
enum { STAGE_MAX = OVERSAMPLE_BLOCK_MAX * OVERSAMPLE_FACTOR_MAX / 2, PAST = 2 * OVERSAMPLE_PAIRS - 1 };

/* out[i] = sum over pairs around the point between x[i + pairs - 1] and x[i + pairs]. */
static void between(const double *half, int pairs, const double *x, double *out, uint32_t n) RT
{
	memset(out, 0, n * sizeof *out);
	for (int m = pairs - 1; m >= 0; m--) {
		const double *before = x + pairs - 1 - m, *after = x + pairs + m;
		for (uint32_t i = 0; i < n; i++)
			out[i] += half[m] * (before[i] + after[i]);
	}
}

/* pairs frames late: then all that is around is known. */
static void double_rate(const double *half, int pairs, double *past, const double *x, double *y, uint32_t n) RT
{
	double all[PAST + STAGE_MAX], points[STAGE_MAX];
	uint32_t kept = 2 * (uint32_t)pairs - 1;
	memcpy(all, past, kept * sizeof *all);
	memcpy(all + kept, x, n * sizeof *x);
	between(half, pairs, all, points, n);
	for (uint32_t i = 0; i < n; i++) {
		y[2 * i] = all[(uint32_t)pairs - 1 + i];
		y[2 * i + 1] = points[i];
	}
	memcpy(past, all + n, kept * sizeof *all);
}

/* pairs - 1 frames of the lower rate late. */
static void halve_rate(
	const double *half, int pairs, double *even_past, double *odd_past, const double *y, double *x, uint32_t n) RT
{
	double even[PAST + STAGE_MAX], odd[PAST + STAGE_MAX], points[STAGE_MAX];
	uint32_t kept_even = (uint32_t)pairs - 1, kept_odd = 2 * (uint32_t)pairs - 1;
	memcpy(even, even_past, kept_even * sizeof *even);
	memcpy(odd, odd_past, kept_odd * sizeof *odd);
	for (uint32_t i = 0; i < n; i++) {
		even[kept_even + i] = y[2 * i];
		odd[kept_odd + i] = y[2 * i + 1];
	}
	between(half, pairs, odd, points, n);
	for (uint32_t i = 0; i < n; i++)
		x[i] = 0.5 * (even[i] + points[i]);
	memcpy(even_past, even + n, kept_even * sizeof *even);
	memcpy(odd_past, odd + n, kept_odd * sizeof *odd);
}

void oversample_up(
	struct oversample *o, const struct oversample_filter *f, int stages, const double *x, double *y, uint32_t n) RT
{
	double a[2 * STAGE_MAX], b[2 * STAGE_MAX], *from = a, *to = b;
	memcpy(from, x, n * sizeof *x);
	for (int s = 0; s < stages; s++, n *= 2) {
		double_rate(f->half[s], pairs_of[s], o->up[s], from, to, n);
		double *swap = from;
		from = to;
		to = swap;
	}
	memcpy(y, from, n * sizeof *y);
}

void oversample_down(
	struct oversample *o, const struct oversample_filter *f, int stages, const double *y, double *x, uint32_t n) RT
{
	double a[2 * STAGE_MAX], b[2 * STAGE_MAX], *from = a, *to = b;
	memcpy(from, y, ((size_t)n << stages) * sizeof *y);
	for (int s = stages - 1; s >= 0; s--) {
		halve_rate(f->half[s], pairs_of[s], o->even[s], o->odd[s], from, to, n << s);
		double *swap = from;
		from = to;
		to = swap;
	}
	memcpy(x, from, n * sizeof *x);
}

uint32_t oversample_delay(int stages) RT
{
	uint32_t frames = 0;
	for (int s = 0; s < stages; s++)
		frames += (2 * (uint32_t)pairs_of[s] - 1) << (stages - s);
	return frames;
}
