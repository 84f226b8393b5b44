/* The two filters of K-weighting (ITU-R BS.1770-4, Annex 1) at any rate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_K_WEIGHTING_H
#define RACK_DSP_K_WEIGHTING_H

#include "rack/base/realtime.h"

#include <math.h>

/* Numerator and denominator in S = (1 - 1/z) / (1 + 1/z): (n[2] S^2 + n[1] S + n[0]) / (S^2 + d1 S + d0). */
struct k_weighting_stage {
	double n[3], d1, d0;
};

/* The high shelf, then the high-pass: the analogue prototypes whose bilinear transforms give the coefficients that the
 * standard prints for 48 kHz. The standard's high-pass is 1 - 2/z + 1/z^2 over its poles, so its gain at the top is not
 * 1. Any thread. */
static inline void k_weighting(double rate, struct k_weighting_stage stages[2]) RT
{
	double high = pow(10, 3.999843853973347 / 20), band = pow(high, 0.4996667741545416);
	double k = tan(M_PI * 1681.974450955533 / rate), q = 0.7071752369554196;
	stages[0] = (struct k_weighting_stage){ { k * k, band * k / q, high }, k / q, k * k };
	k = tan(M_PI * 38.13547087602444 / rate);
	q = 0.5003270373238773;
	stages[1] = (struct k_weighting_stage){ { 0, 0, 1 + k / q + k * k }, k / q, k * k };
}

#endif
