/* Clipper: takes off peaks, softly or hard, without the aliases that clipping of samples makes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/dynamics.h"
#include "rack/dsp/oversample.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"

#include <math.h>
#include <string.h>

/* With u the driven sound over the ceiling, the curve is u up to 1 - k, a parabola, and 1 from 1 + k on; k = 1 -
 * hardness. Only what is taken off, curve(u) - u, goes through the filters; it is added to the delayed sound. So what
 * stays below the knee comes out as it went in, bit by bit, and nothing above 20 kHz is lost where nothing is clipped.
 *
 * Oversampled, the curve is not sampled but averaged over the straight line from one frame to the next, by its
 * antiderivative (Parker, Zavalishin, Le Bivic, Reducing the Aliasing of Nonlinear Waveshaping Using Continuous-Time
 * Convolution, DAFx-16): aliases that fold to 20 kHz fall by 20 kHz over the oversampled rate. A second mean makes the
 * delay whole, and a filter of three taps makes up for both means.
 *
 * The ceiling holds before the way back to the rate of the rack: the filters put some of a hard edge above it again, as
 * any band-limited clipper does. For a guaranteed ceiling a limiter follows. */

enum { GAIN, CEILING, HARDNESS, OVERSAMPLING, MIX, OUTPUT, N_PARAMS };
enum { REDUCTION, N_METERS };
enum { BLOCK = OVERSAMPLE_BLOCK_MAX, FACTOR_MAX = OVERSAMPLE_FACTOR_MAX };
enum { OWN_DELAY = 2, OWN_PAST = 4 }; /* frames of the higher rate: two means of half a frame, three taps */

#define KNEE_MIN 1e-3

/* Drive and ceiling are smoothed twice more with this time constant: harmonics grow many times faster than the level,
 * and those of a jump within 10 ms would be heard as a click. */
#define SMOOTH_MS 5.0
#define SMOOTH_DONE 1e-9
#define TINY 1e-6 /* where a difference of antiderivatives has no digits left */

static const char *const factors[] = { "1", "2", "4", "8", "16" };

