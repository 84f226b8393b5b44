/* OSC 1.0 address patterns, matched in bounded time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_PATTERN_H
#define OSC_PATTERN_H

#include <stdbool.h>

enum { PATTERN_STARS_MAX = 4 };

/* NULL for a pattern that can be used, otherwise why not: at most 128 printable characters, '/' first, at most 4 '*',
 * brackets and braces closed, not nested, without '/' in them. */
const char *pattern_fault(const char *pattern);

/* Whether it has any of * ? [ { . */
bool pattern_has_wildcards(const char *pattern);

/* '*': any run within one part, '?': one character of a part, [a-c] [!x]: one of or none of, {left,right}: one of the
 * words. The pattern must be faultless. Time: pattern length times address length, no recursion (OSC 1.0, "Pattern
 * Matching"). */
bool pattern_matches(const char *pattern, const char *address);

#endif
