/* The crossover filters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover.h"

#include <math.h>
#include <string.h>

#define ROOT2 1.41421356237309505 /* damping of a Butterworth section */

void crossover_design(double numbers[CROSSOVER_NUMBERS], double hz, double rate) RT
{
	double g = tan(M_PI * fmin(hz / rate, 0.45)), a = 2 / (1 + g * (g + ROOT2));
	numbers[CROSSOVER_P] = a - 1;
	numbers[CROSSOVER_T] = g * a;
	numbers[CROSSOVER_Q] = g * g * a;
}

/* Two channels of a section: its low pass, twice as loud; the band pass in s[0] before and after gives the all-pass. */
static inline pair low_twice(const pair f[CROSSOVER_NUMBERS], pair s[2], pair x, pair *band_twice) RT
{
	pair e = x - s[1], first = f[CROSSOVER_P] * s[0] + f[CROSSOVER_T] * e;
	pair second = (s[1] + f[CROSSOVER_T] * s[0]) + f[CROSSOVER_Q] * e, low = s[1] + second;
	*band_twice = s[0] + first;
	s[0] = first;
	s[1] = second;
	return low;
}

static inline pair allpass(const pair f[CROSSOVER_NUMBERS], pair s[2], pair x) RT
{
	pair band;
	low_twice(f, s, x, &band);
	return x - ROOT2 * band;
}

/* s: two sections. */
static inline void split(const pair f[CROSSOVER_NUMBERS], pair (*s)[2], pair x, pair *low, pair *high) RT
{
	pair band, unused, once = 0.5 * low_twice(f, s[0], x, &band);
	*low = 0.5 * low_twice(f, s[1], once, &unused);
	*high = (x - ROOT2 * band) - *low;
}

static inline void tick(pair (*s)[2], uint32_t n_bands, pair (*f)[CROSSOVER_NUMBERS], pair x, pair *out) RT
{
	pair low, high;
	split(f[n_bands == 2 ? 0 : 1], s, x, &low, &high);
	if (n_bands == 2) {
		out[0] = low;
		out[1] = high;
		return;
	}
	if (n_bands > 3)
		low = allpass(f[2], s[2], low);
	if (n_bands > 4)
		low = allpass(f[3], s[3], low);
	split(f[0], s + 4, low, &out[0], &out[1]);
	out[2] = allpass(f[0], s[6], high);
	if (n_bands == 3)
		return;
	split(f[2], s + 7, out[2], &out[2], &out[3]);
	if (n_bands == 4)
		return;
	out[2] = allpass(f[3], s[9], out[2]);
	split(f[3], s + 10, out[3], &out[3], &out[4]);
}

/* The numbers i frames on, for both channels. */
static inline void spread(
	pair (*f)[CROSSOVER_NUMBERS], const crossover_numbers from, const crossover_numbers step, uint32_t i) RT
{
	for (int k = 0; k < CROSSOVERS_MAX; k++)
		for (int j = 0; j < CROSSOVER_NUMBERS; j++) {
			double number = step ? from[k][j] + step[k][j] * (double)i : from[k][j];
			f[k][j] = (pair){ number, number };
		}
}

/* Always inlined with a constant n_bands, so that the compiler makes a loop for each. */
static inline __attribute__((always_inline)) void run(struct crossover *c, uint32_t n_bands,
	const crossover_numbers from, const crossover_numbers step, uint32_t at, const pair *x,
	pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT
{
	struct crossover local = *c;
	pair f[CROSSOVERS_MAX][CROSSOVER_NUMBERS];
	spread(f, from, step, at);
	for (uint32_t i = 0; i < n; i++) {
		tick(local.s, n_bands, f, x[i], bands[i]);
		if (step)
			spread(f, from, step, at + i + 1);
	}
	*c = local;
}

void crossover_split(struct crossover *c, uint32_t n_bands, const crossover_numbers from, const crossover_numbers step,
	uint32_t at, const pair *x, pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT
{
	if (n_bands == 2)
		run(c, 2, from, step, at, x, bands, n);
	else if (n_bands == 3)
		run(c, 3, from, step, at, x, bands, n);
	else if (n_bands == 4)
		run(c, 4, from, step, at, x, bands, n);
	else
		run(c, 5, from, step, at, x, bands, n);
}
