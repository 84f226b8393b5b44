/* Matches address patterns by walking the set of reachable positions, so that no pattern takes long. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/pattern.h"

#include "osc/wire/packet.h"

#include <string.h>

static const char *group_fault(const char **at)
{
	char open = **at, close = open == '[' ? ']' : '}';
	const char *end = strchr(*at + 1, close);
	if (!end)
		return "a bracket or brace is not closed";
	if (end == *at + 1)
		return "empty brackets or braces";
	for (const char *p = *at + 1; p < end; p++)
		if (strchr("/[{*?", *p))
			return "wildcards or '/' within brackets or braces";
	*at = end;
	return NULL;
}

const char *pattern_fault(const char *pattern)
{
	int stars = 0;
	if (pattern[0] != '/')
		return "an address starts with '/'";
	if (strlen(pattern) > PACKET_ADDRESS_MAX)
		return "longer than 128 characters";
	for (const char *p = pattern; *p; p++) {
		const char *fault = NULL;
		if (*p <= ' ' || *p > '~')
			return "characters that are not printable";
		if (*p == '*' && ++stars > PATTERN_STARS_MAX)
			return "more than 4 '*'";
		if (*p == ']' || *p == '}')
			return "a bracket or brace is not opened";
		if (*p == '[' || *p == '{')
			fault = group_fault(&p);
		if (fault)
			return fault;
	}
	return NULL;
}

bool pattern_has_wildcards(const char *pattern)
{
	return strpbrk(pattern, "*?[{") != NULL;
}

/* Positions in the address up to which the pattern read so far can match. */
struct reach {
	bool at[PACKET_ADDRESS_MAX + 1];
	bool any;
};

static void reach_add(struct reach *reach, size_t position)
{
	reach->at[position] = true;
	reach->any = true;
}

/* set: what is between the brackets, up to end. */
static bool in_set(const char *set, const char *end, char c)
{
	bool negated = *set == '!';
	for (set += negated; set < end; set++) {
		bool range = set + 2 < end && set[1] == '-';
		if (range ? c >= set[0] && c <= set[2] : c == *set)
			return !negated;
		set += range ? 2 : 0;
	}
	return negated;
}

static void after_star(const struct reach *now, struct reach *next, const char *address, size_t length)
{
	for (size_t i = 0; i <= length; i++)
		if (now->at[i] || (i && next->at[i - 1] && address[i - 1] != '/'))
			reach_add(next, i);
}

static void after_words(const struct reach *now, struct reach *next, const char *address, size_t length,
	const char *words, const char *end)
{
	for (const char *word = words; word <= end;) {
		size_t size = strcspn(word, ",}");
		for (size_t i = 0; i + size <= length; i++)
			if (now->at[i] && memcmp(address + i, word, size) == 0)
				reach_add(next, i + size);
		word += size + 1;
	}
}

/* One character: the pattern's own, any, or one of a set. */
static void after_character(
	const struct reach *now, struct reach *next, const char *address, size_t length, const char *p, const char *end)
{
	for (size_t i = 0; i < length; i++) {
		if (!now->at[i])
			continue;
		bool matches = *p == '?'   ? address[i] != '/'
			       : *p == '[' ? address[i] != '/' && in_set(p + 1, end, address[i])
					   : address[i] == *p;
		if (matches)
			reach_add(next, i + 1);
	}
}

bool pattern_matches(const char *pattern, const char *address)
{
	size_t plain = strcspn(pattern, "*?[{"), length = strlen(address);
	if (strncmp(pattern, address, plain) != 0 || length > PACKET_ADDRESS_MAX)
		return false;
	struct reach now = { 0 };
	reach_add(&now, plain);
	for (const char *p = pattern + plain; *p && now.any; p++) {
		struct reach next = { 0 };
		const char *end = *p == '[' ? strchr(p, ']') : *p == '{' ? strchr(p, '}') : p;
		if (*p == '*')
			after_star(&now, &next, address, length);
		else if (*p == '{')
			after_words(&now, &next, address, length, p + 1, end);
		else
			after_character(&now, &next, address, length, p, end);
		now = next;
		p = end;
	}
	return now.any && now.at[length];
}
