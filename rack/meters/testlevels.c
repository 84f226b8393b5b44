/* Analyser for tests: more rows than there were ever, a spectrum, and values that are not known. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analyser.h"

#include <math.h>

/* clang-format off */
#define ROW(ID) { .id = ID, .label = "Row", .max = 100, .help = "Its number" },
#define TEN(ID) ROW(ID "0") ROW(ID "1") ROW(ID "2") ROW(ID "3") ROW(ID "4") ROW(ID "5") ROW(ID "6") ROW(ID "7") ROW(ID "8") ROW(ID "9")
/* clang-format on */

enum { N_MANY = 100, SPECTRUM_WIDTH = LEVEL_WIDTH_MAX };

static const struct level rows[] = { { .id = "spectrum",
					     .label = "Spectrum",
					     .unit = UNIT_DB,
					     .width = SPECTRUM_WIDTH,
					     .max = SPECTRUM_WIDTH,
					     .help = "The number of each band in dB" },
	{ .id = "unknown", .label = "Unknown", .unit = UNIT_LU, .max = 1, .help = "Never known" },
	TEN("row0") TEN("row1") TEN("row2") TEN("row3") TEN("row4") TEN("row5") TEN("row6") TEN("row7") TEN("row8")
		TEN("row9") };
_Static_assert(sizeof rows / sizeof rows[0] == 2 + N_MANY, "a row for each value");

static void read(void *state, const struct hops *hops, enum tap own, float *values)
{
	(void)state;
	(void)hops;
	(void)own;
	for (int i = 0; i < SPECTRUM_WIDTH; i++)
		*values++ = (float)i;
	*values++ = NAN;
	for (int i = 0; i < N_MANY; i++)
		*values++ = (float)i;
}

const struct analyser analyser_testlevels = {
	.id = "testlevels",
	.rows = rows,
	.n_rows = sizeof rows / sizeof rows[0],
	.taps = 1 << TAP_OUT,
	.read = read,
};
