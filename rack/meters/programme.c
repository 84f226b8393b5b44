/* Analyser: loudness of the programme by ITU-R BS.1770 and EBU R 128, as rack/meters/loudness.c measures it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analyser.h"
#include "rack/meters/loudness.h"

static const struct level rows[] = {
	{ .id = "momentary",
		.label = "Momentary",
		.unit = UNIT_LUFS,
		.min = -60,
		.role = ROLE_MOMENTARY,
		.help = "Momentary loudness (400 ms) in LUFS" },
	{ .id = "short_term",
		.label = "Short-term",
		.unit = UNIT_LUFS,
		.min = -60,
		.role = ROLE_SHORT_TERM,
		.help = "Short-term loudness (3 s) in LUFS" },
	{ .id = "integrated",
		.label = "Integrated",
		.unit = UNIT_LUFS,
		.min = -60,
		.kind = LEVEL_FIGURE,
		.role = ROLE_INTEGRATED,
		.integrated = true,
		.help = "Integrated loudness, gated, in LUFS" },
	{ .id = "range",
		.label = "Range",
		.unit = UNIT_LU,
		.max = 30,
		.kind = LEVEL_FIGURE,
		.role = ROLE_RANGE,
		.integrated = true,
		.help = "Loudness range (EBU Tech 3342) in LU" },
	{ .id = "momentary_max",
		.label = "Momentary max",
		.unit = UNIT_LUFS,
		.min = -60,
		.kind = LEVEL_FIGURE,
		.integrated = true,
		.help = "Highest momentary loudness in LUFS" },
	{ .id = "short_term_max",
		.label = "Short-term max",
		.unit = UNIT_LUFS,
		.min = -60,
		.kind = LEVEL_FIGURE,
		.integrated = true,
		.help = "Highest short-term loudness in LUFS" },
};

static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	struct loudness_values loudness;
	(void)state;
	loudness_read(hops->of[own].loudness, &loudness);
	*values++ = (float)loudness.momentary_lufs;
	*values++ = (float)loudness.short_term_lufs;
	*values++ = (float)loudness.integrated_lufs;
	*values++ = (float)loudness.range_lu;
	*values++ = (float)loudness.momentary_max_lufs;
	*values = (float)loudness.short_term_max_lufs;
}

const struct analyser analyser_programme = {
	.id = "programme",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = TAPS_HEARD,
	.read = read,
};
