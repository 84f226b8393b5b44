/* typo.c: distances that can be counted by hand. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/typo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void counts_the_least_changes(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
		{ "", "", 0 },
		{ "a", "", 1 },
		{ "", "abc", 3 },
		{ "gain", "gain", 0 },
		{ "gian", "gain", 1 },
		{ "ga", "gain", 2 },
		{ "kitten", "sitting", 3 },
		{ "ca", "abc", 3 },
		{ "abcdef", "badcfe", 3 },
		{ "band1.gain", "band1/gain", 0 },
		{ "treshold", "threshold", 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(typo_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(typo_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
	char longest[65];
	memset(longest, 'x', sizeof longest);
	longest[64] = '\0';
	assert_int_equal(typo_distance(longest, "x"), 99);
	assert_int_equal(typo_distance("x", longest), 99);
	longest[63] = '\0';
	assert_int_equal(typo_distance(longest, "x"), 62);
}

static void only_near_words_are_meant(void **state)
{
	(void)state;
	assert_true(typo_is_near("treshold", "threshold") && typo_is_near("trhesohld", "threshold"));
	assert_true(typo_is_near("tirm", "trim") && typo_is_near("trimm", "trim"));
	assert_false(typo_is_near("of", "on") || typo_is_near("colour", "gain") || typo_is_near("trum bone", "trim"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_the_least_changes),
		cmocka_unit_test(only_near_words_are_meant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
