/* How far a sound is over a ceiling between its frames, and sounds that get there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_OVER_H
#define TESTS_OVER_H

#include "tests/unit/drive.h"

/* ---- The check: 32 points to a frame, sinc of 192 frames in a Kaiser window. Shares nothing with the
 * detectors in the rack. */

enum { OVER_TAPS = 192, OVER_POINTS = 32 };

static inline const float *over_taps(int point)
{
	static float taps[OVER_POINTS][OVER_TAPS];
	if (taps[1][0] == 0)
		for (int p = 1; p < OVER_POINTS; p++)
			for (int k = 0; k < OVER_TAPS; k++) {
				double t = k - OVER_TAPS / 2 + 1 - (double)p / OVER_POINTS, r = t / (OVER_TAPS / 2);
				double window = fabs(r) < 1 ? drive_bessel(6 * sqrt(1 - r * r)) / drive_bessel(6) : 0;
				taps[p][k] = (float)(window * sin(M_PI * t) / (M_PI * t));
			}
	return taps[point];
}

/* The highest point, in dB over the ceiling. Between two frames that are both low nothing is looked for, nor near the
 * end, where the signal is cut off. */
static inline double over(const double *x, size_t n, double ceiling_db)
{
	double ceiling = pow(10, ceiling_db / 20), highest = 0;
	float *padded = calloc(n + 2 * OVER_TAPS, sizeof *padded);
	for (size_t i = 0; i < n; i++)
		padded[i + OVER_TAPS] = (float)x[i];
	for (size_t i = 0; i + OVER_TAPS < n; i++) {
		highest = fmax(highest, fabs(x[i]));
		if (fabs(x[i]) + fabs(x[i + 1]) < 0.7 * ceiling)
			continue;
		for (int p = 1; p < OVER_POINTS; p++) {
			const float *taps = over_taps(p), *at = padded + OVER_TAPS + i - OVER_TAPS / 2 + 1;
			float sum = 0;
			for (int k = 0; k < OVER_TAPS; k++)
				sum += taps[k] * at[k];
			highest = fmax(highest, fabs(sum));
		}
	}
	free(padded);
	return drive_db(highest / ceiling);
}

/* ---- Sounds */

enum torture { QUARTER, QUARTER_GATED, WHITE, GAUSSIAN, IMPULSES, INTERSAMPLE, SQUARE, N_TORTURES };

/* Up to +6 dBFS. */
static inline void torture(double *x, size_t n, enum torture kind, double rate)
{
	double *noise = drive_buffer(6 * n);
	drive_noise(noise, 6 * n, kind == GAUSSIAN ? 1 : 2, 7);
	for (size_t i = 0; i < n; i++) {
		double quarter = 2 * sin(M_PI / 2 * (double)i + M_PI / 4);
		/* The pattern whose signs are those of a sinc half way between two frames. */
		long from_middle = (long)(i % 2000) - 1000, far = from_middle < 0 ? -1 - from_middle : from_middle;
		switch (kind) {
		case QUARTER:
			x[i] = quarter;
			break;
		case QUARTER_GATED:
			x[i] = i / 1000 % 2 ? quarter : 0;
			break;
		case WHITE:
			x[i] = noise[i];
			break;
		case GAUSSIAN:
			for (size_t k = 0; k < 6; k++)
				x[i] += noise[6 * i + k];
			break;
		case IMPULSES:
			x[i] = i % 1000 < 4 ? (i % 2 ? -2 : 2) : 0;
			break;
		case INTERSAMPLE:
			x[i] = far < 32 ? (far % 2 ? -2 : 2) : 0;
			break;
		default:
			x[i] = sin(2 * M_PI * 997 * (double)i / rate) > 0 ? 2 : -2;
			break;
		}
	}
	free(noise);
}

#endif
