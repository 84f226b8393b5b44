/* Dither: the last of a rack whose output becomes 16, 20 or 24 bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/dither.h"

#include "rack/module.h"

/* The module is the kernel and its rows (rack/dsp/dither.h, with the sources). All rows are choices or switches: the
 * host changes them by fading between two copies, and for the time of a fade what comes out is not on the grid. */

enum { BITS, SHAPE, BLANK, N_PARAMS };

static const char *const bits_names[] = { "off", "16", "20", "24" };
static const uint32_t bits_left[] = { 0, 16, 20, 24 };
static const char *const shape_names[DITHER_SHAPES] = { "tpdf", "highpass", "short", "lipshitz", "wannamaker" };

static const struct param params[] = {
	[BITS] = { .id = "bits",
		.label = "Bits",
		.scale = SCALE_CHOICE,
		.max = 3,
		.def = 3,
		.step = 1,
		.choices = bits_names,
		.help = "Output word length in bits (off, 16, 20, 24); place it last in the chain" },
	[SHAPE] = { .id = "shape",
		.label = "Shape",
		.scale = SCALE_CHOICE,
		.max = DITHER_SHAPES - 1,
		.step = 1,
		.choices = shape_names,
		.help = "Dither noise: white (tpdf), highpassed (highpass), or noise-shaped away from 2 to 6 kHz with 3, 5 or 9 taps "
			"(short, lipshitz, wannamaker; highpass at rates outside 40 to 50 kHz)" },
	[BLANK] = { .id = "blank",
		.label = "Blank",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.def = 1,
		.step = 1,
		.help = "Auto-blank: no dither after 0.7 s of digital silence (on, off)" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct dither);
}

static void init(void *state, const struct spec *spec)
{
	struct dither *d = state;
	d->rate = spec->rate;
	dither_reset(d);
}

static void set(void *state, const float *values) RT
{
	struct dither *d = state;
	d->bits = bits_left[(int)values[BITS]];
	d->shape = (enum dither_shape)values[SHAPE];
	d->blank = values[BLANK] != 0;
}

static void reset(void *state) RT
{
	dither_reset(state);
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct dither *d = state;
	if (d->bits)
		dither_process(d, io, n);
}

const struct module module_dither = {
	.id = "dither",
	.role = ROLE_DITHER,
	.label = "Dither",
	.help = "Word-length reduction to 16, 20 or 24 bits with dither, white or noise-shaped",
	.params = params,
	.n_params = N_PARAMS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
