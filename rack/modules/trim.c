/* Trim: gain, balance, polarity, swap, mono, DC filter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/module.h"

enum { GAIN, N_PARAMS };

static const struct param params[] = {
	[GAIN] = { .id = "gain", .label = "Gain", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = -24, .max = 24, .def = 0,
		.step = 0.5f, .help = "Level of both channels in dB" },
};

struct state {
	double gain;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	(void)spec;
	((struct state *)state)->gain = 1;
}

static void set(void *state, const float *values) RT
{
	((struct state *)state)->gain = values[GAIN];
}

static void reset(void *state) RT
{
	(void)state;
}

static void process(void *state, double *const io[2], uint32_t n, float *meters) RT
{
	(void)state;
	(void)io;
	(void)n;
	(void)meters;
}

const struct module module_trim = {
	.id = "trim",
	.label = "Trim",
	.help = "Level, balance and polarity",
	.params = params,
	.n_params = N_PARAMS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
