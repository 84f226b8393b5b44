/* The analogue responses of equaliser bands: what any digital equaliser here has to match. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_PROTOTYPE_H
#define RACK_DSP_PROTOTYPE_H

#include "rack/base/realtime.h"

#include <stdint.h>

enum prototype_type {
	PROTOTYPE_BELL,
	PROTOTYPE_LOW_SHELF,
	PROTOTYPE_HIGH_SHELF,
	PROTOTYPE_HIGHPASS,
	PROTOTYPE_LOWPASS,
	PROTOTYPE_NOTCH,
	PROTOTYPE_TILT,
};

/* (n[2] s^2 + n[1] s + n[0]) / (d[2] s^2 + d[1] s + d[0]), s = j at the band's frequency. */
struct prototype_section {
	double n[3], d[3];
};

enum { PROTOTYPE_SECTIONS_MAX = 4 };

struct prototype {
	uint32_t n_sections;
	struct prototype_section section[PROTOTYPE_SECTIONS_MAX];
};

/* With A = 10^(gain / 40), as in Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients:
 *   bell        (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1)
 *   low shelf   A (s^2 + s sqrt(A)/Q + A) / (A s^2 + s sqrt(A)/Q + 1), high shelf its mirror; gain / 2 at the frequency
 *   passes      Butterworth of order slope_db_oct / 6 (6, 12, 24, 48); the q of the sharpest section is scaled so that
 * the response at the frequency is q; order 1 has none notch       (s^2 + 1) / (s^2 + s/Q + 1) tilt        (A s + 1) /
 * (s + A): -gain / 2 at the bottom, 0 dB at the frequency, +gain / 2 at the top; no q Any thread, a few dozen
 * operations. */
void prototype_make(struct prototype *, enum prototype_type, double gain_db, double q, int slope_db_oct) RT;

/* |H|^2 at squared frequency relative to the band's. */
double prototype_power(const struct prototype_section *, double ratio_squared) RT;

#endif
