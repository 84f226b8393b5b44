/* One queue of copies for each receiver that is behind. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/outbox.h"

#include <stdlib.h>
#include <string.h>

struct outbox_entry {
	struct outbox_entry *next;
	int64_t born_us;
	size_t size;
	uint8_t bytes[];
};

static struct outbox_queue *find(struct outbox *outbox, const struct peer *peer)
{
	for (int i = 0; i < OUTBOX_QUEUES; i++)
		if (outbox->queues[i].first && peer_equal(&outbox->queues[i].peer, peer))
			return &outbox->queues[i];
	return NULL;
}

static struct outbox_queue *find_free(struct outbox *outbox)
{
	for (int i = 0; i < OUTBOX_QUEUES; i++)
		if (!outbox->queues[i].first)
			return &outbox->queues[i];
	return NULL;
}

bool outbox_has(const struct outbox *outbox, const struct peer *peer)
{
	for (int i = 0; i < OUTBOX_QUEUES; i++)
		if (outbox->queues[i].first && peer_equal(&outbox->queues[i].peer, peer))
			return true;
	return false;
}

void outbox_put(struct outbox *outbox, const struct peer *peer, const uint8_t *bytes, size_t size, int64_t now_us)
{
	struct outbox_queue *queue = find(outbox, peer);
	struct outbox_entry *entry = malloc(sizeof *entry + size);
	queue = queue ? queue : find_free(outbox);
	if (!entry || !queue || (queue->first && queue->bytes + size > OUTBOX_BYTES_MAX)) {
		free(entry);
		outbox->dropped++;
		return;
	}
	entry->next = NULL;
	entry->born_us = now_us;
	entry->size = size;
	memcpy(entry->bytes, bytes, size);
	if (queue->first)
		queue->last->next = entry;
	else
		*queue = (struct outbox_queue){ .peer = *peer, .first = entry };
	queue->last = entry;
	queue->bytes += size;
}

static void drop_first(struct outbox_queue *queue)
{
	struct outbox_entry *entry = queue->first;
	queue->first = entry->next;
	queue->bytes -= entry->size;
	free(entry);
}

bool outbox_flush(struct outbox *outbox, outbox_send *send, void *user, int64_t now_us)
{
	bool left = false;
	for (int i = 0; i < OUTBOX_QUEUES; i++) {
		struct outbox_queue *queue = &outbox->queues[i];
		for (; queue->first && now_us - queue->first->born_us > OUTBOX_AGE_US; outbox->dropped++)
			drop_first(queue);
		while (queue->first && send(user, &queue->peer, queue->first->bytes, queue->first->size))
			drop_first(queue);
		left = left || queue->first;
	}
	return left;
}

void outbox_clear(struct outbox *outbox)
{
	for (int i = 0; i < OUTBOX_QUEUES; i++)
		while (outbox->queues[i].first)
			drop_first(&outbox->queues[i]);
}
