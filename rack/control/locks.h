/* Parameters that scenes, snapshots and presets leave alone: those whose row says so, unless a person says otherwise.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_LOCKS_H
#define RACK_LOCKS_H

#include "rack/model/rack.h"

enum { LOCKS_MAX = 64 };

/* Where a person's word differs from the row's. Zeroed: nowhere. */
struct locks {
	struct {
		uint32_t uid, param;
		bool locked;
	} list[LOCKS_MAX];
	uint32_t n;
};

bool locks_is(const struct locks *, const struct rack_slot *, uint32_t param);

/* Locks of slots that have gone may come back with them by undo, and go when others need the room. FULL. */
enum status locks_set(
	struct locks *, const struct rack *now, uint32_t slot, uint32_t param, bool locked, struct reason *);

/* What is locked now stays as it is in `wanted`, in slots that both have by uid. kept (may be NULL): what that is where
 * it differs ("kept, locked: limiter ceiling -1.0 dBTP, the preset has -3.0 dBTP"), "" where nothing does; source: what
 * `wanted` is ("preset"). */
void locks_keep(
	const struct locks *, const struct rack *now, struct rack *wanted, const char *source, struct reason *kept);

bool locks_hold(const struct locks *, uint32_t uid);

#endif
