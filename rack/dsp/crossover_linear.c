/* The crossover with linear phase: low passes forwards and backwards. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover.h"
#include "rack/module.h"

#include <math.h>
#include <string.h>

/* The ring holds five blocks: one is being written and filtered forwards, two are run through backwards to warm up, the
 * third one behind is run through backwards to stay (it takes the place of the forward result), and the last one is
 * being read. So the delay is four blocks, and backwards three frames are done for each frame that comes in. */
enum { BLOCKS = 5, DELAY_BLOCKS = 4, BACK_BLOCKS = 3, STEP = 2 * CROSSOVER_PIECE };

#define BLOCK_SECONDS (1024 / 48000.0)
/* What was given BLOCK_MAX frames ago is still there, whatever has been written since. */
#define BLOCK_FRAMES_MIN BLOCK_MAX

/* For each frame: the input and its low passes, which in single precision err by -140 dB of what one band is turned
 * against the next. For each step of STEP frames: what the numbers have come to at its end. */
typedef float lows[CROSSOVERS_MAX][2];

static uint32_t block_of(double rate) RT
{
	return STEP * (uint32_t)fmax((double)BLOCK_FRAMES_MIN / STEP, rint(rate * BLOCK_SECONDS / STEP));
}

uint32_t crossover_linear_delay(double rate) RT
{
	return DELAY_BLOCKS * block_of(rate);
}

static size_t frames_size(uint32_t block) RT
{
	return (size_t)BLOCKS * block * (sizeof(pair) + sizeof(lows));
}

static size_t memory_size(uint32_t block) RT
{
	return frames_size(block) + BLOCKS * block / STEP * sizeof(crossover_numbers);
}

size_t crossover_linear_memory(double rate) RT
{
	return memory_size(block_of(rate));
}

static pair *input_ring(void *memory) RT
{
	return memory;
}

static lows *low_ring(const struct crossover_linear *c, void *memory) RT
{
	return (lows *)((char *)memory + (size_t)BLOCKS * c->block * sizeof(pair));
}

static crossover_numbers *number_ring(const struct crossover_linear *c, void *memory) RT
{
	return (crossover_numbers *)((char *)memory + frames_size(c->block));
}

void crossover_linear_reset(struct crossover_linear *c, double rate, uint32_t piece_at) RT
{
	*c = (struct crossover_linear){ .block = block_of(rate), .at = piece_at };
	c->to_write = (BACK_BLOCKS - 1) * c->block;
}

/* A way through the ring: STEP frames from x in direction d, with numbers gliding from one set to another. */
struct way {
	crossover_numbers *from, *to; /* not written to */
	int d;
};

static inline pair low_pass(const pair f[CROSSOVER_NUMBERS], pair s[2], pair x) RT
{
	pair e = x - s[1], first = f[CROSSOVER_P] * s[0] + f[CROSSOVER_T] * e;
	pair second = (s[1] + f[CROSSOVER_T] * s[0]) + f[CROSSOVER_Q] * e, low = 0.5 * (s[1] + second);
	s[0] = first;
	s[1] = second;
	return low;
}

/* The numbers t of the way from one set to the other. */
static void blend(pair (*f)[CROSSOVER_NUMBERS], const struct way *way, double t) RT
{
	for (int k = 0; k < CROSSOVERS_MAX; k++)
		for (int j = 0; j < CROSSOVER_NUMBERS; j++) {
			double from = (*way->from)[k][j], number = from + t * ((*way->to)[k][j] - from);
			f[k][j] = (pair){ number, number };
		}
}

/* in: NULL where the low passes filter what they left in out before. write: whether out shall change. */
static void run(pair (*state)[2], const struct way *way, const pair *in, lows *out, int write) RT
{
	pair f[CROSSOVERS_MAX][CROSSOVER_NUMBERS], s[CROSSOVERS_MAX][2];
	int moving = memcmp(*way->from, *way->to, sizeof *way->from) != 0;
	memcpy(s, state, sizeof s);
	blend(f, way, 1);
	for (int i = 0; i < STEP; i++) {
		if (moving)
			blend(f, way, way->d > 0 ? (i + 1.0) / STEP : (double)(STEP - i) / STEP);
		lows *at = out + way->d * i;
		for (int k = 0; k < CROSSOVERS_MAX; k++) {
			pair x = in ? in[i] : (pair){ (double)(*at)[k][0], (double)(*at)[k][1] };
			pair low = low_pass(f[k], s[k], x);
			if (write) {
				(*at)[k][0] = (float)low[0];
				(*at)[k][1] = (float)low[1];
			}
		}
	}
	memcpy(state, s, sizeof s);
}

