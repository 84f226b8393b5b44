/* How much a test tries: all, or a part of its rates and cases where time is short. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_EFFORT_H
#define TESTS_EFFORT_H

#include <stdbool.h>
#include <stdlib.h>

/* Under a sanitizer, where memory and threads are looked at and everything takes ten times as long (tests/run takes
 * clang for one of them); and in tests/run --quick. */
static inline bool effort_is_small(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
	return true;
#else
	return getenv("LACQUER_TEST_QUICK");
#endif
}

#endif
