/* The lowest of the last `length` values of a pair of channels, at a constant mean cost (van Herk 1992, Gil and Werman
 * 1993). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_SLIDING_MIN_H
#define RACK_DSP_SLIDING_MIN_H

#include "rack/realtime.h"

#include <stdint.h>

/* Values up to 1; what was before the start counts as 1. The memory belongs to the caller: `length` pairs. */
struct sliding_min {
	uint32_t length, at;
	float prefix[2]; /* lowest of the stretch that is being written */
};

static inline float lower(float a, float b) RT
{
	return a < b ? a : b;
}

static inline void sliding_min_reset(struct sliding_min *m, float (*memory)[2], uint32_t length) RT
{
	*m = (struct sliding_min){ .length = length, .prefix = { 1, 1 } };
	for (uint32_t i = 0; i < length; i++)
		memory[i][0] = memory[i][1] = 1;
}

/* A stretch is full: what is the lowest from each of its places to its end? */
static inline void sliding_min_turn(struct sliding_min *m, float (*memory)[2]) RT
{
	float low[2] = { 1, 1 };
	for (uint32_t i = m->length; i-- > 0;)
		for (int c = 0; c < 2; c++)
			low[c] = memory[i][c] = lower(low[c], memory[i][c]);
	m->at = 0;
	m->prefix[0] = m->prefix[1] = 1;
}

/* Takes a pair and puts the lowest of the last `length` in its place. */
static inline void sliding_min_next(struct sliding_min *m, float (*memory)[2], float pair[2]) RT
{
	uint32_t at = m->at++;
	for (int c = 0; c < 2; c++) {
		memory[at][c] = pair[c];
		m->prefix[c] = lower(m->prefix[c], pair[c]);
	}
	if (m->at == m->length) {
		pair[0] = m->prefix[0];
		pair[1] = m->prefix[1];
		sliding_min_turn(m, memory);
		return;
	}
	for (int c = 0; c < 2; c++)
		pair[c] = lower(m->prefix[c], memory[m->at][c]);
}

#endif
