/* The rows and meters of the transient module. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MODULES_TRANSIENT_ROWS_H
#define RACK_MODULES_TRANSIENT_ROWS_H

#include "rack/module.h"

enum { BANDS = 4 }; /* at most */
enum { ATTACK, SUSTAIN, N_BAND };
enum { SPEED = N_BAND, MIX, GAIN, N_BANDS, CROSSOVER, FIRST_BAND = CROSSOVER + BANDS - 1 };
enum { N_PARAMS = FIRST_BAND + BANDS * N_BAND };
#define BAND(b) (FIRST_BAND + (b)*N_BAND)

enum { CHANGE, N_METERS };

static const char *const counts[] = { "1", "2", "3", "4" };

/* clang-format off */
#define CROSSOVER_ROW(n, hz, more) \
	[CROSSOVER + n - 1] = { .id = "crossover" #n, .label = "Crossover " #n, .unit = UNIT_HZ, .scale = SCALE_LOG, \
		.min = 40, .max = 20000, .def = hz, .step = 1.0594631f, \
		.help = "Crossover frequency in Hz between band " #n " and the next, 24 dB/oct" more }

#define AMOUNT_ROW(row, name, text, what) \
	[row] = { .id = name, .label = text, .unit = UNIT_PERCENT, .min = -100, .max = 100, .step = 5, .help = what }

#define BAND_ROWS(n) \
	AMOUNT_ROW(BAND(n - 1) + ATTACK, "band" #n "/attack", #n " Attack", \
		"Attack of the band in %, boosted above 0, reduced below; added to the overall Attack"), \
	AMOUNT_ROW(BAND(n - 1) + SUSTAIN, "band" #n "/sustain", #n " Sustain", \
		"Sustain of the band in %, boosted above 0, reduced below; added to the overall Sustain")

static const struct param transient_params[] = {
	AMOUNT_ROW(ATTACK, "attack", "Attack", "Attack in %: transients are boosted above 0, reduced below"),
	AMOUNT_ROW(SUSTAIN, "sustain", "Sustain",
		"Sustain in %: the tail after transients is boosted above 0, reduced below"),
	[SPEED] = { .id = "speed", .label = "Speed", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 5, .max = 100,
		.def = 20, .step = 1.1f,
		.help = "Duration of the attack in ms; sustain takes ten times as long" },
	[MIX] = { .id = "mix", .label = "Mix", .unit = UNIT_PERCENT, .min = 0, .max = 100, .def = 100, .step = 5,
		.help = "Wet share in %, the rest is the input" },
	[GAIN] = { .id = "gain", .label = "Gain", .unit = UNIT_DB, .min = -12, .max = 12, .step = 0.5f,
		.help = "Gain of the processed signal in dB" },
	[N_BANDS] = { .id = "bands", .label = "Bands", .scale = SCALE_CHOICE, .max = BANDS - 1, .step = 1,
		.choices = counts,
		.help = "Number of bands (1, 2, 3, 4); 1 = wideband" },
	CROSSOVER_ROW(1, 120, ""),
	CROSSOVER_ROW(2, 1000, ", at least that of crossover 1"),
	CROSSOVER_ROW(3, 6000, ", at least that of crossover 2"),
	BAND_ROWS(1),
	BAND_ROWS(2),
	BAND_ROWS(3),
	BAND_ROWS(4),
};
_Static_assert(sizeof transient_params / sizeof transient_params[0] == N_PARAMS, "a row for each parameter");

static const struct level transient_meters[] = {
	[CHANGE] = { "change", "Change", UNIT_DB, -15, 15,
		"Gain change in dB, of the band that changes most; below 0 is reduction",
		.kind = LEVEL_CENTRED },
};
/* clang-format on */

#endif
