/* The rarity of peaks, group by group. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/peak_rarity.h"

#include <math.h>
#include <string.h>

#define WINDOW_S 0.02
#define AVERAGE_S 0.1
#define NEAR 0.89f /* of the highest peak: -1 dB */
#define STEADY 0.14
#define RARE 0.08

static uint32_t window_groups(double rate) RT
{
	return 1 + (uint32_t)(rate * WINDOW_S / PEAK_RARITY_GROUP);
}

size_t peak_rarity_bytes(double rate)
{
	return (window_groups(rate) + 1) / 2 * 2 * sizeof(float);
}

void peak_rarity_reset(struct peak_rarity *r, void *memory, double rate) RT
{
	*r = (struct peak_rarity){ .part = 1 - exp(-PEAK_RARITY_GROUP / (rate * AVERAGE_S)), .near = 1 };
	sliding_min_reset(&r->highest, memory, window_groups(rate));
}

/* Peaks are never negative: their bits are ordered as they are, and integers are compared several at a time. */
static void end_group(struct peak_rarity *r, float *memory, const float *peaks) RT
{
	int32_t bits[PEAK_RARITY_GROUP], bar, top = 0, hits = 0;
	memcpy(bits, peaks, sizeof bits);
	memcpy(&bar, &r->bar, sizeof bar);
	for (int i = 0; i < PEAK_RARITY_GROUP; i++) {
		hits += bits[i] >= bar;
		top = bits[i] > top ? bits[i] : top;
	}
	float highest;
	memcpy(&highest, &top, sizeof highest);
	r->bar = -sliding_min_next(&r->highest, memory, -highest) * NEAR;
	r->near += ((double)hits / PEAK_RARITY_GROUP - r->near) * r->part;
	double rarity = (STEADY - r->near) / (STEADY - RARE);
	r->rarity = (float)(rarity < 0 ? 0 : rarity < 1 ? rarity : 1);
}

/* Frames that do not fill a group wait for the others. */
static uint32_t gather(struct peak_rarity *r, float *memory, const float *peaks, float *rarity, uint32_t n) RT
{
	uint32_t missing = PEAK_RARITY_GROUP - r->at, taken = n < missing ? n : missing;
	for (uint32_t i = 0; i < taken; i++) {
		r->group[r->at++] = peaks[i];
		rarity[i] = r->rarity;
	}
	if (r->at == PEAK_RARITY_GROUP) {
		end_group(r, memory, r->group);
		r->at = 0;
	}
	return taken;
}

void peak_rarity_run(
	struct peak_rarity *r, void *memory, const float *left, const float *right, float *rarity, uint32_t n) RT
{
	float peaks[BLOCK_MAX];
	for (uint32_t i = 0; i < n; i++)
		peaks[i] = left[i] > right[i] ? left[i] : right[i];
	uint32_t done = r->at ? gather(r, memory, peaks, rarity, n) : 0;
	for (; n - done >= PEAK_RARITY_GROUP; done += PEAK_RARITY_GROUP) {
		float *group = rarity + done, so_far = r->rarity;
		for (int i = 0; i < PEAK_RARITY_GROUP; i++)
			group[i] = so_far;
		end_group(r, memory, peaks + done);
	}
	gather(r, memory, peaks + done, rarity + done, n - done);
}
