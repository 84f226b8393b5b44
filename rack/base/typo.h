/* How far a mistyped word is from one that is known: for "did you mean". */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_TYPO_H
#define RACK_TYPO_H

#include <stdbool.h>

/* Least number of letters to insert, drop, replace or swap with their neighbour that turns a into b (optimal string
 * alignment distance: Damerau 1964, Levenshtein 1966). '.' and '/' count as the same. 99 for words longer than 63. Any
 * thread. */
unsigned typo_distance(const char *a, const char *b);

/* Whether a is near enough to b that b was probably meant. */
bool typo_is_near(const char *a, const char *b);

#endif
