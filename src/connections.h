/* What each bus is connected to: kept as it should be, and told when it changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_CONNECTIONS_H
#define SRC_CONNECTIONS_H

#include "rack/control/control.h"
#include "src/wires.h"

struct jack_link;

enum { CONNECTIONS_TOLD_SIZE = 1024 };

/* Control thread; all 0 is one of which nothing has been told. */
struct connections {
	struct wires *wires; /* the caller's */
	/* for people, one sentence each */
	void (*say)(void *user, const char *text);
	void *user;
	struct host_bus buses[N_BUSES];
	char told[N_BUSES][CONNECTIONS_TOLD_SIZE]; /* what each bus is connected to, as it was said last */
};

void connections_init(struct connections *, struct wires *, void (*say)(void *user, const char *text), void *user);

/* Looks at the server's graph and makes what is wanted (src/wires.h). */
void connections_update(struct connections *, struct jack_link *);

/* The client has gone: nothing is connected. */
void connections_lost(struct connections *);

/* buses as they are now, with what is waited for. */
void connections_read(const struct connections *, struct host_bus buses[N_BUSES]);

#endif
