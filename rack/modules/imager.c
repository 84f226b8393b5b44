/* Imager: stereo width in four bands, mono bass, and a floor for the correlation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/ramp.h"
#include "rack/dsp/svf.h"
#include "rack/module.h"

#include <string.h>

/* Only the side, (L - R) / 2, is filtered; the mid passes untouched. The bands are what first-order low-passes leave
 * one after another, so they add up to the side itself: side' = side + sum (width - 1) band. At 100 % nothing changes;
 * between two bands the gain of the side goes from one width to the other without over- or undershoot, at 6 dB/oct at
 * most. What changes is added to the left and taken from the right, which keeps the bits where nothing changes. */

enum { N_BANDS = 4 };
enum { WIDTH, CROSSOVER = WIDTH + N_BANDS, MONO_BELOW = CROSSOVER + N_BANDS - 1, GUARD, N_PARAMS };
enum { CORRELATION, N_METERS };

#define MONO_HZ_OFF 10.0  /* the row's minimum: nothing is removed */
#define MONO_HZ_FULL 20.0 /* from here on all of the bass; between them the filter fades in */
#define AVERAGE_MS 200.0  /* time constant of the powers behind the correlation */
#define GUARD_MS 50.0     /* of the guard's gain, for what it aims at can jump where left and right turn in phase */

#define WIDTH_ROW(n, where)                                                                                            \
	{                                                                                                              \
		.id = "band" #n "/width", .label = "Width " #n, .unit = UNIT_PERCENT, .scale = SCALE_LINEAR, .min = 0, \
		.max = 200, .def = 100, .step = 5,                                                                     \
		.help = "Stereo width " where " in %: 0 % = mono, 100 % = unchanged"                                   \
	}
#define CROSSOVER_ROW(n, hz)                                                                                           \
	{                                                                                                              \
		.id = "crossover" #n, .label = "Crossover " #n, .unit = UNIT_HZ, .scale = SCALE_LOG, .min = 20,        \
		.max = 20000, .def = hz, .step = 1.0594631f,                                                           \
		.help = "Crossover frequency in Hz between the widths of two bands"                                    \
	}

