/* The half-band stages. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/oversample.h"

#include "rack/dsp/clones.h"

#include <math.h>
#include <string.h>

/* Pairs of taps around the middle, and the shape of the window (beta 10: 100 dB). */
static const int pairs_of[OVERSAMPLE_STAGES] = { 36, 7, 5, 5 };
#define BETA 10.0

/* Positions count in points of the highest rate. */
enum { FRAME = OVERSAMPLE_FACTOR_MAX, LONG = OVERSAMPLE_LONG, SHORT = OVERSAMPLE_SHORT, BLOCK = OVERSAMPLE_BLOCK_MAX };

typedef double lanes __attribute__((vector_size(CLONES_VECTOR_BYTES), aligned(8), may_alias));
enum { N_LANES = CLONES_VECTOR_BYTES / sizeof(double), N_SUMS = 4 };
_Static_assert(BLOCK % (N_LANES * N_SUMS) == 0, "a sum of the last frames stays within the block");
#define LOAD(P) (*(const lanes *)(P))

/* ---- Where the newest frames of an array start in the memory; its past lies before them. */

static int32_t long_at(int index) RT
{
	return index * (LONG + BLOCK) + LONG;
}

static int32_t short_at(int index) RT
{
	return 3 * (LONG + BLOCK) + index * (SHORT + BLOCK) + SHORT;
}

static int32_t up_at(int phase) RT
{
	return phase == 0 ? long_at(0) : short_at(phase - 1);
}

/* Of the 1 << level arrays on the way down: those of one stage follow those of the one before. */
static int32_t down_at(int level, int index) RT
{
	return short_at(FRAME - 1 + (1 << level) - 2 + index);
}

/* The doubled rate, with its highs made up. */
static int32_t twice_at(int index) RT
{
	return long_at(1 + index);
}

/* ---- How many frames later than its own points a stage can make the next ones: the farthest tap decides. On the way
 * up the first phase is there at once, it never has to be waited for. */

static int up_reach(int stage) RT
{
	int step = FRAME >> stage, farthest = FRAME + (pairs_of[stage] - 1) * step;
	return stage == 0 ? farthest / FRAME : (farthest - 1) / FRAME;
}

static int down_reach(int stage) RT
{
	int step = FRAME >> stage;
	return (FRAME - step + step / 2 + (pairs_of[stage] - 1) * step) / FRAME;
}

static int up_lag(int stages) RT
{
	int lag = 0;
	for (int s = 0; s < stages; s++)
		lag += up_reach(s);
	return lag;
}

uint32_t oversample_delay(int stages) RT
{
	int lag = up_lag(stages) + 1; /* one for the lift */
	for (int s = 0; s < stages; s++)
		lag += down_reach(s);
	return (uint32_t)lag;
}

/* ---- Design */

/* Modified Bessel function of the first kind, order 0 (power series). */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 60; k++)
		sum += term *= x * x / (4.0 * k * k);
	return sum;
}

static void design_half_band(double *half, int pairs)
{
	double sum = 0;
	for (int m = 0; m < pairs; m++) {
		double t = m + 0.5, r = t / pairs;
		half[m] = sin(M_PI * t) / (M_PI * t) * bessel_i0(BETA * sqrt(1 - r * r)) / bessel_i0(BETA);
		sum += 2 * half[m];
	}
	for (int m = 0; m < pairs; m++)
		half[m] /= sum;
}

/* The stage that a phase comes from. */
static int stage_of(int phase)
{
	int stage = 0;
	while (phase % (FRAME >> (stage + 1)))
		stage++;
	return stage;
}

static int frame_of(int position)
{
	return (position + 1024 * FRAME) / FRAME - 1024;
}

static int32_t up_tap(int position, int lag)
{
	int frame = frame_of(position), phase = position - frame * FRAME;
	int own_lag = phase ? up_lag(stage_of(phase) + 1) : 0;
	return up_at(phase) + frame + own_lag - lag;
}

static int32_t down_tap(int stage, int position)
{
	int frame = frame_of(position), index = (position - frame * FRAME) / (FRAME >> (stage + 1));
	return (stage ? down_at(stage + 1, index) : twice_at(index)) + frame - down_reach(stage);
}

static void place_taps(struct oversample_filter *f, int stage)
{
	int step = FRAME >> stage, first = (1 << stage) - 1;
	for (int k = 0; k < pairs_of[stage]; k++)
		for (int q = 0; q < 1 << stage; q++) {
			int at = q * step, middle = at + step / 2, lag = up_lag(stage + 1);
			f->up[first + q][2 * k] = up_tap(at - k * step, lag);
			f->up[first + q][2 * k + 1] = up_tap(at + (k + 1) * step, lag);
			f->down[first + q][2 * k] = down_tap(stage, middle - (k + 1) * step);
			f->down[first + q][2 * k + 1] = down_tap(stage, middle + k * step);
			f->down_even[first + q] = down_tap(stage, at);
		}
}

