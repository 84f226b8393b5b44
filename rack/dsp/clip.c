/* The integrals of the clipper's curve. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/clip.h"

#include "rack/dsp/clones.h"

#include <string.h>

/* Where differences of antiderivatives have no digits left; what the middle misses there is less than 1e-8. */
#define TINY 1e-4

struct knees {
	double knee[CLIP_BLOCK_MAX], half_per_knee[CLIP_BLOCK_MAX];
};

/* First and second antiderivative of what is taken off at the points of one phase. In the knee that is into^2 / (4
 * knee), beyond it the difference of two such powers, and so are the integrals. */
struct integrals {
	double first[CLIP_BLOCK_MAX], second[CLIP_BLOCK_MAX], beyond[CLIP_BLOCK_MAX];
};

CLONES static void integrate(
	const double *restrict u, const struct knees *restrict knees, struct integrals *restrict out, uint32_t n) RT
{
	for (uint32_t k = 0; k < n; k++) {
		struct clip_excess e = clip_excess(u[k], knees->knee[k], knees->half_per_knee[k]);
		double i = e.into, b = e.beyond, squares = i * i + b * b;
		double second = e.part * (i + b) * squares * (1 / 24.0);
		out->first[k] = -e.part * (squares + i * b) * (1 / 6.0);
		out->second[k] = u[k] > 0 ? -second : second;
		out->beyond[k] = u[k] > 0 ? b : -b;
	}
}

/* Segments from points a to b: `late` gets the part that belongs to b, what belongs to a is added to `early`. With t
 * from 0 to 1 along the segment, d its height: the mean is (F1(b) - F1(a)) / d, the mean weighted by t, by parts,
 * (F1(b) - (F2(b) - F2(a)) / d) / d. Where the curve is straight, and where d is tiny, the value and the slope in the
 * middle say the same. */
CLONES static void weigh(const double *restrict a, const double *restrict b, const struct integrals *restrict from,
	const struct integrals *restrict to, const struct knees *restrict knees, double *restrict early,
	double *restrict late, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		double step = b[i] - a[i], middle = (a[i] + b[i]) / 2;
		struct clip_excess e = clip_excess(middle, knees->knee[i], knees->half_per_knee[i]);
		double value = e.part * (e.into + e.beyond) * (middle > 0 ? -0.5 : 0.5);
		double value_late = value / 2 - step * e.part * (1 / 12.0);
		double span = from->beyond[i] * to->beyond[i] > 0 ? 0 : fabs(step);
		double per_step = 1 / (span > TINY ? step : 1);
		double mean = (to->first[i] - from->first[i]) * per_step;
		double mean_late = (to->first[i] - (to->second[i] - from->second[i]) * per_step) * per_step;
		late[i] = span > TINY ? mean_late : value_late;
		early[i] += (span > TINY ? mean : value) - late[i];
	}
}

void clip_points(const double *const *points, double *const *taken, int factor, const double *knees, double *carry,
	uint32_t n) RT
{
	struct integrals integrals[2];
	struct knees k = { 0 };
	double late[1 + CLIP_BLOCK_MAX];
	late[n] = 0; /* cppcheck-suppress legacyUninitvar ; the last weigh() writes it */
	for (uint32_t i = 0; i < n; i++) {
		k.knee[i] = knees[i];
		k.half_per_knee[i] = 0.5 / knees[i];
	}
	memset(taken[0], 0, n * sizeof **taken);
	integrate(points[0], &k, &integrals[0], n);
	for (int p = 0; p < factor; p++) {
		struct integrals *from = &integrals[p % 2], *to = &integrals[1 - p % 2];
		integrate(points[p + 1], &k, to, n);
		weigh(points[p], points[p + 1], from, to, &k, taken[p], p + 1 < factor ? taken[p + 1] : late + 1, n);
	}
	late[0] = *carry;
	*carry = late[n];
	for (uint32_t i = 0; i < n; i++)
		taken[0][i] += late[i];
}

CLONES static void add_magnitudes(double *restrict highest, const double *restrict x, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		highest[i] = dynamics_higher(fabs(x[i]), highest[i]);
}

int clip_bends(const double *const *points, int factor, const double *knees, uint32_t n) RT
{
	double highest[CLIP_BLOCK_MAX] = { 0 };
	for (int p = 0; p <= factor; p++)
		add_magnitudes(highest, points[p], n);
	int any = 0;
	for (uint32_t i = 0; i < n; i++)
		any |= highest[i] > 1 - knees[i];
	return any;
}
