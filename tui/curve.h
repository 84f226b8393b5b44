/* The response of an equaliser's bands by the analogue formulas, and a picture of it in characters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_CURVE_H
#define TUI_CURVE_H

#include <stdbool.h>

/* One band as its rows say. type: a name of the choice row (bell low_shelf high_shelf highpass lowpass notch tilt;
 * anything else is flat). */
struct curve_band {
	const char *type;
	double freq, gain, q;
	int slope; /* dB/oct of the passes */
};

/* Gain in dB at freq (Hz). With s = j freq / band.freq and A = 10^(gain / 40): bells, shelves and notch of second order
 * as in R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients"; passes are Butterworth of
 * order slope / 6, their sharpest section's Q scaled by q sqrt(2); tilt (A s + 1) / (s + A). */
double curve_band_db(const struct curve_band *, double freq);

/* Frequency of a column: 20 Hz to 20 kHz, logarithmic. */
double curve_freq(int column, int columns);

/* The span that a response needs: boosts and cuts, while a pass or notch may leave at the bottom. */
double curve_span(const double *db, int columns);

/* Half rows from the top, 0 .. 2 rows - 1, for a level where the picture spans -span .. span dB. */
int curve_half_row(double db, double span, int rows);

/* What stands at a row of a column when the curve goes from one half row to another within it. */
enum curve_cell { CURVE_EMPTY, CURVE_UPPER, CURVE_LOWER, CURVE_BOTH };
enum curve_cell curve_cell(int row, int from, int to);

#endif