static const struct param params[] = {
	[GAIN] = { .id = "gain",
		.label = "Gain",
		.unit = UNIT_DB,
		.max = 18,
		.step = 0.5f,
		.help = "Drive into the clipper in dB" },
	[CEILING] = { .id = "ceiling",
		.label = "Ceiling",
		.unit = UNIT_DBFS,
		.min = -18,
		.max = 0,
		.def = 0,
		.step = 0.1f,
		.help = "Level in dBFS at which peaks are cut" },
	[HARDNESS] = { .id = "hardness",
		.label = "Hardness",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 75,
		.step = 5,
		.help = "Share of the range below the ceiling in % that stays straight: 0 % bends all, 100 % cuts hard" },
	[OVERSAMPLING] = { .id = "oversampling",
		.label = "Oversampling",
		.scale = SCALE_CHOICE,
		.max = OVERSAMPLE_STAGES,
		.def = 3,
		.step = 1,
		.choices = factors,
		.help = "Multiple of the rate at which is clipped (1, 2, 4, 8, 16); more means fewer aliases and more work" },
	[MIX] = { .id = "mix",
		.label = "Mix",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 100,
		.step = 5,
		.help = "Share of the clipped sound in %, the rest is the input, equally delayed" },
	[OUTPUT] = { .id = "output",
		.label = "Output",
		.unit = UNIT_DB,
		.min = -18,
		.max = 18,
		.step = 0.5f,
		.help = "Level of the clipped sound in dB" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

static const struct meter meters_table[] = {
	[REDUCTION] = { "reduction", "Reduction", UNIT_DB, 0, 12, "How far the highest peak is cut in dB" },
};

enum { R_DRIVE, R_CEILING, N_SMOOTHED, R_KNEE = N_SMOOTHED, R_MIX, R_OUTPUT, N_RAMPS };
enum { DELAY_MASK = 127 }; /* of the delayed sound, more than the longest delay */
enum { PAST_MASK = 255 };  /* of its settings, written a block ahead */
_Static_assert(PAST_MASK >= DELAY_MASK + BLOCK, "a block does not overtake the delay");

struct channel {
	struct oversample past;
	double u;             /* last frame of the higher rate */
	double own[OWN_PAST]; /* the last results of the curve's mean */
	double pad[FACTOR_MAX];
	double dry[DELAY_MASK + 1];
};

struct state {
	struct oversample_filter filter;
	int stages;
	uint32_t delay, pad, at;
	struct ramp_clock clock;
	struct ramp ramp[N_RAMPS];
	double smoothing, smooth[N_SMOOTHED][2];
	/* What drive and ceiling were when the sound came in that comes out now: with newer ones, what is taken off
	 * would be given back at another scale, and a jump of the ceiling makes more harmonics than either side of it
	 * has. */
	double past[N_SMOOTHED][PAST_MASK + 1];
	struct channel channel[2];
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->smoothing = 1 - exp(-1000 / (SMOOTH_MS * spec->rate));
	oversample_design(&s->filter);
}

/* In whole frames; *pad: frames of the higher rate that make it whole. */
static uint32_t delay_of(int stages, uint32_t *pad) RT
{
	uint32_t factor = 1u << stages, frames = stages ? oversample_delay(stages) + OWN_DELAY : 0;
	*pad = (factor - frames % factor) % factor;
	return (frames + *pad) / factor;
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	uint32_t pad;
	(void)spec;
	return delay_of((int)values[OVERSAMPLING], &pad);
}

static void fill_past(struct state *s) RT
{
	for (int i = 0; i < N_SMOOTHED; i++)
		for (int k = 0; k <= PAST_MASK; k++)
			s->past[i][k] = s->smooth[i][1];
}

static void forget(struct state *s) RT
{
	memset(s->channel, 0, sizeof s->channel);
	s->at = 0;
	fill_past(s);
}

static void land_smooth(struct state *s) RT
{
	for (int i = 0; i < N_SMOOTHED; i++)
		s->smooth[i][0] = s->smooth[i][1] = s->ramp[i].target;
	fill_past(s);
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	const double to[N_RAMPS] = {
		[R_DRIVE] = decibel_to_gain(values[GAIN]),
		[R_CEILING] = decibel_to_gain(values[CEILING]),
		[R_KNEE] = fmax(1 - values[HARDNESS] / 100.0, KNEE_MIN),
		[R_MIX] = values[MIX] / 100,
		[R_OUTPUT] = decibel_to_gain(values[OUTPUT]),
	};
	bool at_once = ramp_clock_start(&s->clock);
	for (int i = 0; i < N_RAMPS; i++)
		ramp_to(&s->ramp[i], to[i], at_once);
	if (at_once)
		land_smooth(s);
	int stages = (int)values[OVERSAMPLING];
	if (stages != s->stages)
		forget(s);
	s->stages = stages;
	s->delay = delay_of(stages, &s->pad);
}

static void land(struct state *s) RT
{
	for (int i = 0; i < N_RAMPS; i++)
		ramp_land(&s->ramp[i]);
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	land(s);
	land_smooth(s);
	forget(s);
}

/* ---- The curve: what is taken off, and its antiderivative. Both come from how far |u| is into the knee, and how far
 * beyond it. */

struct excess {
	double into, beyond, part; /* part: of the knee, 0..1 */
};

static inline struct excess excess_of(double u, double knee, double half_per_knee) RT
{
	double a = fabs(u), into = dynamics_higher(a - (1 - knee), 0), beyond = dynamics_higher(a - (1 + knee), 0);
	return (struct excess){ into, beyond, dynamics_lower(into, 2 * knee) * half_per_knee };
}

static inline double taken(double u, double knee, double half_per_knee) RT
{
	struct excess e = excess_of(u, knee, half_per_knee);
	double off = e.part * (e.into + e.beyond) / 2;
	return u > 0 ? -off : off;
}

static inline double taken_integral(double u, double knee, double half_per_knee) RT
{
	struct excess e = excess_of(u, knee, half_per_knee);
	return -e.part * (e.into * e.into + e.into * e.beyond + e.beyond * e.beyond) / 6;
}

/* Means of what is taken off between successive frames, u[-1] included. */
static void take_means(const double *u, double *out, uint32_t n, double knee) RT
{
	double integral[BLOCK * FACTOR_MAX + 1], half_per_knee = 0.5 / knee;
	const double *before = u - 1;
	for (uint32_t i = 0; i <= n; i++)
		integral[i] = taken_integral(before[i], knee, half_per_knee);
	for (uint32_t i = 0; i < n; i++) {
		double step = before[i + 1] - before[i];
		double middle = taken((before[i + 1] + before[i]) / 2, knee, half_per_knee);
		double mean = (integral[i + 1] - integral[i]) / (fabs(step) > TINY ? step : 1);
		out[i] = fabs(step) > TINY ? mean : middle;
	}
}

/* The second mean and the three taps (-1 6 -1) / 4, as one filter of four: (-1 5 5 -1) / 8. */
static void make_up(struct channel *c, double *x, uint32_t n) RT
{
	double all[OWN_PAST + BLOCK * FACTOR_MAX];
	memcpy(all, c->own, sizeof c->own);
	memcpy(all + OWN_PAST, x, n * sizeof *x);
	for (uint32_t i = 0; i < n; i++) {
		const double *at = all + OWN_PAST + i;
		x[i] = (5 * (at[-1] + at[-2]) - (at[0] + at[-3])) / 8;
	}
	memcpy(c->own, all + n, sizeof c->own);
}

static void delay_pad(struct channel *c, double *x, uint32_t n, uint32_t pad) RT
{
	double all[FACTOR_MAX + BLOCK * FACTOR_MAX];
	memcpy(all, c->pad, pad * sizeof *all);
	memcpy(all + pad, x, n * sizeof *x);
	memcpy(x, all, n * sizeof *x);
	memcpy(c->pad, all + n, pad * sizeof *all);
}

/* What is taken off from u, in place, s->delay frames late. */
static void take_off(struct state *s, struct channel *c, double *u, const double *knees, uint32_t n) RT
{
	double fine[1 + BLOCK * FACTOR_MAX], off[BLOCK * FACTOR_MAX];
	uint32_t count = n << s->stages;
	if (s->stages == 0) {
		for (uint32_t i = 0; i < n; i++)
			u[i] = taken(u[i], knees[i], 0.5 / knees[i]);
		return;
	}
	fine[0] = c->u;
	oversample_up(&c->past, &s->filter, s->stages, u, fine + 1, n);
	c->u = fine[count];
	if (knees[0] == knees[n - 1])
		take_means(fine + 1, off, count, knees[0]);
	else
		for (uint32_t i = 0; i < n; i++)
			take_means(fine + 1 + (i << s->stages), off + (i << s->stages), 1u << s->stages, knees[i]);
	make_up(c, off, count);
	delay_pad(c, off, count, s->pad);
	oversample_down(&c->past, &s->filter, s->stages, off, u, n);
}

static double cut_of(const double *u, const double *knees, uint32_t n, double most) RT
{
	for (uint32_t i = 0; i < n; i++) {
		double a = fabs(u[i]), cut = taken(a, knees[i], 0.5 / knees[i]);
		most = a > 0 ? dynamics_higher(most, a / (a + cut)) : most;
	}
	return most;
}

static double run_block(
	struct state *s, struct channel *c, double *x, double (*values)[BLOCK], uint32_t n, double most) RT
{
	double u[BLOCK];
	for (uint32_t i = 0; i < n; i++)
		u[i] = x[i] * values[R_DRIVE][i] / values[R_CEILING][i];
	most = cut_of(u, values[R_KNEE], n, most);
	take_off(s, c, u, values[R_KNEE], n);
	for (uint32_t i = 0; i < n; i++) {
		c->dry[(s->at + i) & DELAY_MASK] = x[i];
		uint32_t then = s->at + i - s->delay;
		double dry = c->dry[then & DELAY_MASK], drive = s->past[R_DRIVE][then & PAST_MASK];
		double wet = (dry * drive + s->past[R_CEILING][then & PAST_MASK] * u[i]) * values[R_OUTPUT][i];
		x[i] = dry + values[R_MIX][i] * (wet - dry);
	}
	return most;
}

static double smooth(struct state *s, int i, double to) RT
{
	double *now = s->smooth[i];
	if (now[1] == to)
		return to;
	now[0] += (to - now[0]) * s->smoothing;
	now[1] += (now[0] - now[1]) * s->smoothing;
	if (fabs(to - now[0]) + fabs(to - now[1]) < SMOOTH_DONE)
		now[0] = now[1] = to;
	return now[1];
}

static void fill(struct state *s, double (*values)[BLOCK], uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < N_RAMPS; k++)
			values[k][i] = s->clock.left ? ramp_next(&s->ramp[k]) : s->ramp[k].target;
		for (int k = 0; k < N_SMOOTHED; k++)
			s->past[k][(s->at + i) & PAST_MASK] = values[k][i] = smooth(s, k, values[k][i]);
		if (s->clock.left && --s->clock.left == 0)
			land(s);
	}
}

static void process(void *state, double *const io[2], uint32_t n, float *meters) RT
{
	struct state *s = state;
	double values[N_RAMPS][BLOCK], most = 1;
	for (uint32_t done = 0; done < n;) {
		uint32_t piece = n - done < BLOCK ? n - done : BLOCK;
		fill(s, values, piece);
		for (int c = 0; c < 2; c++)
			most = run_block(s, &s->channel[c], io[c] + done, values, piece, most);
		s->at += piece;
		done += piece;
	}
	meters[REDUCTION] = (float)decibel_from_gain(most);
}

const struct module module_clipper = {
	.id = "clipper",
	.label = "Clipper",
	.help = "Takes off peaks, soft or hard, with oversampling",
	.params = params,
	.n_params = N_PARAMS,
	.meters = meters_table,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.latency = latency,
	.set = set,
	.reset = reset,
	.process = process,
};
