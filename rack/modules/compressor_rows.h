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
		.max = 0, .def = -18, .step = 0.5f, .help = "Level in dBFS above which gain is reduced" },
	[RATIO] = { .id = "ratio", .role = ROLE_RATIO, .label = "Ratio", .unit = UNIT_RATIO, .scale = SCALE_LOG, .min = 1, .max = 20,
		.def = 2, .step = 1.1f,
		.help = "Input change in dB above the threshold for 1 dB of output change (ratio to 1)" },
	[KNEE] = { .id = "knee", .role = ROLE_KNEE, .label = "Knee", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = 0, .max = 24, .def = 6,
		.step = 1,
		.help = "Width in dB of the soft knee around the threshold, where compression starts gradually" },
	[ATTACK] = { .id = "attack", .label = "Attack", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 0.1f, .max = 250,
		.def = 20, .step = 1.1f,
		.help = "Attack time constant in ms (63 % of the gain reduction in dB)" },
	[RELEASE] = { .id = "release", .label = "Release", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 5, .max = 2500,
		.def = 200, .step = 1.1f,
		.help = "Release time constant in ms (63 % in dB), after a hold of 5 to 10 ms" },
	[AUTO_RELEASE] = { .id = "auto_release", .label = "Auto release", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Programme-dependent (dual-stage) release: short peaks at the release time, sustained levels five times slower (on, off)" },
	[MAKEUP] = { .id = "makeup", .label = "Makeup", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = -12, .max = 24,
		.def = 0, .step = 0.5f, .help = "Makeup gain in dB of the compressed signal" },
	[AUTO_MAKEUP] = { .id = "auto_makeup", .label = "Auto makeup", .scale = SCALE_TOGGLE, .max = 1, .step = 1,
		.help = "Slowly matches the compressed signal to the loudness of the input, by up to 40 dB; holds during "
			"silence, and Makeup is added (on, off)" },
	[MIX] = { .id = "mix", .label = "Mix", .unit = UNIT_PERCENT, .scale = SCALE_LINEAR, .min = 0, .max = 100,
		.def = 100, .step = 5,
		.help = "Wet share in % for parallel compression; the rest is the input, delay-compensated" },
	[DETECTOR] = { .id = "detector", .label = "Detector", .scale = SCALE_CHOICE, .max = 1, .step = 1,
		.choices = detectors,
		.help = "Level detection: peak, or RMS over 10 ms; both read a steady sine at its peak level in dBFS" },
	[TOPOLOGY] = { .id = "topology", .label = "Topology", .scale = SCALE_CHOICE, .max = 1, .step = 1,
		.choices = topologies,
		.help = "Detector position: input (forward) or output (feedback: same static curve, softer onset in the knee, "
			"release up to ratio times faster above the threshold)" },
	[HIGHPASS] = { .id = "highpass", .label = "Detector HP", .unit = UNIT_HZ, .scale = SCALE_LOG, .min = 10,
		.max = 500, .def = 10, .step = 1.0594631f,
		.help = "Cutoff frequency in Hz of the detector's highpass, 12 dB/oct; 10 Hz = off" },
	[TILT] = { .id = "tilt", .label = "Detector tilt", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = -6, .max = 6,
		.step = 0.5f,
		.help = "Spectral tilt of the detector in dB/oct around 1 kHz: above 0 it is more sensitive to treble, less to bass" },
	[LINK] = { .id = "link", .label = "Link", .unit = UNIT_PERCENT, .scale = SCALE_LINEAR, .min = 0, .max = 100,
		.def = 100, .step = 5,
		.help = "Stereo link in % to the louder channel; 100 % preserves the image" },
	[RANGE] = { .id = "range", .label = "Range", .unit = UNIT_DB, .scale = SCALE_LINEAR, .min = 0, .max = 60,
		.def = 60, .step = 1, .help = "Maximum gain reduction in dB" },
	[LOOKAHEAD] = { .id = "lookahead", .role = ROLE_LOOKAHEAD, .label = "Look-ahead", .unit = UNIT_MS, .scale = SCALE_LINEAR, .min = 0,
		.max = LOOKAHEAD_MS_MAX, .def = 0, .step = 0.5f, .jump = true,
		.help = "Look-ahead in ms: gain reduction starts this much earlier; added latency" },
};
/* clang-format on */
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

#endif
