/* Tells the service manager how it goes (the datagrams of sd_notify(3), without its library). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_NOTIFY_H
#define SRC_NOTIFY_H

#include <stdint.h>

/* Sends lines such as "READY=1\nSTATUS=48000 Hz" to $NOTIFY_SOCKET; does nothing where there is none. */
void notify_send(const char *lines);

/* Sends WATCHDOG=1 when that is due (twice in each $WATCHDOG_USEC); *next_ms is kept between calls, 0 at first. Returns
 * the milliseconds until the next time, -1: never. */
int notify_watchdog(int64_t *next_ms);

#endif
