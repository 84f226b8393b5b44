/* Clipper: takes off peaks, softly or hard, without the aliases that clipping of samples makes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/clip.h"
#include "rack/dsp/decibel.h"
#include "rack/dsp/delay_line.h"
#include "rack/dsp/oversample.h"
#include "rack/dsp/peak_guard.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"

#include <math.h>
#include <string.h>

/* The curve is in dsp/clip.h. Only what it takes off goes through the filters of the oversampling; it is added to the
 * delayed sound. So what stays below the knee comes out as it went in, bit by bit, and nothing above 20 kHz is lost
 * where nothing is clipped.
 *
 * The curve keeps the ceiling at the higher rate; on the way back the filters put some of a hard edge above it again,
 * as in any band-limited clipper, by 2 dB at most. With true peak a guard with a short look-ahead takes that down. */

enum { GAIN, CEILING, HARDNESS, OVERSAMPLING, TRUE_PEAK, MIX, OUTPUT, N_PARAMS };
enum { REDUCTION, GUARD, N_METERS };
enum { BLOCK = OVERSAMPLE_BLOCK_MAX, FACTOR_MAX = OVERSAMPLE_FACTOR_MAX };
_Static_assert((int)BLOCK <= (int)CLIP_BLOCK_MAX && (int)BLOCK <= (int)PEAK_GUARD_BLOCK_MAX, "one block for all");

/* Drive, ceiling and knee are smoothed twice more with this time constant: harmonics grow many times faster than the
 * level, and those of a jump within 10 ms would be heard as a click. */
#define SMOOTH_MS 5.0
#define SMOOTH_DONE 1e-9

static const char *const factors[] = { "1", "2", "4", "8", "16" };

