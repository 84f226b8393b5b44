/* Test key: plays its key input in place of the sound, so that tests see where the two lie; hidden as testfault is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/delay_line.h"
#include "rack/module.h"

#include <string.h>

enum { LISTEN, DELAY, N_PARAMS };
enum { DELAY_MAX = 1000, LINE = 2048 };

static const struct param params[] = {
	[LISTEN] = { .id = "listen",
		.label = "Listen",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.step = 1,
		.help = "Plays the key input, where there is one, instead of the sound" },
	[DELAY] = { .id = "delay",
		.label = "Delay",
		.unit = UNIT_FRAMES,
		.max = DELAY_MAX,
		.step = 1,
		.jump = true,
		.help = "Delays the sound and the key input by so many frames" },
};

struct state {
	bool listen;
	uint32_t delay;
	struct delay_line lines[4]; /* left and right of the sound, of the key */
	double memory[4][LINE];
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	(void)spec;
	struct state *s = state;
	for (int i = 0; i < 4; i++)
		s->lines[i].mask = delay_line_length(DELAY_MAX) - 1;
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	(void)spec;
	return (uint32_t)values[DELAY];
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	s->listen = values[LISTEN] != 0;
	s->delay = (uint32_t)values[DELAY];
}

static void reset(void *state) RT
{
	struct state *s = state;
	memset(s->memory, 0, sizeof s->memory);
}

static void process(void *state, const struct block *block) RT
{
	struct state *s = state;
	double key[2][BLOCK_MAX];
	for (int c = 0; c < 2; c++) {
		memcpy(key[c], block->key ? block->key[c] : block->io[c], block->n * sizeof(double));
		delay_line_run(&s->lines[c], s->memory[c], s->delay, block->io[c], block->n);
		delay_line_run(&s->lines[2 + c], s->memory[2 + c], s->delay, key[c], block->n);
		if (s->listen)
			memcpy(block->io[c], key[c], block->n * sizeof(double));
	}
}

const struct module module_testkey = {
	.id = "testkey",
	.label = "Test key",
	.help = "Plays its key input: for tests only",
	.params = params,
	.n_params = N_PARAMS,
	.size = size,
	.init = init,
	.latency = latency,
	.set = set,
	.reset = reset,
	.process = process,
};
