/* The distance between two words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/typo.h"

#include <stddef.h>
#include <string.h>

enum { WORD_MAX = 63, FAR = 99 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return (a == '.' ? '/' : a) == (b == '.' ? '/' : b);
}

unsigned typo_distance(const char *a, const char *b)
{
	unsigned char rows[3][WORD_MAX + 1]; /* distances of the last three beginnings of a to all beginnings of b */
	size_t n_a = strlen(a), n_b = strlen(b);
	if (n_a > WORD_MAX || n_b > WORD_MAX)
		return FAR;
	for (size_t k = 0; k <= n_b; k++)
		rows[0][k] = (unsigned char)k;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned char *row = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
		row[0] = (unsigned char)i;
		for (size_t k = 1; k <= n_b; k++) {
			unsigned d =
				least(least(before[k], row[k - 1]) + 1u, before[k - 1] + !same(a[i - 1], b[k - 1]));
			if (i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]))
				d = least(d, earlier[k - 2] + 1u);
			row[k] = (unsigned char)d;
		}
	}
	return rows[n_a % 3][n_b];
}

bool typo_is_near(const char *a, const char *b)
{
	/* One letter in three may be wrong, two letters at most: "on" is not meant by "of". */
	return typo_distance(a, b) <= least(2, (unsigned)strlen(b) / 3);
}
