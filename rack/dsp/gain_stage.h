/* A stage of a look-ahead limiter: from what the gain may be to a smooth gain that is never above it, `ahead` frames
 * later. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_GAIN_STAGE_H
#define RACK_DSP_GAIN_STAGE_H

#include "rack/dsp/sliding_min.h"

#include <stddef.h>

/* The lowest need within the look-ahead and a hold before it, released along an exponential, then averaged by a window
 * as long as the look-ahead: each of the averaged values is at or below the need of the frame that the average is for.
 * The window is two boxes, one long, so that the gain goes down evenly, and one short, which rounds the corners. Needs
 * and gains are 0..1. The memory belongs to the caller: gain_stage_bytes() of it, aligned to 8.
 *
 * The sums of the boxes are whole numbers, so that they never drift and a gain of 1 is 1 exactly. */
#define GAIN_STAGE_ONE 0x1p40
enum { GAIN_STAGE_CORNER = 6 }; /* the short box is this part of the look-ahead */

struct gain_stage {
	uint32_t ahead;
	struct sliding_min window;
	double released, full; /* full: what the second sum is when the gain is 1 */
	int64_t sums[2];
	uint32_t boxes[2], at[2];
};

struct gain_stage_memory {
	int64_t *boxes[2];
	float *window;
};

static inline uint32_t gain_stage_box_max(uint32_t ahead_max, int box) RT
{
	return (box == 0 ? ahead_max / GAIN_STAGE_CORNER : ahead_max) + 1;
}

static inline size_t gain_stage_bytes(uint32_t ahead_max, uint32_t hold_max)
{
	return (gain_stage_box_max(ahead_max, 0) + gain_stage_box_max(ahead_max, 1)) * sizeof(int64_t) +
	       (ahead_max + hold_max + 2) / 2 * 2 * sizeof(float);
}

/* The same without a hold, for an array of int64_t. */
#define GAIN_STAGE_WORDS(AHEAD_MAX) ((AHEAD_MAX) / GAIN_STAGE_CORNER + 1 + (AHEAD_MAX) + 1 + ((AHEAD_MAX) + 2) / 2)

static inline struct gain_stage_memory gain_stage_memory(void *memory, uint32_t ahead_max) RT
{
	int64_t *boxes = memory;
	int64_t *second = boxes + gain_stage_box_max(ahead_max, 0);
	return (struct gain_stage_memory){ { boxes, second },
		(float *)(void *)(second + gain_stage_box_max(ahead_max, 1)) };
}

/* Forgets everything, and the hold. */
static inline void gain_stage_reset(struct gain_stage *g, struct gain_stage_memory m, uint32_t ahead) RT
{
	int64_t one = (int64_t)GAIN_STAGE_ONE;
	*g = (struct gain_stage){ .ahead = ahead, .released = 1 };
	g->boxes[0] = ahead / GAIN_STAGE_CORNER + 1;
	g->boxes[1] = ahead - ahead / GAIN_STAGE_CORNER + 1;
	for (int box = 0; box < 2; box++) {
		for (uint32_t i = 0; i < g->boxes[box]; i++)
			m.boxes[box][i] = one;
		one *= g->boxes[box];
		g->sums[box] = one;
	}
	g->full = (double)one;
	sliding_min_reset(&g->window, m.window, ahead + 1);
}

/* Frames of hold, up to hold_max. What is held when it changes is held once more, so that nothing is forgotten. */
static inline void gain_stage_hold(struct gain_stage *g, struct gain_stage_memory m, uint32_t hold) RT
{
	if (g->window.length != g->ahead + 1 + hold)
		sliding_min_resize(&g->window, m.window, g->ahead + 1 + hold);
}

/* Takes the need of a frame, gives the gain of the frame `ahead` before. release: part of the way in a frame;
 * finish: what the gain rises beyond that. */
static inline double gain_stage_next(
	struct gain_stage *g, struct gain_stage_memory m, double release, float need, double finish) RT
{
	double lowest = sliding_min_next(&g->window, m.window, need);
	double back = g->released * (1 - release) + lowest * release + finish;
	g->released = lowest < back ? lowest : back;
	/* Released so far is released: on its way to 1 it would never be there. */
	int64_t value = (int64_t)((g->released > 1 - 1e-9 ? 1 : g->released) * GAIN_STAGE_ONE);
	int64_t *first = m.boxes[0] + g->at[0], *second = m.boxes[1] + g->at[1];
	g->sums[0] += value - *first;
	*first = value;
	g->sums[1] += g->sums[0] - *second;
	*second = g->sums[0];
	for (int box = 0; box < 2; box++)
		g->at[box] = g->at[box] + 1 == g->boxes[box] ? 0 : g->at[box] + 1;
	return (double)g->sums[1] / g->full;
}

#endif
