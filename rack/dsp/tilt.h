/* First-order tilt: spectra leant over around one frequency, for detectors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_TILT_H
#define RACK_DSP_TILT_H

#include "rack/base/realtime.h"

#include <math.h>

/* The shelf H(s) = (a s + 1) / (s + a), s = j f / centre: 0 dB at the centre, a at the top, 1 / a at the bottom. Its
 * slope at the centre is 20 log10(2) (a^2 - 1) / (a^2 + 1) dB per octave, so that a^2 = (1 + r) / (1 - r) with r the
 * slope wanted over 6.02. Bilinear transform, prewarped at the centre (s = j tan(pi f / rate) / tan(pi centre / rate)).
 *
 * y = high x + low lp, lp = a / (s + a): a trapezoidal one-pole (Zavalishin, The Art of VA Filter Design, ch. 3). */
struct tilt {
	double pole, high, low;
};

/* db_per_octave: -6 .. 6; centre_hz below rate / 2. 0 gives x itself, bit for bit. */
static inline struct tilt tilt_design(double db_per_octave, double centre_hz, double rate) RT
{
	double r = db_per_octave / 6.02059991327962390, a = sqrt((1 + r) / (1 - r));
	double g = a * tan(M_PI * centre_hz / rate);
	return (struct tilt){ .pole = g / (1 + g), .high = a, .low = 1 / a - a };
}

static inline double tilt_tick(struct tilt t, double *state, double x) RT
{
	double step = (x - *state) * t.pole, lp = *state + step;
	*state = lp + step;
	return t.high * x + t.low * lp;
}

#endif
