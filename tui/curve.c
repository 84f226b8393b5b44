/* The response of an equaliser's bands by the analogue formulas, and a picture of it in characters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/curve.h"

#include <complex.h>
#include <math.h>
#include <string.h>

static double complex bell(double complex s, double a, double q)
{
	return (s * s + s * (a / q) + 1) / (s * s + s / (a * q) + 1);
}

static double complex low_shelf(double complex s, double a, double q)
{
	double root = sqrt(a) / q;
	return a * (s * s + s * root + a) / (a * s * s + s * root + 1);
}

/* Sections of a highpass of so many dB/oct; a lowpass is one with 1/s for s. */
static double complex highpass(double complex s, double q, int slope)
{
	int order = slope / 6, sections = order / 2;
	double complex h = order % 2 ? s / (s + 1) : 1;
	for (int i = 0; i < sections; i++) {
		double section_q = 0.5 / cos(M_PI * (2 * i + 1) / (2.0 * order));
		if (i == sections - 1)
			section_q *= q * M_SQRT2;
		h *= s * s / (s * s + s / section_q + 1);
	}
	return h;
}

static double complex response(const struct curve_band *b, double complex s)
{
	double a = pow(10, b->gain / 40);
	if (strcmp(b->type, "bell") == 0)
		return bell(s, a, b->q);
	if (strcmp(b->type, "low_shelf") == 0)
		return low_shelf(s, a, b->q);
	if (strcmp(b->type, "high_shelf") == 0)
		return low_shelf(1 / s, a, b->q);
	if (strcmp(b->type, "highpass") == 0)
		return highpass(s, b->q, b->slope);
	if (strcmp(b->type, "lowpass") == 0)
		return highpass(1 / s, b->q, b->slope);
	if (strcmp(b->type, "notch") == 0)
		return (s * s + 1) / (s * s + s / b->q + 1);
	if (strcmp(b->type, "tilt") == 0)
		return (a * s + 1) / (s + a);
	return 1;
}

double curve_band_db(const struct curve_band *band, double freq)
{
	double magnitude = cabs(response(band, I * freq / band->freq));
	return 20 * log10(fmax(magnitude, 1e-6));
}

double curve_freq(int column, int columns)
{
	return 20 * pow(1000, columns > 1 ? (double)column / (columns - 1) : 0);
}

double curve_span(const double *db, int columns)
{
	double most = 0;
	for (int c = 0; c < columns; c++)
		most = fmax(most, fmin(fabs(db[c]), db[c] < 0 ? 12 : 24));
	return most <= 6 ? 6 : most <= 12 ? 12 : 24;
}

int curve_half_row(double db, double span, int rows)
{
	int last = 2 * rows - 1;
	double at = (span - db) / (2 * span) * last;
	return at < 0 ? 0 : at > last ? last : (int)lround(at);
}

enum curve_cell curve_cell(int row, int from, int to)
{
	int low = from < to ? from : to, high = from < to ? to : from;
	bool upper = 2 * row >= low && 2 * row <= high, lower = 2 * row + 1 >= low && 2 * row + 1 <= high;
	return upper && lower ? CURVE_BOTH : upper ? CURVE_UPPER : lower ? CURVE_LOWER : CURVE_EMPTY;
}