static const struct param params[] = {
	[GAIN] = { .id = "gain",
		.role = ROLE_GAIN,
		.label = "Gain",
		.unit = UNIT_DB,
		.max = 18,
		.step = 0.5f,
		.help = "Drive into the clipper in dB" },
	[CEILING] = { .id = "ceiling",
		.role = ROLE_CEILING,
		.label = "Ceiling",
		.unit = UNIT_DBFS,
		.min = -18,
		.max = 0,
		.def = 0,
		.step = 0.1f,
		.help = "Level in dBFS at which peaks are clipped" },
	[HARDNESS] = { .id = "hardness",
		.label = "Hardness",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 75,
		.step = 5,
		.help = "Linear part of the range below the ceiling in %: 0 % soft-clips throughout, 100 % = hard clipping" },
	[OVERSAMPLING] = { .id = "oversampling",
		.label = "Oversampling",
		.scale = SCALE_CHOICE,
		.max = OVERSAMPLE_STAGES,
		.def = 3,
		.step = 1,
		.choices = factors,
		.help = "Oversampling factor (1, 2, 4, 8, 16); higher means less aliasing and more CPU load" },
	[TRUE_PEAK] = { .id = "true_peak",
		.label = "True peak",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.def = 1,
		.step = 1,
		.help = "Keeps inter-sample peaks below the ceiling too, before Mix and Output; added latency 34 frames and "
			"0.35 ms (on, off)" },
	[MIX] = { .id = "mix",
		.label = "Mix",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 100,
		.step = 5,
		.help = "Wet share in %, the rest is the input, delay-compensated" },
	[OUTPUT] = { .id = "output",
		.label = "Output",
		.unit = UNIT_DB,
		.min = -18,
		.max = 18,
		.step = 0.5f,
		.help = "Gain of the clipped signal in dB" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

static const struct level meters_table[] = {
	[REDUCTION] = { .id = "reduction",
		.label = "Reduction",
		.unit = UNIT_DB,
		.max = 12,
		.role = ROLE_REDUCTION,
		.help = "Gain reduction at the highest peak in dB" },
	[GUARD] = { .id = "guard",
		.label = "True peak",
		.unit = UNIT_DB,
		.max = 3,
		.help = "Gain reduction for true peaks in dB" },
};

enum { R_DRIVE, R_CEILING, R_KNEE, N_SMOOTHED, R_MIX = N_SMOOTHED, R_OUTPUT, N_RAMPS };
enum { LINE = 512 }; /* of what is delayed, no less than the longest delay and a block */

/* As long as nothing has been taken off for this many frames the way back is silent and need not be gone. */
enum { SILENT_FRAMES = 2 * 82 + OVERSAMPLE_LONG };

struct line {
	struct delay_line line;
	double memory[LINE];
};

struct channel {
	struct oversample past;
	double carry;    /* of the curve, from block to block */
	uint32_t silent; /* frames since something was taken off, as far as it matters */
	struct line dry, driven;
};

struct state {
	double rate;
	struct oversample_filter filter;
	struct true_peak_filter peak_filter;
	int stages;
	bool true_peak;
	uint32_t clip_delay, delay;
	struct ramp_clock clock;
	struct ramp ramp[N_RAMPS];
	double smoothing, smooth[N_SMOOTHED][2];
	struct line ceilings;
	struct channel channel[2];
	struct peak_guard guard;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->rate = spec->rate;
	s->smoothing = 1 - exp(-1000 / (SMOOTH_MS * spec->rate));
	oversample_design(&s->filter);
	true_peak_design(&s->peak_filter);
	peak_guard_init(&s->guard, spec->rate);
}

static uint32_t clip_delay(int stages) RT
{
	return stages ? oversample_delay(stages) : 0;
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	return clip_delay((int)values[OVERSAMPLING]) + (values[TRUE_PEAK] != 0 ? peak_guard_delay(spec->rate) : 0);
}

static void forget(struct state *s) RT
{
	memset(s->channel, 0, sizeof s->channel);
	memset(&s->ceilings, 0, sizeof s->ceilings);
	peak_guard_reset(&s->guard);
}

static void land_smooth(struct state *s) RT
{
	for (int i = 0; i < N_SMOOTHED; i++)
		s->smooth[i][0] = s->smooth[i][1] = s->ramp[i].target;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	const double to[N_RAMPS] = {
		[R_DRIVE] = decibel_to_gain(values[GAIN]),
		[R_CEILING] = decibel_to_gain(values[CEILING]),
		[R_KNEE] = fmax(1 - values[HARDNESS] / 100.0, CLIP_KNEE_MIN),
		[R_MIX] = values[MIX] / 100,
		[R_OUTPUT] = decibel_to_gain(values[OUTPUT]),
	};
	bool at_once = ramp_clock_start(&s->clock);
	for (int i = 0; i < N_RAMPS; i++)
		ramp_to(&s->ramp[i], to[i], at_once);
	if (at_once)
		land_smooth(s);
	int stages = (int)values[OVERSAMPLING];
	bool true_peak = values[TRUE_PEAK] != 0;
	if (stages != s->stages || true_peak != s->true_peak)
		forget(s);
	s->stages = stages;
	s->true_peak = true_peak;
	s->clip_delay = clip_delay(stages);
	s->delay = s->clip_delay + (true_peak ? peak_guard_delay(s->rate) : 0);
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

static void delay(struct line *l, uint32_t frames, double *x, uint32_t n) RT
{
	l->line.mask = LINE - 1;
	delay_line_run(&l->line, l->memory, frames, x, n);
}

/* What is taken off from u, in place, s->clip_delay frames late. */
static void take_off(struct state *s, struct channel *c, double *u, const double *knees, uint32_t n) RT
{
	const double *points[FACTOR_MAX + 1];
	double *taken[FACTOR_MAX];
	int factor = 1 << s->stages;
	if (s->stages == 0) {
		for (uint32_t i = 0; i < n; i++)
			u[i] = clip_taken(u[i], knees[i]);
		return;
	}
	oversample_up(&c->past, &s->filter, s->stages, u, n, points);
	uint32_t silent = c->silent;
	c->silent = clip_bends(points, factor, knees, n) ? 0 : silent + (silent < SILENT_FRAMES ? n : 0);
	if (silent >= SILENT_FRAMES && c->silent) {
		memset(u, 0, n * sizeof *u);
		return;
	}
	oversample_room(&c->past, s->stages, taken);
	clip_points(points, taken, factor, knees, &c->carry, n);
	/* The doubled rate has factor / 2 points of the higher one in each of its own. */
	oversample_down(&c->past, &s->filter, s->stages, CLIP_LOSS * 4 / (factor * factor), u, n);
}

/* How far the highest of these is cut, as a factor. */
static double cut_of(const double *u, double knee, uint32_t n) RT
{
	double highest = 0;
	for (uint32_t i = 0; i < n; i++)
		highest = dynamics_higher(fabs(u[i]), highest);
	return highest > 0 ? highest / (highest + clip_taken(highest, knee)) : 1;
}

/* Clips x in place, s->clip_delay frames late, the ceilings as well. */
static double clip(
	struct state *s, struct channel *c, double *x, double (*values)[BLOCK], const double *ceilings, uint32_t n) RT
{
	double u[BLOCK];
	for (uint32_t i = 0; i < n; i++) {
		x[i] *= values[R_DRIVE][i];
		u[i] = x[i] / values[R_CEILING][i];
	}
	double cut = cut_of(u, values[R_KNEE][n - 1], n);
	take_off(s, c, u, values[R_KNEE], n);
	delay(&c->driven, s->clip_delay, x, n);
	for (uint32_t i = 0; i < n; i++)
		x[i] += ceilings[i] * u[i];
	return cut;
}

/* By the ceiling that each frame was clipped at. Before anything has come in that is 0. */
static double guard(struct state *s, double *const x[2], double *ceilings, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		ceilings[i] = ceilings[i] > 0 ? ceilings[i] : 1;
	return peak_guard_run(&s->guard, &s->peak_filter, x, ceilings, n);
}

static void blend(double *x, const double *dry, double (*values)[BLOCK], uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		x[i] = dry[i] + values[R_MIX][i] * (x[i] * values[R_OUTPUT][i] - dry[i]);
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

static bool moves(const struct state *s) RT
{
	bool any = s->clock.left > 0;
	for (int k = 0; k < N_SMOOTHED; k++)
		any = any || s->smooth[k][1] != s->ramp[k].target;
	return any;
}

static void fill(struct state *s, double (*values)[BLOCK], uint32_t n) RT
{
	if (!moves(s)) {
		for (int k = 0; k < N_RAMPS; k++)
			for (uint32_t i = 0; i < n; i++)
				values[k][i] = s->ramp[k].target;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < N_RAMPS; k++)
			values[k][i] = s->clock.left ? ramp_next(&s->ramp[k]) : s->ramp[k].target;
		for (int k = 0; k < N_SMOOTHED; k++)
			values[k][i] = smooth(s, k, values[k][i]);
		if (s->clock.left && --s->clock.left == 0)
			land(s);
	}
}

/* Highest cut and lowest gain of the guard so far. */
struct worst {
	double cut, gain;
};

static void run_block(struct state *s, double *const x[2], uint32_t n, struct worst *worst) RT
{
	double values[N_RAMPS][BLOCK], ceilings[BLOCK], dry[2][BLOCK];
	fill(s, values, n);
	memcpy(ceilings, values[R_CEILING], n * sizeof *ceilings);
	delay(&s->ceilings, s->clip_delay, ceilings, n);
	for (int c = 0; c < 2; c++) {
		memcpy(dry[c], x[c], n * sizeof *dry[c]);
		delay(&s->channel[c].dry, s->delay, dry[c], n);
		worst->cut = fmax(worst->cut, clip(s, &s->channel[c], x[c], values, ceilings, n));
	}
	if (s->true_peak)
		worst->gain = fmin(worst->gain, guard(s, x, ceilings, n));
	for (int c = 0; c < 2; c++)
		blend(x[c], dry[c], values, n);
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct worst worst = { 1, 1 };
	for (uint32_t done = 0; done < n; done += BLOCK) {
		double *const x[2] = { io[0] + done, io[1] + done };
		run_block(state, x, n - done < BLOCK ? n - done : BLOCK, &worst);
	}
	block->meters[REDUCTION] = (float)decibel_from_gain(worst.cut);
	block->meters[GUARD] = (float)-decibel_from_gain(worst.gain);
}

const struct module module_clipper = {
	.id = "clipper",
	.label = "Clipper",
	.help = "Soft or hard clipper with oversampling",
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
