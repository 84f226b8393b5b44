/* The rows of an equaliser with eight bands, for every module that has them, and how to read them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MODULES_EQ_ROWS_H
#define RACK_MODULES_EQ_ROWS_H

#include "rack/dsp/prototype.h"
#include "rack/param.h"

#include <stdbool.h>

enum { EQ_BANDS = 8 };
enum { EQ_ON, EQ_TYPE, EQ_FREQ, EQ_GAIN, EQ_Q, EQ_SLOPE, EQ_TARGET, EQ_BAND_ROWS };
enum eq_target { EQ_STEREO, EQ_MID, EQ_SIDE, EQ_LEFT, EQ_RIGHT };
enum { EQ_LEVEL = EQ_BANDS * EQ_BAND_ROWS, EQ_ROWS };

/* In the order of enum prototype_type and of enum eq_target. */
static const char *const eq_types[] = { "bell", "low_shelf", "high_shelf", "highpass", "lowpass", "notch", "tilt" };
static const char *const eq_slopes[] = { "6", "12", "24", "48" };
static const char *const eq_targets[] = { "stereo", "mid", "side", "left", "right" };

/* clang-format off */
#define EQ_BAND(n, type, hz) \
	[(n - 1) * EQ_BAND_ROWS + EQ_ON] = { .id = "band" #n "/on", .role = ROLE_BAND_ON, .label = #n " On", .scale = SCALE_TOGGLE, .max = 1, \
		.def = 1, .step = 1, .help = "Enables the band (on, off)" }, \
	[(n - 1) * EQ_BAND_ROWS + EQ_TYPE] = { .id = "band" #n "/type", .role = ROLE_BAND_TYPE, .label = #n " Type", .scale = SCALE_CHOICE, .max = 6, \
		.def = type, .step = 1, .choices = eq_types, .help = "Filter type of the band" }, \
	[(n - 1) * EQ_BAND_ROWS + EQ_FREQ] = { .id = "band" #n "/freq", .role = ROLE_BAND_FREQ, .label = #n " Freq", .unit = UNIT_HZ, \
		.scale = SCALE_LOG, .min = 10, .max = 22000, .def = hz, .step = 1.0594631f, \
		.help = "Frequency in Hz: centre of a bell, notch or tilt, half-gain point of a shelf, cutoff of a highpass or lowpass" }, \
	[(n - 1) * EQ_BAND_ROWS + EQ_GAIN] = { .id = "band" #n "/gain", .role = ROLE_BAND_GAIN, .label = #n " Gain", .unit = UNIT_DB, .min = -18, \
		.max = 18, .def = 0, .step = 0.5f, \
		.help = "Gain in dB of a bell or shelf, of the top against the bottom for a tilt; highpass, lowpass and notch have none" }, \
	[(n - 1) * EQ_BAND_ROWS + EQ_Q] = { .id = "band" #n "/q", .role = ROLE_BAND_Q, .label = #n " Q", .scale = SCALE_LOG, .min = 0.1f, \
		.max = 18, .def = 0.70710678f, .step = 1.1f, \
		.help = "Q factor, frequency over bandwidth (no unit); 0.71 = Butterworth for a highpass or lowpass" }, \
	[(n - 1) * EQ_BAND_ROWS + EQ_SLOPE] = { .id = "band" #n "/slope", .role = ROLE_BAND_SLOPE, .label = #n " Slope", .scale = SCALE_CHOICE, \
		.max = 3, .def = 1, .step = 1, .choices = eq_slopes, .help = "Slope of a highpass or lowpass in dB/oct" }, \
	[(n - 1) * EQ_BAND_ROWS + EQ_TARGET] = { .id = "band" #n "/target", .label = #n " Target", .scale = SCALE_CHOICE, \
		.max = 4, .def = EQ_STEREO, .step = 1, .choices = eq_targets, .help = "Channels processed (stereo, mid, side, left, right)" }

/* Every band is on and flat: naming a type or a gain is enough to hear it. */
#define EQ_TABLE \
	EQ_BAND(1, PROTOTYPE_LOW_SHELF, 40), \
	EQ_BAND(2, PROTOTYPE_LOW_SHELF, 120), \
	EQ_BAND(3, PROTOTYPE_BELL, 250), \
	EQ_BAND(4, PROTOTYPE_BELL, 600), \
	EQ_BAND(5, PROTOTYPE_BELL, 1500), \
	EQ_BAND(6, PROTOTYPE_BELL, 3500), \
	EQ_BAND(7, PROTOTYPE_BELL, 8000), \
	EQ_BAND(8, PROTOTYPE_HIGH_SHELF, 12000), \
	[EQ_LEVEL] = { .id = "gain", .role = ROLE_GAIN, .label = "Gain", .unit = UNIT_DB, .min = -18, .max = 18, .def = 0, .step = 0.5f, \
		.help = "Output gain in dB" }
/* clang-format on */

struct eq_band {
	bool on; /* and able to change anything: not a bell, shelf or tilt of 0 dB */
	enum prototype_type type;
	int slope_db_oct;
	enum eq_target target;
	double hz, gain_db, q;
};

static inline bool eq_type_has_gain(enum prototype_type type) RT
{
	return type != PROTOTYPE_HIGHPASS && type != PROTOTYPE_LOWPASS && type != PROTOTYPE_NOTCH;
}

/* values: all rows of the table. */
static inline struct eq_band eq_read_band(const float *values, int band) RT
{
	const float *v = values + band * EQ_BAND_ROWS;
	struct eq_band b = {
		.type = (enum prototype_type)v[EQ_TYPE],
		.slope_db_oct = 6 << (int)v[EQ_SLOPE],
		.target = (enum eq_target)v[EQ_TARGET],
		.hz = v[EQ_FREQ],
		.gain_db = v[EQ_GAIN],
		.q = v[EQ_Q],
	};
	b.on = v[EQ_ON] != 0 && (!eq_type_has_gain(b.type) || b.gain_db != 0);
	return b;
}

#endif
