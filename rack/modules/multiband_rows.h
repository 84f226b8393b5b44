/* The rows and meters of the multiband. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MODULES_MULTIBAND_ROWS_H
#define RACK_MODULES_MULTIBAND_ROWS_H

#include "rack/dsp/crossover.h"
#include "rack/module.h"

enum { ON, SOLO, MODE, THRESHOLD, RATIO, KNEE, ATTACK, RELEASE, RANGE, GAIN, N_BAND };
enum { N_BANDS, CROSSOVER, PHASE = CROSSOVER + CROSSOVERS_MAX, CHANNELS, LINK, OUTPUT, FIRST_BAND };
enum { N_PARAMS = FIRST_BAND + CROSSOVER_BANDS_MAX * N_BAND };
#define BAND(b) (FIRST_BAND + (b)*N_BAND)

enum { PHASE_MINIMUM, PHASE_LINEAR };
enum { CHANNELS_STEREO, CHANNELS_MID_SIDE };
enum { COMPRESS, EXPAND, UP_COMPRESS, UP_EXPAND };

static const char *const counts[] = { "2", "3", "4", "5" };
static const char *const phases[] = { "minimum", "linear" };
static const char *const channels[] = { "stereo", "mid_side" };
static const char *const modes[] = { "compress", "expand", "up_compress", "up_expand" };

/* clang-format off */
#define CROSSOVER_ROW(n, hz, more) \
	[CROSSOVER + n - 1] = { .id = "crossover" #n, .label = "Crossover " #n, .unit = UNIT_HZ, .scale = SCALE_LOG, \
		.min = 40, .max = 20000, .def = hz, .step = 1.0594631f, \
		.help = "Crossover frequency in Hz between band " #n " and the next, 24 dB/oct" more }

#define BAND_ROWS(n) \
	[BAND(n - 1) + ON] = { .id = "band" #n "/on", .role = ROLE_BAND_ON, .label = #n " On", .scale = SCALE_TOGGLE, .max = 1, .def = 1, \
		.step = 1, .help = "Enables the band's dynamics; off passes the band unchanged (on, off)" }, \
	[BAND(n - 1) + SOLO] = { .id = "band" #n "/solo", .label = #n " Solo", .scale = SCALE_TOGGLE, .max = 1, \
		.step = 1, .help = "Solo: only soloed bands are heard (on, off)" }, \
	[BAND(n - 1) + MODE] = { .id = "band" #n "/mode", .label = #n " Mode", .scale = SCALE_CHOICE, .max = 3, \
		.step = 1, .choices = modes, .help = "Downward compression (compress), downward expansion (expand), upward compression " \
		"(up_compress) or upward expansion (up_expand)" }, \
	[BAND(n - 1) + THRESHOLD] = { .id = "band" #n "/threshold", .role = ROLE_THRESHOLD, .label = #n " Threshold", .unit = UNIT_DBFS, \
		.min = -80, .max = 0, .def = -24, .step = 0.5f, \
		.help = "Threshold of the band in dBFS; compress and up_expand work above it, expand and up_compress below" }, \
	[BAND(n - 1) + RATIO] = { .id = "band" #n "/ratio", .role = ROLE_RATIO, .label = #n " Ratio", .unit = UNIT_RATIO, \
		.scale = SCALE_LOG, .min = 1, .max = 20, .def = 1, .step = 1.1f, \
		.help = "Ratio of compression or expansion (to 1); 1 = no change" }, \
	[BAND(n - 1) + KNEE] = { .id = "band" #n "/knee", .role = ROLE_KNEE, .label = #n " Knee", .unit = UNIT_DB, .min = 0, .max = 24, \
		.def = 6, .step = 1, .help = "Width in dB of the soft knee around the threshold" }, \
	[BAND(n - 1) + ATTACK] = { .id = "band" #n "/attack", .label = #n " Attack", .unit = UNIT_MS, \
		.scale = SCALE_LOG, .min = 0.5f, .max = 250, .def = 20, .step = 1.1f, \
		.help = "Attack time constant in ms (63 % of the gain change in dB) when the band gets louder" }, \
	[BAND(n - 1) + RELEASE] = { .id = "band" #n "/release", .label = #n " Release", .unit = UNIT_MS, \
		.scale = SCALE_LOG, .min = 5, .max = 2500, .def = 150, .step = 1.1f, \
		.help = "Release time constant in ms (63 % of the gain change in dB) when the band gets softer" }, \
	[BAND(n - 1) + RANGE] = { .id = "band" #n "/range", .label = #n " Range", .unit = UNIT_DB, .min = 0, .max = 30, \
		.def = 20, .step = 1, .help = "Maximum gain change of the band in dB" }, \
	[BAND(n - 1) + GAIN] = { .id = "band" #n "/gain", .label = #n " Gain", .unit = UNIT_DB, .min = -12, .max = 12, \
		.step = 0.5f, .help = "Gain of the band in dB" }

static const struct param multiband_params[] = {
	[N_BANDS] = { .id = "bands", .label = "Bands", .scale = SCALE_CHOICE, .max = 3, .def = 2, .step = 1,
		.choices = counts, .help = "Number of bands (2, 3, 4, 5)" },
	CROSSOVER_ROW(1, 120, ""),
	CROSSOVER_ROW(2, 1000, ", at least that of crossover 1"),
	CROSSOVER_ROW(3, 6000, ", at least that of crossover 2"),
	CROSSOVER_ROW(4, 12000, ", at least that of crossover 3"),
	[PHASE] = { .id = "phase", .label = "Phase", .scale = SCALE_CHOICE, .max = 1, .step = 1, .choices = phases,
		.help = "Crossover filters: minimum phase, or linear phase with 85 ms of added latency" },
	[CHANNELS] = { .id = "channels", .label = "Channels", .scale = SCALE_CHOICE, .max = 1, .step = 1,
		.choices = channels, .help = "Channels processed: left and right (stereo) or mid and side (mid_side)" },
	[LINK] = { .id = "link", .label = "Link", .unit = UNIT_PERCENT, .min = 0, .max = 100, .def = 100, .step = 5,
		.help = "Channel link in % to the louder channel, of left and right or of mid and side" },
	[OUTPUT] = { .id = "gain", .role = ROLE_GAIN, .label = "Gain", .unit = UNIT_DB, .min = -12, .max = 12, .step = 0.5f,
		.help = "Output gain in dB" },
	BAND_ROWS(1),
	BAND_ROWS(2),
	BAND_ROWS(3),
	BAND_ROWS(4),
	BAND_ROWS(5),
};
_Static_assert(sizeof multiband_params / sizeof multiband_params[0] == N_PARAMS, "a row for each parameter");

#define METER(n) \
	{ .id = "reduction" #n, .label = "Band " #n, .unit = UNIT_DB, .min = 0, .max = 20, \
		.help = "Gain reduction of band " #n " in dB, gain increase in the up modes" }

static const struct level multiband_meters[CROSSOVER_BANDS_MAX] = { METER(1), METER(2), METER(3), METER(4), METER(5) };
/* clang-format on */

#endif
