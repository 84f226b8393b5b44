/* Digital filters with the magnitude of an analogue one: the fit of the frequency map, and sections from its roots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/matched.h"

#include <complex.h>
#include <string.h>

#ifndef CMPLX /* glibc 2.36 has it for gcc only */
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

#define TOP_HZ 20000.0
#define TOP_TURN 0.907 /* of Nyquist: 20 kHz at 44.1 kHz; no rate can do better than this share */

/* How much a band bends the top octave (see reach()): below the first all sections but one are identities, above the
 * second the map is the full one. */
#define REACH_PLAIN 0.1
#define REACH_FULL 0.8

/* Up to this w^2 the roots of a map are told apart by their real parts. */
#define CALM 5.0

static double square_tan_half(double w) RT
{
	double t = tan(w / 2);
	return t * t;
}

/* Gauss-Jordan with partial pivoting; row i of a is an equation with its right side last. */
static void solve(int n, double a[][2 * MATCHED_DEGREE_MAX + 1])
{
	for (int i = 0; i < n; i++) {
		int pivot = i;
		for (int k = i + 1; k < n; k++)
			if (fabs(a[k][i]) > fabs(a[pivot][i]))
				pivot = k;
		for (int j = 0; j <= n; j++) {
			double swap = a[i][j];
			a[i][j] = a[pivot][j];
			a[pivot][j] = swap;
		}
		for (int k = 0; k < n; k++)
			for (int j = n; k != i && j >= i; j--)
				a[k][j] -= a[i][j] * a[k][i] / a[i][i];
	}
	for (int i = 0; i < n; i++)
		a[i][n] /= a[i][i];
}

/* Interpolates w^2 at 2 * degree places. These, as shares of the top frequency, make the error nearly equal in all its
 * lobes. */
static void fit(struct matched_map *map, int degree, double top)
{
	static const double places[MATCHED_DEGREE_MAX][2 * MATCHED_DEGREE_MAX] = {
		{ 0.384, 0.925 },
		{ 0.202, 0.567, 0.839, 0.982 },
		{ 0.168, 0.471, 0.700, 0.856, 0.950, 0.9945 },
	};
	double a[2 * MATCHED_DEGREE_MAX][2 * MATCHED_DEGREE_MAX + 1];
	for (int i = 0; i < 2 * degree; i++) {
		double w = top * places[degree - 1][i], t = square_tan_half(w), power = 1;
		for (int k = 0; k < degree; k++) {
			power *= t;
			a[i][k] = power / (w * w);
			a[i][degree + k] = -power;
		}
		a[i][2 * degree] = 1;
	}
	solve(2 * degree, a);
	*map = (struct matched_map){ .q = { 1 } };
	for (int k = 0; k < degree; k++) {
		map->p[k + 1] = a[k][2 * degree];
		map->q[k + 1] = a[degree + k][2 * degree];
	}
}

static double evaluate(const double c[MATCHED_DEGREE_MAX + 1], double t) RT
{
	return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
}

/* Where c has its m-th real root below zero (counted from zero): its roots are real, negative and apart. */
static double negative_root(const double c[MATCHED_DEGREE_MAX + 1], int degree, int m)
{
	double left[MATCHED_DEGREE_MAX + 1];
	memcpy(left, c, sizeof left);
	double x = 0;
	for (int found = 0; found <= m; found++, degree--) {
		x = 0;
		for (int i = 0; i < 60; i++) {
			double value = left[degree], slope = 0;
			for (int k = degree - 1; k >= 0; k--) {
				slope = slope * x + value;
				value = value * x + left[k];
			}
			x -= value / slope;
		}
		for (int k = degree - 1; k >= 0; k--)
			left[k] += left[k + 1] * x;
		for (int k = 0; k < degree; k++)
			left[k] = left[k + 1];
	}
	return x;
}

/* 4 atan(sqrt(T))^2 = 4 T / (1 + 2/3 T + ...) */
static const struct matched_map series = { .p = { 0, 4 }, .q = { 1, 2.0 / 3 } };

