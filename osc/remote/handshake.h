/* The client's part in proving that a rack's answers reach it (osc/server/proof.h): what is held back until then. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_HANDSHAKE_H
#define OSC_HANDSHAKE_H

#include "osc/wire/message.h"

enum { HANDSHAKE_HELD_MAX = 64 };

struct handshake {
	bool open; /* the rack has taken the proof */
	int64_t asked_us, heard_us;
	int n_held;
	struct held {
		int64_t born_us;
		size_t size;
		uint8_t *bytes;
	} held[HANDSHAKE_HELD_MAX]; /* oldest first */
};

/* Sends a datagram to the rack as far as that can be done now. */
typedef void handshake_send(void *user, const uint8_t *bytes, size_t size);

/* Keeps a datagram until the rack has taken the proof. True: it is kept; false: send it now. */
bool handshake_hold(struct handshake *, const uint8_t *bytes, size_t size, int64_t now_us);

/* Asks for a nonce when that is due: at first, again while none comes, and when the rack has fallen silent, because it
 * may be another one. Call it with everything that is sent and received. */
void handshake_poll(struct handshake *, handshake_send *, void *user, int64_t now_us);

/* Something came from the rack. True: it was part of the handshake, and is dealt with. */
bool handshake_take(struct handshake *, const struct message *, handshake_send *, void *user, int64_t now_us);

void handshake_clear(struct handshake *); /* frees */

#endif
