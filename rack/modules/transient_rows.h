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
		.help = "Frequency in Hz where band " #n " goes over to the next at 24 dB/oct" more }

#define AMOUNT_ROW(row, name, text, what) \
	[row] = { .id = name, .label = text, .unit = UNIT_PERCENT, .min = -100, .max = 100, .step = 5, .help = what }

#define BAND_ROWS(n) \
	AMOUNT_ROW(BAND(n - 1) + ATTACK, "band" #n "/attack", #n " Attack", \
		"How much louder (above 0) or softer the band's onsets become in %, added to the attack of all"), \
	AMOUNT_ROW(BAND(n - 1) + SUSTAIN, "band" #n "/sustain", #n " Sustain", \
		"How much louder (above 0) or softer what rings in the band becomes in %, added to the sustain of all")

static const struct param transient_params[] = {
	AMOUNT_ROW(ATTACK, "attack", "Attack", "How much louder (above 0) or softer (below 0) onsets become in %"),
	AMOUNT_ROW(SUSTAIN, "sustain", "Sustain",
		"How much louder (above 0) or softer (below 0) what rings after them becomes in %"),
	[SPEED] = { .id = "speed", .label = "Speed", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 5, .max = 100,
		.def = 20, .step = 1.1f,
		.help = "Time in ms that an onset takes; what rings after it takes ten times that" },
	[MIX] = { .id = "mix", .label = "Mix", .unit = UNIT_PERCENT, .min = 0, .max = 100, .def = 100, .step = 5,
		.help = "Share of the changed sound in %, the rest is the input" },
	[GAIN] = { .id = "gain", .label = "Gain", .unit = UNIT_DB, .min = -12, .max = 12, .step = 0.5f,
		.help = "Level of the changed sound in dB" },
	[N_BANDS] = { .id = "bands", .label = "Bands", .scale = SCALE_CHOICE, .max = BANDS - 1, .step = 1,
		.choices = counts,
		.help = "How many bands are followed and changed, each on its own (1, 2, 3, 4); 1 is the whole sound" },
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
		"How far the sound, or the band that changes most, is turned up (down below 0) in dB",
		.kind = LEVEL_CENTRED },
};
/* clang-format on */

#endif