/* The series times (T - c) / (T - c) with each c between a root of
 * the full map's numerator and the next one of its denominator, where the mean with that map keeps its roots real. */
static void make_plain(struct matched *m)
{
	m->plain = series;
	for (int i = 1; i < m->degree; i++) {
		double shifted[MATCHED_DEGREE_MAX + 1] = { m->full.p[1], m->full.p[2], m->full.p[3] };
		double zero = negative_root(shifted, m->degree - 1, i - 1),
		       pole = negative_root(m->full.q, m->degree, i);
		double factor = 1 / sqrt(zero * pole);
		for (int k = MATCHED_DEGREE_MAX; k > 0; k--) {
			m->plain.p[k] += m->plain.p[k - 1] * factor;
			m->plain.q[k] += m->plain.q[k - 1] * factor;
		}
	}
}

void matched_init(struct matched *m, double rate)
{
	m->rate = rate;
	m->degree = rate < 64000 ? 3 : rate < 130000 ? 2 : 1;
	fit(&m->full, m->degree, fmin(2 * M_PI * TOP_HZ / rate, M_PI * TOP_TURN));
	make_plain(m);
}

/* How far |H|^2 is from its limit at high frequencies: the coefficients of 1 / w^2 and 1 / w^4 in its expansion. */
static double reach(const struct prototype_section *s, double w2) RT
{
	int top = s->n[2] != 0 || s->d[2] != 0 ? 2 : 1;
	double n = s->n[top] * s->n[top], d = s->d[top] * s->d[top];
	if (n == 0 || d == 0)
		return INFINITY;
	double n2 = s->n[0] * s->n[0], d2 = s->d[0] * s->d[0];
	if (top == 1)
		return w2 * fabs(n2 / n - d2 / d);
	double n1 = s->n[1] * s->n[1] - 2 * s->n[0] * s->n[2], d1 = s->d[1] * s->d[1] - 2 * s->d[0] * s->d[2];
	return w2 * fmax(0.25, fmax(fabs(n1 / n - d1 / d), sqrt(fabs(n2 / n - d2 / d))));
}

/* The mean of the two maps for this band. Returns its degree. */
static int choose(const struct matched *m, double reached, struct matched_map *map) RT
{
	double way = log(reached / REACH_PLAIN) / log(REACH_FULL / REACH_PLAIN);
	if (way >= 1 || m->degree == 1) {
		*map = m->full;
		return m->degree;
	}
	if (way <= 0) {
		*map = series;
		return 1;
	}
	way = way * way * (3 - 2 * way);
	for (int k = 0; k <= MATCHED_DEGREE_MAX; k++) {
		map->p[k] = m->plain.p[k] + way * (m->full.p[k] - m->plain.p[k]);
		map->q[k] = m->plain.q[k] + way * (m->full.q[k] - m->plain.q[k]);
	}
	return m->degree;
}

typedef double _Complex complex_number;

/* For finite numbers; not every C library has CMPLX for every compiler. */
static complex_number complex_of(double re, double im) RT
{
	return re + im * _Complex_I;
}

static complex_number divide(complex_number a, complex_number b) RT
{
	double size = creal(b) * creal(b) + cimag(b) * cimag(b);
	return complex_of(
		(creal(a) * creal(b) + cimag(a) * cimag(b)) / size, (cimag(a) * creal(b) - creal(a) * cimag(b)) / size);
}

/* The one with real part >= 0. */
static complex_number root(complex_number x) RT
{
	double re = creal(x), im = cimag(x), size = sqrt(re * re + im * im);
	double a = sqrt(fmax(0, (size + fabs(re)) / 2)), b = a > 0 ? im / (2 * a) : 0;
	return re >= 0 ? complex_of(a, b) : complex_of(fabs(b), im < 0 ? -a : a);
}

/* Newton's correction of a root of c[0] + ... + c[degree] x^degree. */
static complex_number correction(const complex_number *c, int degree, complex_number x) RT
{
	/* cppcheck-suppress uninitvar ; cppcheck does not follow complex numbers */
	complex_number value = c[degree], slope = 0;
	for (int k = degree - 1; k >= 0; k--) {
		slope = slope * x + value;
		value = value * x + c[k];
	}
	return divide(value, slope);
}

