/* Analyser: mean of left and right over the last second (DC offset). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analyser.h"
#include "rack/meters/loudness.h"

static const struct level rows[] = {
	{ .id = "offset",
		.label = "DC offset",
		.min = -1,
		.max = 1,
		.width = 2,
		.kind = LEVEL_CENTRED,
		.help = "Mean of left and right over a second; full scale is 1" },
};

struct offset {
	double sums[LOUDNESS_HOPS_PER_S][2];
	uint32_t newest, frames;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct offset);
}

static void hear(void *state, const struct hops *hops, enum tap own)
{
	struct offset *s = state;
	s->newest = (s->newest + 1) % LOUDNESS_HOPS_PER_S;
	s->frames = hops->n * LOUDNESS_HOPS_PER_S;
	for (int c = 0; c < 2; c++) {
		double sum = 0;
		for (uint32_t i = 0; i < hops->n; i++)
			sum += (double)hops->of[own].x[c][i];
		s->sums[s->newest][c] = sum;
	}
}

static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	const struct offset *s = state;
	(void)hops, (void)own;
	for (int c = 0; c < 2; c++) {
		double sum = 0;
		for (uint32_t i = 0; i < LOUDNESS_HOPS_PER_S; i++)
			sum += s->sums[i][c];
		values[c] = s->frames ? (float)(sum / s->frames) : 0;
	}
}

const struct analyser analyser_offset = {
	.id = "offset",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = TAPS_HEARD,
	.size = size,
	.hear = hear,
	.read = read,
};
