/* Trim: DC filter, polarity, swap, mono, gain and balance, in this order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"

enum { GAIN, BALANCE, INVERT_LEFT, INVERT_RIGHT, SWAP, MONO, DC, N_PARAMS };

#define DC_HZ 2.0 /* first order: -0.04 dB at 20 Hz, 80 ms to forget an offset to 37 % */

/* clang-format off */
static const struct param params[] = {
	[GAIN] = { .id = "gain", .role = ROLE_GAIN, .label = "Gain", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = -24, .max = 24,
		.def = 0, .step = 0.5f, .help = "Gain of both channels in dB" },
	[BALANCE] = { .id = "balance", .label = "Balance", .unit = UNIT_PERCENT, .scale = SCALE_LINEAR, .min = -100,
		.max = 100, .def = 0, .step = 5,
		.help = "Attenuates the opposite channel in % of its amplitude: -100 % = left only, 100 % = right only" },
	[INVERT_LEFT] = { .id = "invert_left", .label = "Invert left", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Inverts polarity of the left input (on, off)" },
	[INVERT_RIGHT] = { .id = "invert_right", .label = "Invert right", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Inverts polarity of the right input (on, off)" },
	[SWAP] = { .id = "swap", .label = "Swap", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Swaps left and right (on, off)" },
	[MONO] = { .id = "mono", .label = "Mono", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Sums to mono, (L + R) / 2 on both channels, so that centred sources keep their level (on, off)" },
	[DC] = { .id = "dc", .label = "DC filter", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Removes DC offset: first-order highpass at 2 Hz (on, off)" },
};
/* clang-format on */
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

struct state {
	double dc_coefficient;
	bool dc;
	double offset[2];    /* of the inputs; watched all the time, so the DC filter comes in settled */
	double matrix[2][2]; /* polarity, swap and mono: output by input */
	struct ramp_clock clock;
	struct ramp gain[2];
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	/* One-pole low-pass by trapezoidal integration (Zavalishin, The Art of VA Filter Design, ch. 3). */
	double g = tan(M_PI * DC_HZ / spec->rate);
	s->dc_coefficient = g / (1 + g);
}

static void set_matrix(double matrix[2][2], const float *values) RT
{
	double left = values[INVERT_LEFT] != 0 ? -1 : 1, right = values[INVERT_RIGHT] != 0 ? -1 : 1;
	if (values[MONO] != 0)
		left /= 2, right /= 2;
	bool mono = values[MONO] != 0, swap = values[SWAP] != 0;
	matrix[0][0] = mono || !swap ? left : 0;
	matrix[0][1] = mono || swap ? right : 0;
	matrix[1][0] = mono || swap ? left : 0;
	matrix[1][1] = mono || !swap ? right : 0;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	double gain = decibel_to_gain(values[GAIN]), balance = values[BALANCE] / 100;
	ramp_to(&s->gain[0], gain * (balance > 0 ? 1 - balance : 1), at_once);
	ramp_to(&s->gain[1], gain * (balance < 0 ? 1 + balance : 1), at_once);
	set_matrix(s->matrix, values);
	s->dc = values[DC] != 0;
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	for (int c = 0; c < 2; c++) {
		s->offset[c] = 0;
		ramp_land(&s->gain[c]);
	}
}

static void watch_offset(struct state *s, double *left, double *right, uint32_t n) RT
{
	double l = s->offset[0], r = s->offset[1], k = s->dc_coefficient, keep = 1 - 2 * k;
	for (uint32_t i = 0; i < n; i++) {
		double low[2] = { l + k * (left[i] - l), r + k * (right[i] - r) };
		l = keep * l + 2 * k * left[i];
		r = keep * r + 2 * k * right[i];
		if (s->dc) {
			left[i] -= low[0];
			right[i] -= low[1];
		}
	}
	s->offset[0] = l;
	s->offset[1] = r;
}

/* True when polarity, swap and mono leave the signal alone: no arithmetic then, which keeps even the sign of zero. */
static bool is_straight(const struct state *s) RT
{
	return s->matrix[0][0] == 1 && s->matrix[0][1] == 0 && s->matrix[1][0] == 0 && s->matrix[1][1] == 1;
}

static void mix(const struct state *s, double *left, double *right, uint32_t n) RT
{
	double ll = s->matrix[0][0], lr = s->matrix[0][1], rl = s->matrix[1][0], rr = s->matrix[1][1];
	for (uint32_t i = 0; i < n; i++) {
		double l = left[i], r = right[i];
		left[i] = ll * l + lr * r;
		right[i] = rl * l + rr * r;
	}
}

static void scale(double *x, double gain, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		x[i] *= gain;
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	watch_offset(s, io[0], io[1], n);
	if (!is_straight(s))
		mix(s, io[0], io[1], n);
	uint32_t gliding = n < s->clock.left ? n : s->clock.left;
	for (int c = 0; c < 2; c++) {
		for (uint32_t i = 0; i < gliding; i++)
			io[c][i] *= ramp_next(&s->gain[c]);
		if (gliding == s->clock.left)
			ramp_land(&s->gain[c]);
		scale(io[c] + gliding, s->gain[c].value, n - gliding);
	}
	s->clock.left -= gliding;
}

const struct module module_trim = {
	.id = "trim",
	.role = ROLE_TRIM,
	.label = "Trim",
	.help = "Level, balance, polarity, channel swap, mono and a DC filter",
	.params = params,
	.n_params = N_PARAMS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
