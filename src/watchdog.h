/* Who is to blame: for a rack that is not called any more, and for xruns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_WATCHDOG_H
#define SRC_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

enum { WATCHDOG_EVERY_MS = 250 };

/* Of one client, control thread. All 0 is no start: use watchdog_start. */
struct watchdog {
	uint64_t cycles;      /* of the rack: last seen, */
	int64_t cycled_at_ms; /* and when that was new */
	int64_t looked_at_ms;
	uint32_t frame; /* of the server: likewise */
	int64_t framed_at_ms;
	uint64_t foreign;      /* xruns of others, by JACK's count, at the last look */
	uint64_t moved;        /* of these, what the rack itself caused by standing still */
	int64_t mine_until_ms; /* xruns told by then are the rack's */
};

/* What is seen of the client and its server at one moment. */
struct watchdog_look {
	int64_t now_ms;
	uint64_t cycles;  /* of the rack's audio thread */
	uint32_t frame;   /* at which the server's cycle began */
	uint64_t foreign; /* xruns without a late callback of ours */
	double period_ms;
	bool has_front; /* a program is connected to an input, so the rack waits for it */
	bool freewheel; /* cycles come as they can */
};

enum watchdog_verdict {
	WATCHDOG_FINE,
	WATCHDOG_FRONT,  /* the server goes on and does not call the rack: a program connected to it does not answer */
	WATCHDOG_SERVER, /* the server stands still */
	WATCHDOG_CALLED_NO_MORE, /* it goes on without the rack */
};

void watchdog_start(struct watchdog *, int64_t now_ms);

/* To be called at least every WATCHDOG_EVERY_MS; a much longer wait means that this process itself stood still
 * (stopped, suspended, without a processor), which is no news of the server, and makes the xruns since then the rack's
 * own. */
enum watchdog_verdict watchdog_look(struct watchdog *, const struct watchdog_look *);

#endif
