/* A client of a rack, inside: the mirror, and the way to the rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_REMOTE_PRIVATE_H
#define OSC_REMOTE_PRIVATE_H

#include "osc/remote/link.h"
#include "osc/remote/mirror.h"

struct remote {
	struct link *link;
	char target[128];
	enum remote_state state;
	uint64_t heard_ms, status_ms, renewed_ms;
	const char *const *meters; /* patterns, as remote_listen got them; NULL: none */
	bool broken;               /* a send failed: whoever answers next may be another rack */
	struct mirror mirror;
};

/* Of what a send gave: false, and broken, when nobody takes it. */
bool remote_sent(struct remote *, enum status);

#endif
