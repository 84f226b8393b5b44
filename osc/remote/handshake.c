/* Asks for the nonce, sends it back, then lets go what was held. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/handshake.h"

#include <stdlib.h>
#include <string.h>

enum {
	AGAIN_US = 250000,
	SILENT_US = 1000000,
	HELD_US = 1000000, /* what was wanted longer ago is no longer */
};

static void drop_first(struct handshake *h)
{
	free(h->held[0].bytes);
	memmove(h->held, h->held + 1, (size_t)--h->n_held * sizeof h->held[0]);
}

bool handshake_hold(struct handshake *h, const uint8_t *bytes, size_t size, int64_t now_us)
{
	uint8_t *copy = h->open ? NULL : malloc(size);
	if (!copy)
		return false;
	if (h->n_held == HANDSHAKE_HELD_MAX)
		drop_first(h);
	memcpy(copy, bytes, size);
	h->held[h->n_held++] = (struct held){ now_us, size, copy };
	return true;
}

static void send_nonce(const char *nonce, handshake_send *send, void *user)
{
	uint8_t bytes[256];
	lo_message body = lo_message_new();
	if (!body)
		return;
	message_add(body, "s", nonce);
	size_t size = message_write("/cookie", body, bytes, sizeof bytes);
	lo_message_free(body);
	if (size)
		send(user, bytes, size);
}

void handshake_poll(struct handshake *h, handshake_send *send, void *user, int64_t now_us)
{
	int64_t wait_us = h->open ? SILENT_US : AGAIN_US;
	if (h->asked_us && (now_us < h->asked_us + wait_us || (h->open && now_us < h->heard_us + wait_us)))
		return;
	h->asked_us = now_us;
	send_nonce(
		"-----------", send, user); /* as long as a nonce, so that the answer is no longer than the question */
}

static void let_go(struct handshake *h, handshake_send *send, void *user, int64_t now_us)
{
	h->open = true;
	for (; h->n_held; drop_first(h))
		if (now_us - h->held[0].born_us < HELD_US)
			send(user, h->held[0].bytes, h->held[0].size);
}

bool handshake_take(struct handshake *h, const struct message *m, handshake_send *send, void *user, int64_t now_us)
{
	h->heard_us = now_us;
	if (strcmp(m->address, "/cookie") != 0)
		return false;
	if (m->n == 0) {
		let_go(h, send, user, now_us);
	} else if (message_text(m, 0)) {
		h->open = false;
		h->asked_us = now_us;
		send_nonce(message_text(m, 0), send, user);
	}
	return true;
}

void handshake_clear(struct handshake *h)
{
	while (h->n_held)
		drop_first(h);
}
