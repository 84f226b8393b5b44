/* A stereo delay line of whole frames: the dry paths and the padding that keep everything aligned. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DELAY_H
#define RACK_DELAY_H

#include "rack/module.h"

struct delay {
	uint32_t frames; /* of delay */
	uint32_t mask, at;
	double *line[2];
};

/* Control thread. False: no memory. */
bool delay_init(struct delay *, uint32_t frames);
void delay_drop(struct delay *);

/* Audio thread. Takes n (<= BLOCK_MAX) frames in and, where out is not NULL, gives the delayed ones; in and out may be
 * the same. With out NULL the line only remembers. */
void delay_run(struct delay *, double *const in[2], double *const out[2], uint32_t n) RT;

/* The two halves of it: n frames in, and then those same n as they were up to d->frames before. */
void delay_write(struct delay *, double *const in[2], uint32_t n) RT;
void delay_read(const struct delay *, double *const out[2], uint32_t frames, uint32_t n) RT;

/* Gives `to` the past of `from`, as much as it holds and `to` can give back. */
void delay_adopt(struct delay *to, const struct delay *from) RT;

#endif
