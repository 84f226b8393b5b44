/* Analyser: sample peak and true peak, falling, and the highest true peak. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/meters/analyser.h"
#include "rack/meters/loudness.h"

#define FALL_PER_HOP 0.97723722095581068 /* 20 dB a second: 10^(-0.2 / 20) */

static const struct level rows[] = {
	{ .id = "peak",
		.label = "Peak",
		.unit = UNIT_DBFS,
		.min = -60,
		.width = 2,
		.role = ROLE_PEAK,
		.help = "Sample peak of left and right in dBFS; falls 20 dB/s" },
	{ .id = "true_peak",
		.label = "True peak",
		.unit = UNIT_DBTP,
		.min = -60,
		.width = 2,
		.role = ROLE_TRUE_PEAK,
		.help = "True peak (ITU-R BS.1770) of left and right in dBTP; falls 20 dB/s" },
	{ .id = "true_peak_max",
		.label = "True peak max",
		.unit = UNIT_DBTP,
		.min = -60,
		.width = 2,
		.role = ROLE_TRUE_PEAK_MAX,
		.integrated = true,
		.help = "Highest true peak of left and right in dBTP" },
};

struct peaks {
	float peak[2], true_peak[2]; /* falling, linear */
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct peaks);
}

static void fall(float held[2], const float peaks[2])
{
	for (int c = 0; c < 2; c++) {
		held[c] *= (float)FALL_PER_HOP;
		if (held[c] < 1e-10f)
			held[c] = 0;
		if (peaks[c] > held[c])
			held[c] = peaks[c];
	}
}

static void hear(void *state, const struct hops *hops, enum tap own)
{
	struct peaks *p = state;
	fall(p->peak, hops->of[own].peak);
	fall(p->true_peak, hops->of[own].true_peak);
}

static float *write_pair(float *values, double left, double right)
{
	values[0] = (float)left;
	values[1] = (float)right;
	return values + 2;
}

static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	const struct peaks *p = state;
	struct loudness_values loudness;
	loudness_read(hops->of[own].loudness, &loudness);
	values = write_pair(values, decibel_or_silence((double)p->peak[0]), decibel_or_silence((double)p->peak[1]));
	values = write_pair(
		values, decibel_or_silence((double)p->true_peak[0]), decibel_or_silence((double)p->true_peak[1]));
	write_pair(values, loudness.true_peak_dbtp[0], loudness.true_peak_dbtp[1]);
}

const struct analyser analyser_peaks = {
	.id = "peaks",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = TAPS_HEARD,
	.size = size,
	.hear = hear,
	.read = read,
};
