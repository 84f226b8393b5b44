/* The analogue responses of equaliser bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/prototype.h"

#include <math.h>
#include <stdbool.h>

static struct prototype_section denominator(double q) RT
{
	return (struct prototype_section){ .d = { 1, 1 / q, 1 } };
}

/* Butterworth: the poles of order n are (n even) pairs with Q = 1 / (2 sin(pi (2k + 1) / (2n))), the sharpest first. */
static void make_pass(struct prototype *p, bool high, double q, int order) RT
{
	if (order == 1) {
		p->n_sections = 1;
		p->section[0] = (struct prototype_section){ .n = { !high, high, 0 }, .d = { 1, 1, 0 } };
		return;
	}
	p->n_sections = (uint32_t)order / 2;
	for (uint32_t k = 0; k < p->n_sections; k++) {
		double own = 1 / (2 * sin(M_PI * (2 * k + 1) / (2.0 * order)));
		p->section[k] = denominator(k == 0 ? own * q * M_SQRT2 : own);
		p->section[k].n[high ? 2 : 0] = 1;
	}
}

static struct prototype_section make_section(enum prototype_type type, double gain_db, double q) RT
{
	double a = pow(10, gain_db / 40), slant = sqrt(a) / q;
	switch (type) {
	case PROTOTYPE_LOW_SHELF:
		return (struct prototype_section){ .n = { a * a, a * slant, a }, .d = { 1, slant, a } };
	case PROTOTYPE_HIGH_SHELF:
		return (struct prototype_section){ .n = { a, a * slant, a * a }, .d = { a, slant, 1 } };
	case PROTOTYPE_NOTCH:
		return (struct prototype_section){ .n = { 1, 0, 1 }, .d = { 1, 1 / q, 1 } };
	case PROTOTYPE_TILT:
		return (struct prototype_section){ .n = { 1, a, 0 }, .d = { a, 1, 0 } };
	default:
		return (struct prototype_section){ .n = { 1, a / q, 1 }, .d = { 1, 1 / (a * q), 1 } };
	}
}

void prototype_make(struct prototype *p, enum prototype_type type, double gain_db, double q, int slope_db_oct) RT
{
	if (type == PROTOTYPE_HIGHPASS || type == PROTOTYPE_LOWPASS) {
		make_pass(p, type == PROTOTYPE_HIGHPASS, q, slope_db_oct / 6);
		return;
	}
	p->n_sections = 1;
	p->section[0] = make_section(type, gain_db, q);
}

static double power(const double c[3], double w2) RT
{
	double even = c[0] - c[2] * w2;
	return even * even + c[1] * c[1] * w2;
}

double prototype_power(const struct prototype_section *section, double ratio_squared) RT
{
	return power(section->n, ratio_squared) / power(section->d, ratio_squared);
}
