/* The gain computer of everything that follows a level: soft knee, and decibels cheap enough to be made in loops. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_DYNAMICS_H
#define RACK_DSP_DYNAMICS_H

#include "rack/base/realtime.h"

#include <stdint.h>
#include <string.h>

/* Functions without branches or calls: a loop over them is vectorised. */

static inline double dynamics_higher(double a, double b) RT
{
	return a > b ? a : b;
}

static inline double dynamics_lower(double a, double b) RT
{
	return a < b ? a : b;
}

/* How far a level is over the threshold in dB, bent by the knee: 0 below threshold - knee / 2, `over` above threshold +
 * knee / 2, a parabola between them (Giannoulis, Massberg, Reiss, Digital Dynamic Range Compressor Design, JAES 60
 * (2012), eq. 4). bend: dynamics_bend(knee). */
static inline double dynamics_knee(double over, double knee, double bend) RT
{
	double inside = dynamics_lower(dynamics_higher(over + knee / 2, 0), knee);
	return inside * inside * bend + dynamics_higher(over - knee / 2, 0);
}

static inline double dynamics_bend(double knee) RT
{
	return knee > 0 ? 0.5 / knee : 0;
}

/* 20 log10(x) within 1e-9 dB, x from 1e-15 (-300 dB: what is less counts as that) to 1e15. The mantissa m is brought to
 * sqrt(1/2) .. sqrt(2), ln(m) = 2 artanh((m - 1) / (m + 1)). */
static inline double dynamics_db(double x) RT
{
	uint64_t bits, mantissa, power;
	double m, e;
	x = x > 1e-15 ? x : 1e-15;
	memcpy(&bits, &x, sizeof bits);
	mantissa = (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
	power = (bits >> 52) | 0x4330000000000000u; /* as a double: 2^52 + the biased exponent */
	memcpy(&m, &mantissa, sizeof m);
	memcpy(&e, &power, sizeof e);
	e -= 4503599627371519.0; /* 2^52 + 1023 */
	double half = m > 1.41421356237309505 ? 0.5 : 1, one = m > 1.41421356237309505 ? 1 : 0;
	m *= half;
	e += one;
	double z = (m - 1) / (m + 1), q = z * z;
	double tail = q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q / 13)))));
	return e * 6.02059991327962390 + z * (1 + tail) * 17.3717792761300667; /* 20 log10(2); 40 / ln(10) */
}

/* 10^(db / 20) within 1e-12 of itself, db from -2000 to 2000; 0 dB is 1, exactly. 2^n by the exponent, the rest by its
 * series. */
static inline double dynamics_gain(double db) RT
{
	const double round = 6755399441055744.0; /* 1.5 2^52: adding it rounds to a whole number */
	double x = db * 0.16609640474436813, shifted = x + round, f = (x - (shifted - round)) * 0.69314718055994531;
	double p = 1 + f / 10;
	for (int k = 9; k > 0; k--)
		p = 1 + f * (1.0 / k) * p;
	uint64_t whole, bits;
	memcpy(&whole, &shifted, sizeof whole);
	memcpy(&bits, &p, sizeof bits);
	bits += whole << 52;
	memcpy(&p, &bits, sizeof p);
	return p;
}

#endif