static void exchange(complex_number *a, complex_number *b) RT
{
	complex_number kept = *a;
	*a = *b;
	*b = kept;
}

/* All roots in out, ordered by their real parts: Newton from guess until one stands still, then the quadratic formula
 * for the rest. Bounded. */
static void find_roots(const complex_number *c, int degree, complex_number guess, complex_number *out) RT
{
	complex_number b[MATCHED_DEGREE_MAX + 1], x = guess;
	for (int k = 0; k <= degree; k++)
		b[k] = c[k];
	if (degree == 3) {
		for (int i = 0; i < 50; i++) {
			complex_number step = correction(c, 3, x);
			x -= step;
			if (fabs(creal(step)) + fabs(cimag(step)) <= 1e-15 * (fabs(creal(x)) + fabs(cimag(x))))
				break;
		}
		out[2] = x;
		b[2] += b[3] * x;
		b[1] += b[2] * x;
		b[0] = b[1], b[1] = b[2], b[2] = b[3];
	}
	if (degree >= 2) {
		complex_number r = root(b[1] * b[1] - 4 * b[2] * b[0]);
		complex_number larger =
			creal(b[1]) * creal(r) + cimag(b[1]) * cimag(r) >= 0 ? -(b[1] + r) / 2 : -(b[1] - r) / 2;
		out[0] = divide(b[0], larger);
		out[1] = divide(larger, b[2]);
	} else {
		out[0] = divide(-b[0], b[1]); /* cppcheck-suppress uninitvar ; written above */
	}
	for (int i = 1; i < degree; i++)
		for (int k = i; k > 0 && creal(out[k]) < creal(out[k - 1]); k--)
			exchange(&out[k], &out[k - 1]);
}

/* The polynomial in X = -T whose roots are those of R(T) = w^2 where alpha w^2 + beta = 0. */
static void make_polynomial(
	const struct matched_map *map, int degree, double alpha, complex_number beta, complex_number *c) RT
{
	for (int k = 0; k <= degree; k++)
		c[k] = (k % 2 ? -1 : 1) * (alpha * map->p[k] + beta * map->q[k]);
}

static void map_roots(
	const struct matched_map *map, int degree, double alpha, complex_number beta, complex_number *out) RT
{
	complex_number c[MATCHED_DEGREE_MAX + 1];
	make_polynomial(map, degree, alpha, beta, c);
	/* The series' own root; good for all but the highest bands, where Newton takes some steps more. */
	find_roots(c, degree, divide(beta, 4 * alpha + beta * (2.0 / 3)), out);
}

/* One Newton step; by the reciprocal where roots are large, for one may pass through infinity (Nyquist). */
static complex_number follow(const complex_number *c, int degree, complex_number x) RT
{
	if (cabs(x) < 3)
		return x - correction(c, degree, x);
	complex_number backwards[MATCHED_DEGREE_MAX + 1], y = divide(1, x);
	for (int k = 0; k <= degree; k++)
		backwards[k] = c[degree - k];
	y -= correction(backwards, degree, y);
	return divide(1, cabs(y) > 1e-12 ? y : 1e-12);
}

/* Distance on the sphere of complex numbers, so that infinity is a place like others. */
static double distance(complex_number a, complex_number b) RT
{
	return cabs(a - b) / sqrt((1 + cabs(a) * cabs(a)) * (1 + cabs(b) * cabs(b)));
}

/* Puts roots into the order that they keep while w^2 grows from where the real parts tell them apart. Were two of them
 * to change places when a control passes, two sections would exchange their poles, which clicks. */
