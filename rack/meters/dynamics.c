/* Analyser: how far the peaks stand above the loudness (PLR, PSR), and how long has been measured. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/meters/analyser.h"
#include "rack/meters/loudness.h"

enum { WINDOW_HOPS = LOUDNESS_SHORT_TERM_HOPS };

static const struct level rows[] = {
	{ .id = "plr",
		.label = "PLR",
		.unit = UNIT_LU,
		.max = 30,
		.kind = LEVEL_FIGURE,
		.integrated = true,
		.help = "Peak to loudness ratio: highest true peak less integrated loudness, in LU" },
	{ .id = "psr",
		.label = "PSR",
		.unit = UNIT_LU,
		.max = 30,
		.kind = LEVEL_FIGURE,
		.help = "Peak to short-term loudness ratio: highest true peak of 3 s less short-term loudness, in LU" },
	{ .id = "elapsed",
		.label = "Elapsed",
		.unit = UNIT_S,
		.max = 3600,
		.kind = LEVEL_FIGURE,
		.integrated = true,
		.help = "Time since the last reset that the integrated levels are over, without pauses, in s" },
};

struct dynamics {
	float peaks[WINDOW_HOPS]; /* true peak of either channel, linear */
	uint32_t newest;
	double rate;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct dynamics);
}

static void init(void *state, const struct spec *spec)
{
	struct dynamics *d = state;
	d->rate = spec->rate;
}

static void hear(void *state, const struct hops *hops, enum tap own)
{
	struct dynamics *d = state;
	const float *peaks = hops->of[own].true_peak;
	d->newest = (d->newest + 1) % WINDOW_HOPS;
	d->peaks[d->newest] = fmaxf(peaks[0], peaks[1]);
}

static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	const struct dynamics *d = state;
	struct loudness_values loudness;
	float peak = 0;
	loudness_read(hops->of[own].loudness, &loudness);
	for (int i = 0; i < WINDOW_HOPS; i++)
		peak = fmaxf(peak, d->peaks[i]);
	bool known = peak > 0 && isfinite(loudness.short_term_lufs);
	*values++ = (float)loudness_plr(&loudness);
	*values++ = known ? (float)(decibel_or_silence((double)peak) - loudness.short_term_lufs) : NAN;
	*values = (float)((double)loudness.frames / d->rate);
}

const struct analyser analyser_dynamics = {
	.id = "dynamics",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = TAPS_HEARD,
	.size = size,
	.init = init,
	.hear = hear,
	.read = read,
};
