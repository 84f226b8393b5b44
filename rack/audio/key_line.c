/* The delayed key bus. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/key_line.h"

#include "rack/base/memory.h"

#include <stdlib.h>
#include <string.h>

bool key_line_init(struct key_line *k, uint32_t delay)
{
	uint32_t size = 1;
	while (size < delay + BLOCK_MAX)
		size *= 2;
	size_t whole = (size_t)size + BLOCK_MAX;
	*k = (struct key_line){ .mask = size - 1 };
	k->line[0] = memory_new(2 * whole * sizeof(double));
	if (!k->line[0])
		return false;
	k->line[1] = k->line[0] + whole;
	return true;
}

void key_line_drop(struct key_line *k)
{
	free(k->line[0]);
	k->line[0] = k->line[1] = NULL;
}

/* Straight on, beyond the ring's end too; then what is beyond goes to the ring's begin as well, or the other way. */
void key_line_write(struct key_line *k, const double *const key[2], uint32_t n) RT
{
	uint32_t size = k->mask + 1, end = k->at + n;
	for (int c = 0; c < 2; c++) {
		double *line = k->line[c];
		memcpy(line + k->at, key[c], n * sizeof(double));
		if (end > size)
			memcpy(line, line + size, (end - size) * sizeof(double));
		if (k->at < BLOCK_MAX) {
			uint32_t last = end < BLOCK_MAX ? end : BLOCK_MAX;
			memcpy(line + size + k->at, line + k->at, (last - k->at) * sizeof(double));
		}
	}
	k->at = end & k->mask;
}

void key_line_adopt(struct key_line *to, const struct key_line *from) RT
{
	if (!to->line[0] || !from->line[0])
		return;
	uint32_t most = (to->mask < from->mask ? to->mask : from->mask) + 1;
	to->at = 0;
	for (uint32_t back = most; back; back -= BLOCK_MAX) {
		const double *past[2];
		key_line_read((struct key_place){ from, back }, 0, past);
		key_line_write(to, past, BLOCK_MAX);
	}
}
