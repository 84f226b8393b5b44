/* The rows of the limiter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MODULES_LIMITER_ROWS_H
#define RACK_MODULES_LIMITER_ROWS_H

#include "rack/param.h"

enum { GAIN, CEILING, RELEASE, AUTO_RELEASE, LOOKAHEAD, LINK, LINK_RELEASE, STYLE, TRUE_PEAK, UNITY, N_PARAMS };
enum { CLEAN, PUNCHY, LOUD, SAFE, N_STYLES };

static const char *const style_names[] = { "clean", "punchy", "loud", "safe" };

static const struct param params[] = {
	[GAIN] = { .id = "gain",
		.role = ROLE_GAIN,
		.label = "Gain",
		.unit = UNIT_DB,
		.min = 0,
		.max = 24,
		.def = 0,
		.step = 0.5f,
		.help = "Drive into the limiter in dB" },
	[CEILING] = { .id = "ceiling",
		.role = ROLE_CEILING,
		.label = "Ceiling",
		.unit = UNIT_DBTP,
		.min = -20,
		.max = 0,
		.lock = true,
		.def = -1,
		.step = 0.1f,
		.help = "Highest level at the output in dBTP (in dBFS of samples without true peak)" },
	[RELEASE] = { .id = "release",
		.label = "Release",
		.unit = UNIT_MS,
		.scale = SCALE_LOG,
		.min = 1,
		.max = 1000,
		.def = 100,
		.step = 1.1220185f,
		.help = "Time in ms in which the gain comes 63 % of the way back" },
	[AUTO_RELEASE] = { .id = "auto_release",
		.label = "Auto release",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.def = 1,
		.step = 1,
		.help = "Short peaks are let go at once and only what lasts is released slowly (on, off)" },
	[LOOKAHEAD] = { .id = "lookahead",
		.role = ROLE_LOOKAHEAD,
		.label = "Look-ahead",
		.unit = UNIT_MS,
		.min = 0.5f,
		.max = 5,
		.def = 4,
		.step = 0.5f,
		.jump = true,
		.help = "Time in ms in which the gain goes down to a peak; the delay is this and 34 frames" },
	[LINK] = { .id = "link",
		.label = "Link",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 100,
		.step = 5,
		.help = "How much of one channel's reduction the other one takes over in %; Link release sets what lasts apart" },
	[LINK_RELEASE] = { .id = "link_release",
		.label = "Link release",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 200,
		.def = 100,
		.step = 5,
		.help = "Link of the slow stage of auto release in % of Link: 0 % none, 100 % as Link, from there to "
			"200 % on to entirely linked" },
	[STYLE] = { .id = "style",
		.label = "Style",
		.scale = SCALE_CHOICE,
		.max = N_STYLES - 1,
		.def = CLEAN,
		.step = 1,
		.choices = style_names,
		.help = "What auto release is tuned for: clean for least distortion (the default), punchy for drums that "
			"keep their hit, loud for most level at some distortion, safe for speech, classical and stems: "
			"slow and steady" },
	[TRUE_PEAK] = { .id = "true_peak",
		.label = "True peak",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.def = 1,
		.step = 1,
		.help = "Limits what lies between the samples too (on, off)" },
	[UNITY] = { .id = "unity",
		.label = "Unity gain",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.step = 1,
		.help = "Lowers the output by the drive, to hear what limiting does without what louder does (on, "
			"off)" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

#endif