void oversample_design(struct oversample_filter *f)
{
	memset(f, 0, sizeof *f);
	for (int s = 0; s < OVERSAMPLE_STAGES; s++) {
		design_half_band(f->half[s], pairs_of[s]);
		place_taps(f, s);
	}
}

/* ---- Sums of arrays. Points beyond n are made of what lies there and never looked at. */

static inline void sum_pairs(
	lanes *sums, const double *memory, const double *half, const int32_t *taps, int pairs, uint32_t i) RT
{
	for (int k = pairs - 1; k >= 0; k--) {
		const double *before = memory + taps[2 * k] + i, *after = memory + taps[2 * k + 1] + i;
		for (int j = 0; j < N_SUMS; j++)
			sums[j] += half[k] * (LOAD(before + j * N_LANES) + LOAD(after + j * N_LANES));
	}
}

CLONES static void sum_up(
	const double *memory, const double *half, const int32_t *taps, int pairs, double *out, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i += N_LANES * N_SUMS) {
		lanes sums[N_SUMS] = { 0 };
		sum_pairs(sums, memory, half, taps, pairs, i);
		for (int j = 0; j < N_SUMS; j++)
			*(lanes *)(out + i + j * N_LANES) = sums[j];
	}
}

CLONES static void sum_down(const double *memory, const double *half, const int32_t *taps, int pairs,
	const double *even, double *out, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i += N_LANES * N_SUMS) {
		lanes sums[N_SUMS] = { 0 };
		sum_pairs(sums, memory, half, taps, pairs, i);
		for (int j = 0; j < N_SUMS; j++)
			*(lanes *)(out + i + j * N_LANES) = 0.5 * (LOAD(even + i + j * N_LANES) + sums[j]);
	}
}

/* ---- Both ways */

/* The last frames of the call before become the past. */
static void age(double *newest, uint32_t past, uint32_t n) RT
{
	memmove(newest - past, newest - past + n, past * sizeof *newest);
}

void oversample_up(struct oversample *o, const struct oversample_filter *f, int stages, const double *x, uint32_t n,
	const double **points) RT
{
	double *m = o->memory;
	int skip = FRAME >> stages, lag = up_lag(stages), own_lag = 0;
	age(m + up_at(0), LONG, o->last_up);
	for (int phase = skip; phase < FRAME; phase += skip)
		age(m + up_at(phase), SHORT, o->last_up);
	o->last_up = n;
	memcpy(m + up_at(0), x, n * sizeof *x);
	points[0] = m + up_at(0) - lag;
	points[1 << stages] = points[0] + 1;
	for (int s = 0; s < stages; s++) {
		own_lag += up_reach(s);
		for (int q = 0; q < 1 << s; q++) {
			int phase = (2 * q + 1) * (FRAME >> (s + 1));
			sum_up(m, f->half[s], f->up[(1 << s) - 1 + q], pairs_of[s], m + up_at(phase), n);
			points[phase / skip] = m + up_at(phase) + own_lag - lag;
		}
	}
}

void oversample_room(struct oversample *o, int stages, double **points) RT
{
	double *m = o->memory;
	for (int level = 1; level <= stages; level++)
		for (int q = 0; q < 1 << level; q++)
			age(m + down_at(level, q), SHORT, o->last_down);
	age(m + twice_at(0), LONG, o->last_down);
	age(m + twice_at(1), LONG, o->last_down);
	o->last_down = 0;
	for (int q = 0; q < 1 << stages; q++)
		points[q] = m + down_at(stages, q);
}

/* A frame late, to know the neighbours on both sides. */
CLONES static void lift_highs(double *restrict whole, double *restrict middle, const double *restrict in_whole,
	const double *restrict in_middle, double lift, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		const double *a = in_whole + i, *b = in_middle + i;
		whole[i] = (1 + 2 * lift) * a[-1] - lift * (b[-2] + b[-1]);
		middle[i] = (1 + 2 * lift) * b[-1] - lift * (a[-1] + a[0]);
	}
}

void oversample_down(
	struct oversample *o, const struct oversample_filter *f, int stages, double lift, double *x, uint32_t n) RT
{
	double *m = o->memory, result[BLOCK];
	o->last_down = n;
	for (int s = stages - 1; s > 0; s--)
		for (int q = 0; q < 1 << s; q++) {
			int index = (1 << s) - 1 + q;
			sum_down(m, f->half[s], f->down[index], pairs_of[s], m + f->down_even[index], m + down_at(s, q),
				n);
		}
	lift_highs(m + twice_at(0), m + twice_at(1), m + down_at(1, 0), m + down_at(1, 1), lift, n);
	sum_down(m, f->half[0], f->down[0], pairs_of[0], m + f->down_even[0], result, n);
	memcpy(x, result, n * sizeof *x);
}
