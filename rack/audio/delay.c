/* The stereo delay line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/delay.h"

#include "rack/base/memory.h"

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

void delay_write(struct delay *d, double *const in[2], uint32_t n) RT
{
	uint32_t room = straight(d, d->at, n);
	for (int c = 0; c < 2; c++) {
		memcpy(d->line[c] + d->at, in[c], room * sizeof(double));
		memcpy(d->line[c], in[c] + room, (n - room) * sizeof(double));
	}
	d->at = (d->at + n) & d->mask;
}

void delay_read(const struct delay *d, double *const out[2], uint32_t frames, uint32_t n) RT
{
	uint32_t from = (d->at - n - frames) & d->mask, room = straight(d, from, n);
	for (int c = 0; c < 2; c++) {
		memcpy(out[c], d->line[c] + from, room * sizeof(double));
		memcpy(out[c] + room, d->line[c], (n - room) * sizeof(double));
	}
}

void delay_run(struct delay *d, double *const in[2], double *const out[2], uint32_t n) RT
{
	if (d->frames == 0) {
		for (int c = 0; out && out != in && c < 2; c++)
			memmove(out[c], in[c], n * sizeof(double));
		return;
	}
	delay_write(d, in, n);
	if (out)
		delay_read(d, out, d->frames, n);
}

void delay_adopt(struct delay *to, const struct delay *from) RT
{
	if (to->frames == 0 || from->frames == 0)
		return;
	uint32_t n = to->frames < from->mask + 1 ? to->frames : from->mask + 1;
	uint32_t start = (from->at - n) & from->mask, room = straight(from, start, n);
	to->at = 0;
	for (int c = 0; c < 2; c++) {
		double *end = to->line[c] + to->mask + 1;
		memcpy(end - n, from->line[c] + start, room * sizeof(double));
		memcpy(end - n + room, from->line[c], (n - room) * sizeof(double));
	}
}
