/* Datagrams that a slow receiver had no room for, kept for a while and in order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_OUTBOX_H
#define OSC_OUTBOX_H

#include "osc/wire/peer.h"

#include <stdint.h>

enum { OUTBOX_QUEUES = 16, OUTBOX_BYTES_MAX = 256 << 10, OUTBOX_AGE_US = 2000000 };

struct outbox_entry;

struct outbox {
	struct outbox_queue {
		struct peer peer;
		struct outbox_entry *first, *last; /* NULL: the queue is free */
		size_t bytes;
	} queues[OUTBOX_QUEUES];
	uint64_t dropped;
};

bool outbox_has(const struct outbox *, const struct peer *);

/* Copies the datagram; drops and counts it when there is no room. */
void outbox_put(struct outbox *, const struct peer *, const uint8_t *bytes, size_t size, int64_t now_us);

/* Offers the oldest of each receiver to send() until it says false; drops what is too old. Returns whether anything is
 * left. */
typedef bool outbox_send(void *user, const struct peer *, const uint8_t *bytes, size_t size);
bool outbox_flush(struct outbox *, outbox_send *, void *user, int64_t now_us);
void outbox_clear(struct outbox *);

#endif
