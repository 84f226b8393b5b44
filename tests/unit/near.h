/* Comparison of numbers that NaN and infinity fail: cmocka's own takes both for equal to anything. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_NEAR_H
#define TESTS_NEAR_H

#include <math.h>

/* a and b differ by at most within, or are the same (infinities too). Included behind cmocka.h. */
#define assert_near(A, B, WITHIN)                                                                                      \
	do {                                                                                                           \
		double near_a = (double)(A), near_b = (double)(B), near_within = (double)(WITHIN);                     \
		if (!(near_a == near_b || (isfinite(near_a - near_b) && fabs(near_a - near_b) <= near_within)))        \
			fail_msg("%s is %.9g, not %.9g (within %g)", #A, near_a, near_b, near_within);                 \
	} while (0)

#endif
