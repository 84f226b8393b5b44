/* Side: level of what left and right do not share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"

enum { GAIN, N_PARAMS };

static const struct param params[] = {
	[GAIN] = { .id = "gain",
		.label = "Side gain",
		.unit = UNIT_DB,
		.scale = SCALE_LINEAR,
		.min = -24,
		.max = 12,
		.def = 0,
		.step = 0.5f,
		.help = "Gain of the side signal in dB; 0 dB leaves the sound alone" },
};

struct state {
	struct ramp_clock clock;
	struct ramp gain;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	(void)state;
	(void)spec;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	ramp_to(&s->gain, decibel_to_gain(values[GAIN]), ramp_clock_start(&s->clock));
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_land(&s->gain);
	ramp_clock_reset(&s->clock);
}

static void process(void *state, const struct block *b) RT
{
	struct state *s = state;
	for (uint32_t i = 0; i < b->n; i++) {
		if (s->clock.left && --s->clock.left == 0)
			ramp_land(&s->gain);
		double gain = s->clock.left ? ramp_next(&s->gain) : s->gain.value;
		double change = (gain - 1) * (b->io[0][i] - b->io[1][i]) / 2;
		b->io[0][i] += change;
		b->io[1][i] -= change;
	}
}

const struct module module_side = {
	.id = "side",
	.label = "Side",
	.help = "Gain of the side signal",
	.params = params,
	.n_params = N_PARAMS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
