/* The stereo delay line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/delay.h"

#include "rack/memory.h"

#include <stdlib.h>
#include <string.h>

bool delay_init(struct delay *d, uint32_t frames)
{
	uint32_t size = 1;
	while (size < frames + BLOCK_MAX)
		size *= 2;
	*d = (struct delay){ .frames = frames, .mask = size - 1 };
	if (frames == 0)
		return true;
	d->line[0] = memory_new(2 * (size_t)size * sizeof(double));
	if (!d->line[0])
		return false;
	d->line[1] = d->line[0] + size;
	return true;
}

void delay_drop(struct delay *d)
{
	free(d->line[0]);
	d->line[0] = d->line[1] = NULL;
}

static uint32_t straight(const struct delay *d, uint32_t at, uint32_t n) RT
{
	uint32_t room = d->mask + 1 - at;
	return n < room ? n : room;
}

void delay_run(struct delay *d, double *const in[2], double *const out[2], uint32_t n) RT
{
	if (d->frames == 0) {
		for (int c = 0; out && out != in && c < 2; c++)
			memmove(out[c], in[c], n * sizeof(double));
		return;
	}
	uint32_t from = (d->at - d->frames) & d->mask;
	uint32_t write = straight(d, d->at, n), read = straight(d, from, n);
	for (int c = 0; c < 2; c++) {
		memcpy(d->line[c] + d->at, in[c], write * sizeof(double));
		memcpy(d->line[c], in[c] + write, (n - write) * sizeof(double));
		if (!out)
			continue;
		memcpy(out[c], d->line[c] + from, read * sizeof(double));
		memcpy(out[c] + read, d->line[c], (n - read) * sizeof(double));
	}
	d->at = (d->at + n) & d->mask;
}

void delay_adopt(struct delay *to, const struct delay *from) RT
{
	if (to->frames == 0 || from->frames == 0)
		return;
	uint32_t n = (to->mask < from->mask ? to->mask : from->mask) + 1;
	to->at = 0;
	for (uint32_t i = 1; i <= n; i++)
		for (int c = 0; c < 2; c++)
			to->line[c][(0 - i) & to->mask] = from->line[c][(from->at - i) & from->mask];
}

void delay_clear(struct delay *d) RT
{
	if (d->frames)
		memset(d->line[0], 0, 2 * ((size_t)d->mask + 1) * sizeof(double));
}
