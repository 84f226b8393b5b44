/* The signals that a running rack understands, as a source of the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_SIGNALS_H
#define SRC_SIGNALS_H

#include "rack/base/status.h"
#include "src/loop.h"

struct signals;

struct signals_config {
	struct loop *loop;
	void *user;
	void (*reload)(void *user); /* SIGHUP, unless it means that the terminal has gone */
	void (*save)(void *user);   /* SIGUSR1 */
};

/* Joins the loop, which SIGTERM and SIGINT end; the second of them ends the process at once. To be called before other
 * threads start, as these inherit which signals are blocked. What a terminal does to its programs is ignored: a stopped
 * JACK client would block the server. NULL and a reason. */
struct signals *signals_new(const struct signals_config *, struct reason *);
void signals_free(struct signals *);

#endif
