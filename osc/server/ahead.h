/* Bundles for later: kept until shortly before their time, so that what is asked and told is what is heard. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_AHEAD_H
#define OSC_AHEAD_H

#include "osc/wire/peer.h"

#include <stddef.h>

enum {
	AHEAD_BUNDLES_MAX = 256,
	AHEAD_BYTES_MAX = 1 << 20,
	AHEAD_LEAD_US = 100000, /* so long before its time a bundle is taken: the audio thread keeps it for its frame */
};

struct ahead_bundle {
	struct ahead_bundle *next;
	struct peer peer;
	int64_t due_us;
	uint64_t number; /* in order of arrival, from 1 */
	size_t size;
	uint8_t bytes[];
};

struct ahead {
	struct ahead_bundle *first; /* by time, those of one time in order of arrival */
	size_t n, bytes;
	uint64_t number; /* of the last that came */
};

/* Copies a bundle. False: it is due within the lead, or there is no room: it is to be dealt with now. */
bool ahead_keep(struct ahead *, const struct peer *, const uint8_t *bytes, size_t size, int64_t due_us, int64_t now_us);

/* The next whose time has come but for the lead, which the caller frees; NULL: none. */
struct ahead_bundle *ahead_take(struct ahead *, int64_t now_us);

/* When the next one is to be taken; INT64_MAX: there is none. */
int64_t ahead_next_us(const struct ahead *);

/* Whether a bundle of this peer up to that number is still kept. */
bool ahead_holds(const struct ahead *, const struct peer *, uint64_t number);

void ahead_clear(struct ahead *);

#endif