static const struct param params[] = {
	[WIDTH] = WIDTH_ROW(1, "below crossover 1"),
	[WIDTH + 1] = WIDTH_ROW(2, "between crossovers 1 and 2"),
	[WIDTH + 2] = WIDTH_ROW(3, "between crossovers 2 and 3"),
	[WIDTH + 3] = WIDTH_ROW(4, "above crossover 3"),
	[CROSSOVER] = CROSSOVER_ROW(1, 150),
	[CROSSOVER + 1] = CROSSOVER_ROW(2, 1200),
	[CROSSOVER + 2] = CROSSOVER_ROW(3, 6000),
	[MONO_BELOW] = { .id = "mono_below",
		.label = "Mono below",
		.unit = UNIT_HZ,
		.scale = SCALE_LOG,
		.min = MONO_HZ_OFF,
		.max = 500,
		.def = MONO_HZ_OFF,
		.step = 1.0594631f,
		.help = "Removes the side signal below this frequency in Hz, 24 dB/oct; 10 Hz = off" },
	[GUARD] = { .id = "guard",
		.label = "Guard",
		.unit = UNIT_NONE,
		.scale = SCALE_LINEAR,
		.min = -1,
		.max = 1,
		.def = -1,
		.step = 0.05f,
		.help = "Attenuates the side signal when the correlation of left and right falls below this; -1 = off" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

static const struct level meters[] = {
	[CORRELATION] = { .id = "correlation",
		.label = "Correlation",
		.unit = UNIT_NONE,
		.min = -1,
		.max = 1,
		.kind = LEVEL_CENTRED,
		.help = "Correlation of left and right at the output: 1 = mono, below 0 cancels in mono" },
};

struct state {
	double rate, average;
	struct ramp_clock clock;
	struct ramp excess[N_BANDS];        /* width - 1 */
	struct ramp crossover[N_BANDS - 1]; /* coefficients of the low-passes */
	struct ramp removed;                /* share of the bass below mono_below that is taken out of the side */
	struct ramp floor;
	struct svf_ramp highpass[2]; /* together Butterworth of fourth order */
	double low[N_BANDS - 1];
	double filter[2][2];
	double mid_power, side_power, cross_power;
	double approach;      /* of the guard's gain, each time */
	uint32_t until_guard; /* frames to the next look at the powers */
	struct ramp guard;    /* gain of the side */
	double correlation;
};

/* Q of the two sections of a Butterworth high-pass of fourth order. */
static const double butterworth[2] = { 0.54119610014619698, 1.3065629648763766 };

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->rate = spec->rate;
	s->average = 1 - exp(-1000 / (AVERAGE_MS * spec->rate));
	s->approach = 1 - exp(-1000 * SET_FRAMES / (GUARD_MS * spec->rate));
	ramp_jump(&s->guard, 1);
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	for (int b = 0; b < N_BANDS; b++)
		ramp_to(&s->excess[b], values[WIDTH + b] / 100.0 - 1, at_once);
	for (int b = 0; b < N_BANDS - 1; b++) {
		double g = tan(M_PI * fmin(values[CROSSOVER + b] / s->rate, 0.49));
		ramp_to(&s->crossover[b], g / (1 + g), at_once);
	}
	double share = (values[MONO_BELOW] - MONO_HZ_OFF) / (MONO_HZ_FULL - MONO_HZ_OFF);
	ramp_to(&s->removed, fmin(share, 1), at_once);
	for (int i = 0; i < 2; i++) {
		struct svf to = svf_highpass(values[MONO_BELOW], butterworth[i], s->rate);
		svf_to(&s->highpass[i], &to, at_once);
	}
	ramp_to(&s->floor, values[GUARD], at_once);
}

static void land(struct state *s) RT
{
	for (int b = 0; b < N_BANDS; b++)
		ramp_land(&s->excess[b]);
	for (int b = 0; b < N_BANDS - 1; b++)
		ramp_land(&s->crossover[b]);
	ramp_land(&s->removed);
	ramp_land(&s->floor);
	svf_land(&s->highpass[0]);
	svf_land(&s->highpass[1]);
}

static void advance(struct state *s) RT
{
	for (int b = 0; b < N_BANDS; b++)
		ramp_next(&s->excess[b]);
	for (int b = 0; b < N_BANDS - 1; b++)
		ramp_next(&s->crossover[b]);
	ramp_next(&s->removed);
	ramp_next(&s->floor);
	svf_next(&s->highpass[0]);
	svf_next(&s->highpass[1]);
	if (--s->clock.left == 0)
		land(s);
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	land(s);
	memset(s->low, 0, sizeof s->low);
	memset(s->filter, 0, sizeof s->filter);
	s->mid_power = s->side_power = s->cross_power = 0;
	s->until_guard = 0;
	ramp_jump(&s->guard, 1);
	s->correlation = 0;
}

static double widen(struct state *s, double side) RT
{
	double rest = side, out = side;
	for (int b = 0; b < N_BANDS - 1; b++) {
		double half = (rest - s->low[b]) * s->crossover[b].value, band = s->low[b] + half;
		s->low[b] = band + half;
		out += s->excess[b].value * band;
		rest -= band;
	}
	return out + s->excess[N_BANDS - 1].value * rest;
}

static double remove_bass(struct state *s, double side) RT
{
	double high = svf_tick(&s->highpass[0].now, s->filter[0], side);
	high = svf_tick(&s->highpass[1].now, s->filter[1], high);
	return side - s->removed.value * (side - high);
}

/* Correlation of L = M + S and R = M - S from the powers of M and S and their product. */
static double correlation(double mid, double side, double cross) RT
{
	double product = (mid + side) * (mid + side) - 4 * cross * cross;
	return product > 1e-30 ? fmax(-1, fmin(1, (mid - side) / sqrt(product))) : 0;
}

/* The gain of the side that brings the correlation up to floor: with u = gain^2, (M - uS)^2 = floor^2 ((M + uS)^2 -
 * 4uX^2), whose roots lie on both sides of M / S, the smaller one for a positive floor. A
 * sound that is side alone (one channel the other turned over) has no such gain but 0. */
static double guard_gain(double mid, double side, double cross, double floor) RT
{
	double square = floor * floor, a = side * side * (1 - square), c = mid * mid * (1 - square);
	double b = mid * side * (1 + square) - 2 * square * cross * cross;
	double root = sqrt(fmax(0, b * b - a * c));
	if (floor >= 0)
		return b + root > 0 ? sqrt(fmin(1, c / (b + root))) : a > 0 || floor == 1 ? 0 : 1;
	return b + root < a ? sqrt((b + root) / a) : 1;
}

/* Every SET_FRAMES frames: where the guard's gain shall be as many frames later. */
static void watch(struct state *s) RT
{
	double gain = 1;
	if (correlation(s->mid_power, s->side_power, s->cross_power) < s->floor.value)
		gain = guard_gain(s->mid_power, s->side_power, s->cross_power, s->floor.value);
	ramp_land(&s->guard);
	ramp_to(&s->guard, s->guard.value + (gain - s->guard.value) * s->approach, false);
	double now = s->guard.value;
	s->correlation = correlation(s->mid_power, now * now * s->side_power, now * s->cross_power);
	s->until_guard = SET_FRAMES;
}

static double hold_correlation(struct state *s, double mid, double side) RT
{
	if (s->until_guard == 0)
		watch(s);
	s->until_guard--;
	s->mid_power += (mid * mid - s->mid_power) * s->average;
	s->side_power += (side * side - s->side_power) * s->average;
	s->cross_power += (mid * side - s->cross_power) * s->average;
	return side * ramp_next(&s->guard);
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	double worst = 1;
	for (uint32_t i = 0; i < n; i++) {
		if (s->clock.left)
			advance(s);
		double left = io[0][i], right = io[1][i], mid = (left + right) / 2, side = (left - right) / 2;
		double change = hold_correlation(s, mid, remove_bass(s, widen(s, side))) - side;
		io[0][i] = left + change;
		io[1][i] = right - change;
		worst = fmin(worst, s->correlation);
	}
	block->meters[CORRELATION] = (float)worst;
}

const struct module module_imager = {
	.id = "imager",
	.label = "Imager",
	.help = "Multiband stereo width, mono bass and a correlation guard",
	.params = params,
	.n_params = N_PARAMS,
	.meters = meters,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
