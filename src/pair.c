/* Which two ports of a client are its left and its right. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/pair.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What stands in the name of a left port and, in the same place, of the right one. */
static const struct {
	const char *left, *right;
} sides[] = { { "left", "right" }, { "L", "R" } };

/* Words of ports that carry no programme: Ardour's LTC-Out and Click, for one. */
static const char *const service_words[] = { "ltc", "click", "metronome", "timecode", "time code", "mtc" };

static const char *const main_words[] = { "master", "main" };

static bool is_word(const char *text, const char *at, size_t length)
{
	bool begins = at == text || !isalpha((unsigned char)at[-1]);
	return begins && !isalpha((unsigned char)at[length]);
}

static bool has_word(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (const char *at = text; (at = strcasestr(at, words[i])); at++)
			if (is_word(text, at, strlen(words[i])))
				return true;
	return false;
}

/* The port's own name: what stands behind the client's. */
static const char *short_name(const char *name, const char *client)
{
	return name + strlen(client) + 1;
}

static bool is_service(const char *port)
{
	return has_word(port, service_words, sizeof service_words / sizeof *service_words);
}

static bool is_main(const char *port)
{
	return has_word(port, main_words, sizeof main_words / sizeof *main_words);
}

/* A single letter is a side where it is a word of its own, or a capital at the end of one: "FL", "outL". */
static bool is_side(const char *text, const char *at, size_t length)
{
	return is_word(text, at, length) ||
	       (length == 1 && isupper((unsigned char)*at) && !isalpha((unsigned char)at[1]));
}

/* Do the names differ in a word for left and right alone? */
static bool differ_in_side(const char *a, const char *b)
{
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		size_t left = strlen(sides[i].left), right = strlen(sides[i].right);
		for (size_t p = 0; a[p] && (p == 0 || a[p - 1] == b[p - 1]); p++)
			if (!strncasecmp(a + p, sides[i].left, left) && !strncasecmp(b + p, sides[i].right, right) &&
				is_side(a, a + p, left) && is_side(b, b + p, right) &&
				!strcmp(a + p + left, b + p + right))
				return true;
	}
	return false;
}

/* Do they differ in a number alone, an odd one (or 0, where ports are counted from 0) and the next? */
static bool differ_in_number(const char *a, const char *b)
{
	size_t p = 0;
	char *a_end, *b_end;
	while (a[p] && a[p] == b[p])
		p++;
	while (p > 0 && isdigit((unsigned char)a[p - 1]))
		p--;
	if (!isdigit((unsigned char)a[p]) || !isdigit((unsigned char)b[p]))
		return false;
	unsigned long left = strtoul(a + p, &a_end, 10), right = strtoul(b + p, &b_end, 10);
	return right == left + 1 && (left % 2 == 1 || left == 0) && !strcmp(a_end, b_end);
}

static const char *find_partner(const char *const *names, size_t n, size_t left, const char *client)
{
	const char *a = short_name(names[left], client);
	for (size_t i = 0; i < n; i++) {
		const char *b = short_name(names[i], client);
		if (i != left && (differ_in_side(a, b) || differ_in_number(a, b)))
			return names[i];
	}
	return NULL;
}

/* Of the client's ports that carry programme. */
static struct pair choose(const char *const *names, size_t n, const char *client)
{
	struct pair pair = { PAIR_NONE, { NULL, NULL } };
	for (size_t i = 0; i < n; i++) {
		const char *partner = find_partner(names, n, i, client);
		bool main = is_main(short_name(names[i], client));
		if (!partner || (pair.kind == PAIR_ALIKE && !main))
			continue;
		pair = (struct pair){ main ? PAIR_MAIN : PAIR_ALIKE, { names[i], partner } };
		if (main)
			break;
	}
	if (pair.kind == PAIR_NONE && n > 0)
		pair = (struct pair){ n > 1 ? PAIR_UNLIKE : PAIR_LONE, { names[0], n > 1 ? names[1] : NULL } };
	return pair;
}

struct pair pair_choose(const char *const *names, const char *client)
{
	size_t n = 0, n_programme = 0, n_own = 0, length = strlen(client);
	while (names && names[n])
		n++;
	const char **programme = calloc(n + 1, sizeof *programme);
	for (size_t i = 0; programme && i < n; i++) {
		if (strncmp(names[i], client, length) != 0 || names[i][length] != ':')
			continue;
		n_own++;
		if (!is_service(short_name(names[i], client)))
			programme[n_programme++] = names[i];
	}
	struct pair pair = choose(programme, n_programme, client);
	if (pair.kind == PAIR_NONE && n_own > 0)
		pair.kind = PAIR_SERVICE;
	free(programme);
	return pair;
}
