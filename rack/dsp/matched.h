/* Digital filters with the magnitude of an analogue one up to 20 kHz, at any rate and without delay. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_MATCHED_H
#define RACK_DSP_MATCHED_H

#include "rack/dsp/prototype.h"
#include "rack/dsp/svf.h"

/* On the unit circle w = 2 atan(sqrt(T)), T = tan(w/2)^2. The bilinear transform takes w^2 for 4 T, which cramps the
 * top. Here w^2 is a rational function R of degree 1 to 3 in T, fitted to 4 atan(sqrt(T))^2 up to 20 kHz; put into the
 * prototype's N(w^2) / D(w^2) the denominators of R cancel, and what is left is again a filter: one second-order
 * section for each degree. It is found by its roots: those of R(T) = w^2 for each root w^2 of N and D, and S = sqrt(-T)
 * with Re S > 0 (minimum phase and stable, since R maps no positive T to a root). R is scaled to be exact at the band's
 * own frequency.
 *
 * Degree 3 errs by 1.6e-4 in w^2 at 44.1 kHz: 0.05 dB for the sharpest band of +-24 dB. A band that leaves the top
 * alone needs only degree 1; between the two R is a mean of both, with a factor common to numerator and denominator, so
 * that the further sections turn into identities by and by and may then be left out unheard. */
enum { MATCHED_DEGREE_MAX = 3 };

struct matched_map {
	double p[MATCHED_DEGREE_MAX + 1], q[MATCHED_DEGREE_MAX + 1]; /* R = sum p T^k / sum q T^k; p[0] = 0, q[0] = 1 */
};

struct matched {
	double rate;
	int degree;
	struct matched_map full, plain; /* for bands at the top; for others */
};

/* Any rate from 8 to 384 kHz. Control thread. */
void matched_init(struct matched *, double rate);

/* The sections for one of a prototype's, at hz. Returns how many of out[0 .. MATCHED_DEGREE_MAX - 1] are to be run; the
 * others are identities, up to the degree for this rate. About a microsecond. Audio thread too. */
int matched_design(const struct matched *, const struct prototype_section *, double hz, struct svf *out) RT;

#endif
