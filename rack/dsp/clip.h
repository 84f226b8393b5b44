/* The curve of a clipper, without the aliases of its corners. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_CLIP_H
#define RACK_DSP_CLIP_H

#include "rack/dsp/dynamics.h"

#include <math.h>
#include <stdint.h>

/* With u the sound over the ceiling, the curve is u up to 1 - knee, a parabola, and 1 from 1 + knee on. All functions
 * give what is taken off, curve(u) - u: zero below the knee. What is taken off from |u| comes from how far that is into
 * the knee, and how far beyond it. knee from CLIP_KNEE_MIN to 1. */
#define CLIP_KNEE_MIN 1e-3

struct clip_excess {
	double into, beyond, part; /* part: of the knee, 0..1 */
};

static inline struct clip_excess clip_excess(double u, double knee, double half_per_knee) RT
{
	double a = fabs(u), into = dynamics_higher(a - (1 - knee), 0), beyond = dynamics_higher(a - (1 + knee), 0);
	return (struct clip_excess){ into, beyond, dynamics_lower(into, 2 * knee) * half_per_knee };
}

static inline double clip_taken(double u, double knee) RT
{
	struct clip_excess e = clip_excess(u, knee, 0.5 / knee);
	double off = e.part * (e.into + e.beyond) / 2;
	return u > 0 ? -off : off;
}

/* What is taken off at a point, weighted by a triangle that ends at the points beside it, if the sound runs straight
 * from point to point: aliases that fold to f fall by two times f over the rate of the points (Parker, Zavalishin,
 * Le Bivic, Reducing the Aliasing of Nonlinear Waveshaping Using Continuous-Time Convolution, DAFx-16; of second order
 * as in Bilbao, Esqueda, Parker, Valimaki, Antiderivative Antialiasing for Memoryless Nonlinearities, IEEE Signal
 * Processing Letters 24 (2017)).
 *
 * points and taken: `factor` arrays of n frames (up to CLIP_BLOCK_MAX), point after point; points has one more, the
 * first point of the next frame. carry: what the frame before leaves for the first point of this one, 0 at the start.
 * The same bits however the frames are cut into calls. */
enum { CLIP_BLOCK_MAX = 64 };
void clip_points(const double *const *points, double *const *taken, int factor, const double *knees, double *carry,
	uint32_t n) RT;

/* Whether any of these points is above 1 - knee: below nothing is taken off. */
int clip_bends(const double *const *points, int factor, const double *knees, uint32_t n) RT;

/* What straight lines and triangle take from the highs, 1 - CLIP_LOSS w^2 with w in radians a point. */
#define CLIP_LOSS (1 / 6.0)

#endif
