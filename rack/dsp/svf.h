/* Second-order section as a state-variable filter, safe to move while it sounds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_SVF_H
#define RACK_DSP_SVF_H

#include "rack/dsp/ramp.h"

#include <math.h>
#include <stdbool.h>

/* Trapezoidal integrators (Zavalishin, The Art of VA Filter Design, ch. 3 to 5) with the loop solved: with e = x - s2
 *     y = direct x + out1 s1 + out2 s2,    s1' = p s1 + t e,    s2' = s2 + t s1 + q e.
 * The step of the state is linear in (p, t, q), and each frozen filter of positive damping never raises s1^2 + s2^2 by
 * itself; matrices of norm 1 at most form a convex set, so straight glides between two such filters are stable too. */
enum { SVF_P, SVF_T, SVF_Q, SVF_DIRECT, SVF_OUT1, SVF_OUT2, SVF_NUMBERS };

struct svf {
	double c[SVF_NUMBERS];
};

/* Numerator and denominator in S = (1 - 1/z) / (1 + 1/z): (n[2] S^2 + n[1] S + n[0]) / (S^2 + d1 S + d0), d0 > 0, d1 >
 * 0. */
static inline struct svf svf_from_bilinear(const double n[3], double d1, double d0) RT
{
	double g = sqrt(d0), a1 = 1 / (1 + d1 + d0), a2 = g * a1, a3 = g * a2;
	double m0 = n[2], m1 = (n[1] - n[2] * d1) / g, m2 = n[0] / d0 - n[2];
	return (struct svf){ .c = {
				     [SVF_P] = 2 * a1 - 1,
				     [SVF_T] = 2 * a2,
				     [SVF_Q] = 2 * a3,
				     [SVF_DIRECT] = m0 + m1 * a2 + m2 * a3,
				     [SVF_OUT1] = m1 * a1 + m2 * a2,
				     [SVF_OUT2] = m2 * (1 - a3) - m1 * a2,
			     } };
}

/* High-pass of the bilinear transform, prewarped: for detectors and the like, where the top octave does not matter. */
static inline struct svf svf_highpass(double hz, double q, double rate) RT
{
	double g = tan(M_PI * fmin(hz / rate, 0.49));
	const double n[3] = { 0, 0, 1 };
	return svf_from_bilinear(n, g / q, g * g);
}

static inline double svf_tick(const struct svf *svf, double s[2], double x) RT
{
	const double *c = svf->c;
	double e = x - s[1];
	double y = c[SVF_DIRECT] * x + (c[SVF_OUT1] * s[0] + c[SVF_OUT2] * s[1]);
	double first = c[SVF_P] * s[0] + c[SVF_T] * e;
	s[1] = (s[1] + c[SVF_T] * s[0]) + c[SVF_Q] * e;
	s[0] = first;
	return y;
}

/* A section whose numbers glide. */
struct svf_ramp {
	struct svf now, step, target;
};

static inline void svf_to(struct svf_ramp *ramp, const struct svf *target, bool at_once) RT
{
	ramp->target = *target;
	if (at_once)
		ramp->now = *target;
	for (int i = 0; i < SVF_NUMBERS; i++)
		ramp->step.c[i] = (target->c[i] - ramp->now.c[i]) / SET_FRAMES;
}

static inline void svf_next(struct svf_ramp *ramp) RT
{
	for (int i = 0; i < SVF_NUMBERS; i++)
		ramp->now.c[i] += ramp->step.c[i];
}

static inline void svf_land(struct svf_ramp *ramp) RT
{
	ramp->now = ramp->target;
	ramp->step = (struct svf){ 0 };
}

#endif
