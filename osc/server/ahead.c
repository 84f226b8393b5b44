/* A list of bundles by their time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/ahead.h"

#include <stdlib.h>
#include <string.h>

bool ahead_keep(
	struct ahead *a, const struct peer *peer, const uint8_t *bytes, size_t size, int64_t due_us, int64_t now_us)
{
	if (due_us <= now_us + AHEAD_LEAD_US || a->n == AHEAD_BUNDLES_MAX || size > AHEAD_BYTES_MAX - a->bytes)
		return false;
	struct ahead_bundle *bundle = malloc(sizeof *bundle + size);
	if (!bundle)
		return false;
	*bundle = (struct ahead_bundle){ .peer = *peer, .due_us = due_us, .number = ++a->number, .size = size };
	memcpy(bundle->bytes, bytes, size);
	struct ahead_bundle **at = &a->first;
	while (*at && (*at)->due_us <= due_us)
		at = &(*at)->next;
	bundle->next = *at;
	*at = bundle;
	a->n++;
	a->bytes += size;
	return true;
}

int64_t ahead_next_us(const struct ahead *a)
{
	return a->first ? a->first->due_us - AHEAD_LEAD_US : INT64_MAX;
}

struct ahead_bundle *ahead_take(struct ahead *a, int64_t now_us)
{
	struct ahead_bundle *bundle = a->first;
	if (now_us < ahead_next_us(a))
		return NULL;
	a->first = bundle->next;
	a->n--;
	a->bytes -= bundle->size;
	return bundle;
}

bool ahead_holds(const struct ahead *a, const struct peer *peer, uint64_t number)
{
	for (const struct ahead_bundle *bundle = a->first; bundle; bundle = bundle->next)
		if (bundle->number <= number && peer_equal(&bundle->peer, peer))
			return true;
	return false;
}

void ahead_clear(struct ahead *a)
{
	while (a->first) {
		struct ahead_bundle *bundle = a->first;
		a->first = bundle->next;
		free(bundle);
	}
	*a = (struct ahead){ .number = a->number };
}