static void keep_order(const struct matched_map *map, int degree, double alpha, complex_number beta, double size,
	complex_number *out) RT
{
	complex_number way[MATCHED_DEGREE_MAX], c[MATCHED_DEGREE_MAX + 1];
	int steps = 1 + (int)fmin(40, log(size / CALM) / log(1.06));
	double ratio = pow(size / CALM, 1.0 / steps);
	beta *= CALM / size;
	map_roots(map, degree, alpha, beta, way);
	for (int i = 0; i < steps; i++) {
		beta *= ratio;
		make_polynomial(map, degree, alpha, beta, c);
		for (int k = 0; k < degree; k++)
			way[k] = follow(c, degree, follow(c, degree, way[k]));
	}
	for (int k = 0; k < degree - 1; k++)
		for (int i = k + 1; i < degree; i++)
			if (distance(out[i], way[k]) < distance(out[k], way[k]))
				exchange(&out[i], &out[k]);
}

/* The roots S of a factor (alpha w^2 + beta) of N or D. */
static void map_factor(
	const struct matched_map *map, int degree, double alpha, complex_number beta, complex_number *s) RT
{
	map_roots(map, degree, alpha, beta, s);
	double size = alpha > 0 ? cabs(beta) / alpha : 0;
	if (cimag(beta) != 0 && size > CALM && degree > 1)
		keep_order(map, degree, alpha, beta, size, s);
	for (int k = 0; k < degree; k++)
		s[k] = root(s[k]);
}

/* Second-order factors S^2 + c1 S + c0 of a polynomial in s, each degree of the map giving one. */
static void map_polynomial(
	const struct matched_map *map, int degree, const double c[3], double scale, double c1[], double c0[]) RT
{
	complex_number a[MATCHED_DEGREE_MAX], b[MATCHED_DEGREE_MAX];
	double inner = c[1] * c[1] - 4 * c[0] * c[2];
	if (inner < 0) {
		complex_number beta = complex_of(c[1] * c[1] / 2 - c[0] * c[2], -c[1] * sqrt(-inner) / 2);
		map_factor(map, degree, scale * c[2] * c[2], beta, a);
		for (int k = 0; k < degree; k++) {
			c1[k] = 2 * creal(a[k]);
			c0[k] = creal(a[k]) * creal(a[k]) + cimag(a[k]) * cimag(a[k]);
		}
		return;
	}
	double half = (c[1] + sqrt(inner)) / 2;
	bool one = half == 0; /* s^2 or a constant alone */
	map_factor(map, degree, scale * (one ? c[2] != 0 : c[2] * c[2]), one ? c[0] != 0 : half * half, a);
	map_factor(map, degree, scale * (one ? c[2] != 0 : half * half), one ? c[0] != 0 : c[0] * c[0], b);
	for (int k = 0; k < degree; k++) {
		c1[k] = creal(a[k]) + creal(b[k]);
		c0[k] = creal(a[k]) * creal(b[k]);
	}
}

int matched_design(const struct matched *m, const struct prototype_section *section, double hz, struct svf *out) RT
{
	double w = 2 * M_PI * fmin(hz / m->rate, 0.499), w2 = w * w;
	struct matched_map map;
	int degree = choose(m, reach(section, w2), &map);
	double exact = fmin(w, fmin(2 * M_PI * TOP_HZ / m->rate, M_PI * TOP_TURN)), t = square_tan_half(exact);
	double scale = exact * exact * evaluate(map.q, t) / evaluate(map.p, t) / w2;
	double n1[MATCHED_DEGREE_MAX], n0[MATCHED_DEGREE_MAX], d1[MATCHED_DEGREE_MAX], d0[MATCHED_DEGREE_MAX];
	map_polynomial(&map, degree, section->n, scale, n1, n0);
	map_polynomial(&map, degree, section->d, scale, d1, d0);
	/* All factors are 1 at Nyquist, S = infinity. */
	double gain = sqrt(prototype_power(section, scale * map.p[degree] / map.q[degree]));
	for (int k = 0; k < m->degree; k++) {
		if (k < degree)
			out[k] = svf_from_bilinear((double[3]){ gain * n0[k], gain * n1[k], gain }, d1[k], d0[k]);
		else
			out[k] = (struct svf){ .c = { [SVF_DIRECT] = 1 } };
		gain = 1;
	}
	return degree;
}
