/* Which questions a client still has, and sending as many of them as the way to the rack takes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ASKING_H
#define OSC_ASKING_H

#include "osc/remote/link.h"
#include "osc/remote/mirror.h"

enum {
	/* A local datagram socket holds 10 packets by default, so no more answers than that may be under way. */
	ASKING_WINDOW = 8,
	ASKING_AGAIN_MS = 250,
};

/* Sends what is open and not under way, up to the window. Cheap when there is nothing to ask. Stops at the first
 * failure and hands it back. */
enum status asking_send(struct mirror *, struct link *);

#endif
