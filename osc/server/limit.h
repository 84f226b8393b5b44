/* How much attention each sender gets: token buckets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_LIMIT_H
#define OSC_LIMIT_H

#include "osc/server/socket.h"

enum { LIMIT_SOURCES = 16, LIMIT_RATE = 2000, LIMIT_BURST = 10000 }; /* messages a second, and at once */

/* A source is another machine, whatever its ports; on this machine each client (port or local socket) is one, so that a
 * script that floods keeps nobody else from being answered. */
struct limit {
	struct limit_source {
		uint8_t key[18];
		double tokens;
		int64_t time_us; /* 0: free */
	} sources[LIMIT_SOURCES];
};

/* Takes one message's token. False: the sender is over its rate. The longest silent of 16 sources is forgotten for a
 * new one. */
bool limit_take(struct limit *, const struct peer *, int64_t now_us);

/* The same for what costs as much as so many messages. */
bool limit_spend(struct limit *, const struct peer *, uint32_t tokens, int64_t now_us);

#endif