static void run_forward(struct crossover_linear *c, void *memory, uint32_t at) RT
{
	crossover_numbers *ring = number_ring(c, memory) + at / STEP;
	const struct way way = { &c->last, ring, 1 };
	run(c->forward, &way, input_ring(memory) + at, low_ring(c, memory) + at, 1);
}

/* The STEP frames before c->back. */
static void run_backward(struct crossover_linear *c, void *memory) RT
{
	uint32_t end = c->back ? c->back : BLOCKS * c->block, step = end / STEP - 1;
	crossover_numbers *ring = number_ring(c, memory);
	crossover_numbers *before = &ring[step ? step - 1 : BLOCKS * c->block / STEP - 1];
	const struct way way = { before, &ring[step], -1 };
	run(c->backward, &way, NULL, low_ring(c, memory) + end - 1, c->to_write == 0);
	c->to_write -= c->to_write ? STEP : 0;
	c->back = end - STEP;
}

/* What was before the start counts as silence that went through the same filters. */
static void start(struct crossover_linear *c, void *memory, const crossover_numbers now) RT
{
	crossover_numbers *ring = number_ring(c, memory);
	for (uint32_t i = 0; i < BLOCKS * c->block / STEP; i++)
		memcpy(ring[i], now, sizeof ring[i]);
	memcpy(c->last, now, sizeof c->last);
	c->started = true;
}

/* After each STEP frames, the last of which is before c->at. */
static void work(struct crossover_linear *c, void *memory, const crossover_numbers now) RT
{
	uint32_t end = c->at ? c->at : BLOCKS * c->block, at = end - STEP;
	if (!c->started)
		start(c, memory, now);
	memcpy(number_ring(c, memory)[at / STEP], now, sizeof(crossover_numbers));
	run_forward(c, memory, at);
	memcpy(c->last, now, sizeof c->last);
	for (int i = 0; i < BACK_BLOCKS; i++)
		run_backward(c, memory);
	if (c->at % c->block == 0) {
		c->back = c->at;
		c->to_write = (BACK_BLOCKS - 1) * c->block;
		memset(c->backward, 0, sizeof c->backward);
	}
}

static pair low_at(const lows *frame, uint32_t k) RT
{
	return (pair){ (double)(*frame)[k][0], (double)(*frame)[k][1] };
}

/* Of the frames whose input went to place `at`. */
static void read_bands(const struct crossover_linear *c, const void *memory, uint32_t n_bands, uint32_t at,
	pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT
{
	uint32_t size = BLOCKS * c->block, then = at + c->block;
	then -= then >= size ? size : 0;
	const pair *input = (const pair *)memory + then;
	const lows *past = (const lows *)((const char *)memory + size * sizeof(pair)) + then;
	for (uint32_t i = 0; i < n; i++) {
		pair below = { 0, 0 };
		for (uint32_t k = 0; k < n_bands - 1; k++) {
			pair low = low_at(past + i, k);
			bands[i][k] = low - below;
			below = low;
		}
		bands[i][n_bands - 1] = input[i] - below;
	}
}

void crossover_linear_split(struct crossover_linear *c, void *memory, uint32_t n_bands, const crossover_numbers now,
	const pair *x, pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT
{
	memcpy(input_ring(memory) + c->at, x, n * sizeof *x);
	read_bands(c, memory, n_bands, c->at, bands, n);
	c->at += n;
	c->at -= c->at >= BLOCKS * c->block ? BLOCKS * c->block : 0;
	if (c->at % STEP == 0)
		work(c, memory, now);
}

void crossover_linear_again(const struct crossover_linear *c, const void *memory, uint32_t n_bands, uint32_t ago,
	pair (*bands)[CROSSOVER_BANDS_MAX], uint32_t n) RT
{
	uint32_t at = c->at < ago ? c->at + BLOCKS * c->block - ago : c->at - ago;
	read_bands(c, memory, n_bands, at, bands, n);
}
