/* The rows of the compressor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MODULES_COMPRESSOR_ROWS_H
#define RACK_MODULES_COMPRESSOR_ROWS_H

#include "rack/param.h"

enum {
	THRESHOLD,
	RATIO,
	KNEE,
	ATTACK,
	RELEASE,
	AUTO_RELEASE,
	MAKEUP,
	AUTO_MAKEUP,
	MIX,
	DETECTOR,
	TOPOLOGY,
	HIGHPASS,
	TILT,
	LINK,
	RANGE,
	LOOKAHEAD,
	N_PARAMS
};
enum { PEAK, RMS };
enum { FORWARD, FEEDBACK };

#define LOOKAHEAD_MS_MAX 10.0

static const char *const detectors[] = { "peak", "rms" };
static const char *const topologies[] = { "forward", "feedback" };

/* clang-format off */
static const struct param params[] = {
	[THRESHOLD] = { .id = "threshold", .role = ROLE_THRESHOLD, .label = "Threshold", .unit = UNIT_DBFS, .scale = SCALE_LINEAR, .min = -60,
		.max = 0, .def = -18, .step = 0.5f, .help = "Level in dBFS above which the sound is turned down" },
	[RATIO] = { .id = "ratio", .role = ROLE_RATIO, .label = "Ratio", .unit = UNIT_RATIO, .scale = SCALE_LOG, .min = 1, .max = 20,
		.def = 2, .step = 1.1f,
		.help = "How many dB the level above the threshold must rise for 1 dB more at the output (ratio to "
			"1)" },
	[KNEE] = { .id = "knee", .role = ROLE_KNEE, .label = "Knee", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = 0, .max = 24, .def = 6,
		.step = 1,
		.help = "Width in dB of the range around the threshold in which compression sets in by and by" },
	[ATTACK] = { .id = "attack", .label = "Attack", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 0.1f, .max = 250,
		.def = 20, .step = 1.1f,
		.help = "Time in ms in which 63 % of a rise of the reduction, in dB, is done" },
	[RELEASE] = { .id = "release", .label = "Release", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 5, .max = 2500,
		.def = 200, .step = 1.1f,
		.help = "Time in ms in which 63 % of a fall of the reduction, in dB, is done, after a hold of 5 to 10 "
			"ms" },
	[AUTO_RELEASE] = { .id = "auto_release", .label = "Auto release", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Lets go of short peaks in the release time, of lasting loudness five times slower (on, off)" },
	[MAKEUP] = { .id = "makeup", .label = "Makeup", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = -12, .max = 24,
		.def = 0, .step = 0.5f, .help = "Gain in dB of the compressed sound" },
	[AUTO_MAKEUP] = { .id = "auto_makeup", .label = "Auto makeup", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Brings the compressed sound slowly back to the loudness of the input, by up to 40 dB; stands "
			"over silence, and Makeup comes on top (on, off)" },
	[MIX] = { .id = "mix", .label = "Mix", .unit = UNIT_PERCENT, .scale = SCALE_LINEAR, .min = 0, .max = 100,
		.def = 100, .step = 5,
		.help = "Share of the compressed sound in %, the rest is the input, equally delayed" },
	[DETECTOR] = { .id = "detector", .label = "Detector", .scale = SCALE_CHOICE, .max = 1, .step = 1,
		.choices = detectors,
		.help = "Measures the level by peaks or as rms over 10 ms, both so that a steady sine reads its peak "
			"in dBFS" },
	[TOPOLOGY] = { .id = "topology", .label = "Topology", .scale = SCALE_CHOICE, .max = 1, .step = 1,
		.choices = topologies,
		.help = "Whether the detector hears the input (forward) or the output (feedback: the same curve, a softer "
			"onset in the knee, and a release up to ratio times faster above the threshold)" },
	[HIGHPASS] = { .id = "highpass", .label = "Detector HP", .unit = UNIT_HZ, .scale = SCALE_LOG, .min = 10,
		.max = 500, .def = 10, .step = 1.0594631f,
		.help = "Corner in Hz, 12 dB/oct, below which bass does not drive the reduction; 10 Hz is as good as "
			"off" },
	[TILT] = { .id = "tilt", .label = "Detector tilt", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = -6, .max = 6,
		.step = 0.5f,
		.help = "Slope in dB per octave that the detector hears on top, around 1 kHz: above 0 treble drives the "
			"reduction more and bass less" },
	[LINK] = { .id = "link", .label = "Link", .unit = UNIT_PERCENT, .scale = SCALE_LINEAR, .min = 0, .max = 100,
		.def = 100, .step = 5,
		.help = "How far in % both channels follow the louder one; 100 % keeps the image still" },
	[RANGE] = { .id = "range", .label = "Range", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = 0, .max = 60,
		.def = 60, .step = 1, .help = "Most reduction in dB" },
	[LOOKAHEAD] = { .id = "lookahead", .role = ROLE_LOOKAHEAD, .label = "Lookahead", .unit = UNIT_MS, .scale = SCALE_LINEAR, .min = 0,
		.max = LOOKAHEAD_MS_MAX, .def = 0, .step = 0.5f, .jump = true,
		.help = "Time in ms by which the reduction starts ahead of the sound, which is delayed by as much" },
};
/* clang-format on */
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

#endif
