/* A delay of whole frames, block by block. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_DELAY_LINE_H
#define RACK_DSP_DELAY_LINE_H

#include "rack/module.h"

#include <string.h>

/* The memory belongs to the caller: `mask` + 1 values (a power of two), no fewer than the longest delay and a block
 * together. */
struct delay_line {
	uint32_t mask, at;
};

static inline uint32_t delay_line_length(uint32_t delay_max)
{
	uint32_t length = BLOCK_MAX;
	while (length < delay_max + BLOCK_MAX)
		length *= 2;
	return length;
}

/* Replaces x by what it was `delay` frames ago. */
static inline void delay_line_run(struct delay_line *d, double *memory, uint32_t delay, double *x, uint32_t n) RT
{
	uint32_t in = d->at & d->mask, out = (d->at - delay) & d->mask;
	uint32_t in_first = n < d->mask + 1 - in ? n : d->mask + 1 - in;
	uint32_t out_first = n < d->mask + 1 - out ? n : d->mask + 1 - out;
	memcpy(memory + in, x, in_first * sizeof *x);
	memcpy(memory, x + in_first, (n - in_first) * sizeof *x);
	memcpy(x, memory + out, out_first * sizeof *x);
	memcpy(x + out_first, memory, (n - out_first) * sizeof *x);
	d->at += n;
}

#endif
