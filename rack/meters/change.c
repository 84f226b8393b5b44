/* Analyser: by how much the slots change the loudness of their input, for bypass at matched loudness. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analyser.h"
#include "rack/meters/loudness.h"

#include <math.h>

enum {
	WINDOW_HOPS = LOUDNESS_SHORT_TERM_HOPS,
	LEAST_HOPS = LOUDNESS_MOMENTARY_HOPS,
	HISTORY = 1024, /* of the input: holds the longest delay beside the window */
};
#define SOUND_ENERGY 1.1725e-6 /* -60 LUFS: below, nothing is said of how loud the slots make it */

static const struct level rows[] = {
	{ .id = "change",
		.label = "Change",
		.unit = UNIT_LU,
		.min = -20,
		.max = 20,
		.kind = LEVEL_CENTRED,
		.role = ROLE_CHANGE,
		.help = "How much louder the slots make their input in LU, over the last 3 s of sound; bypass and match "
			"do not count" },
};

/* Energies of hops: what the slots made is measured beside their input of the same sound. */
struct change {
	double in[HISTORY], made[HISTORY];
	uint32_t newest;
	float lu; /* NaN until there were 400 ms of sound */
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct change);
}

static void init(void *state, const struct spec *spec)
{
	struct change *c = state;
	(void)spec;
	c->lu = NAN;
}

static void hear(void *state, const struct hops *hops, enum tap own)
{
	struct change *c = state;
	c->newest = (c->newest + 1) % HISTORY;
	c->in[c->newest] = loudness_newest(hops->of[TAP_IN].loudness);
	c->made[c->newest] = loudness_newest(hops->of[own].loudness);
}

/* Both over the same sound, so it holds from the first moment of the sound on. */
static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	struct change *c = state;
	(void)own;
	uint32_t delay = (hops->delay_frames + hops->n / 2) / hops->n;
	if (delay > HISTORY - WINDOW_HOPS)
		delay = HISTORY - WINDOW_HOPS;
	double in = 0, made = 0;
	uint32_t sounding = 0;
	for (uint32_t i = 0; i < WINDOW_HOPS; i++) {
		double energy = c->in[(c->newest + 2 * HISTORY - i - delay) % HISTORY];
		in += energy;
		made += c->made[(c->newest + HISTORY - i) % HISTORY];
		sounding += energy > SOUND_ENERGY;
	}
	if (sounding >= LEAST_HOPS && made > WINDOW_HOPS * SOUND_ENERGY)
		c->lu = (float)(10 * log10(made / in));
	values[0] = c->lu;
}

const struct analyser analyser_change = {
	.id = "change",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = 1 << TAP_PROCESSED,
	.size = size,
	.init = init,
	.hear = hear,
	.read = read,
};
