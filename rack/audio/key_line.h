/* The key bus as it was some frames ago: a module hears it as late as the slots before make the sound. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_KEY_LINE_H
#define RACK_KEY_LINE_H

#include "rack/module.h"

/* A ring of a power of two frames, and behind its end the first BLOCK_MAX of them again: any block of it lies in one
 * piece, so slots read it where it is. */
struct key_line {
	uint32_t mask, at;
	double *line[2]; /* NULL: there is no key bus */
};

/* Where a block of the key begins: so many frames before the newest one's end. line NULL: there is no key bus. */
struct key_place {
	const struct key_line *line;
	uint32_t back;
};

/* Control thread. For places up to BLOCK_MAX + delay frames back. False: no memory. */
bool key_line_init(struct key_line *, uint32_t delay);
void key_line_drop(struct key_line *);

/* Audio thread. The next n (<= BLOCK_MAX) frames of the key bus. */
void key_line_write(struct key_line *, const double *const key[2], uint32_t n) RT;

/* Audio thread. The block that begins there, delayed by so many frames more; valid until the next write. */
static inline void key_line_read(struct key_place place, uint32_t delay, const double *block[2]) RT
{
	uint32_t from = (place.line->at - place.back - delay) & place.line->mask;
	block[0] = place.line->line[0] + from;
	block[1] = place.line->line[1] + from;
}

/* Audio thread. Gives `to` the past of `from`, as much as both hold. */
void key_line_adopt(struct key_line *to, const struct key_line *from) RT;

#endif
