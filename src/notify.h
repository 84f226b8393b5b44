/* Tells the service manager how it goes (the datagrams of sd_notify(3), without its library). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_NOTIFY_H
#define SRC_NOTIFY_H

#include "src/loop.h"

#include <stdint.h>

/* Sends lines such as "READY=1\nSTATUS=48000 Hz" to $NOTIFY_SOCKET; does nothing where there is none. */
void notify_send(const char *lines);

/* What `systemctl status` shows: one sentence. */
void notify_status(const char *text);

/* All zero at first. */
struct notify_watchdog {
	struct loop_source source;
	int64_t next_ms;
};

/* Joins the loop, which sends WATCHDOG=1 twice in each $WATCHDOG_USEC from then on; nothing where the service manager
 * has not asked this process for it. */
void notify_watch(struct notify_watchdog *, struct loop *);

#endif
