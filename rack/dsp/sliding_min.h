/* The lowest of the last `length` values, at a constant mean cost (van Herk 1992, Gil and Werman 1993). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_SLIDING_MIN_H
#define RACK_DSP_SLIDING_MIN_H

#include "rack/base/realtime.h"

#include <stdint.h>

/* Values up to 1; what was before the start counts as 1. The memory belongs to the caller: `length` values. Where the
 * current stretch has not come to yet, it holds the lowest from there to the end of the one before. */
struct sliding_min {
	uint32_t length, at;
	float prefix; /* lowest of the stretch that is being written */
};

static inline float lower(float a, float b) RT
{
	return a < b ? a : b;
}

static inline void sliding_min_reset(struct sliding_min *m, float *memory, uint32_t length) RT
{
	*m = (struct sliding_min){ .length = length, .prefix = 1 };
	for (uint32_t i = 0; i < length; i++)
		memory[i] = 1;
}

/* Another length, in the middle of things: the lowest so far holds for all of it. */
static inline void sliding_min_resize(struct sliding_min *m, float *memory, uint32_t length) RT
{
	float lowest = m->length ? lower(m->prefix, memory[m->at]) : 1;
	sliding_min_reset(m, memory, length);
	for (uint32_t i = 0; i < length; i++)
		memory[i] = lowest;
}

static inline float sliding_min_next(struct sliding_min *m, float *memory, float value) RT
{
	memory[m->at++] = value;
	float lowest = m->prefix = lower(m->prefix, value);
	if (m->at < m->length)
		return lower(lowest, memory[m->at]);
	for (uint32_t i = m->length - 1; i > 0; i--)
		memory[i - 1] = lower(memory[i - 1], memory[i]);
	m->at = 0;
	m->prefix = 1;
	return lowest;
}

#endif
