/* Proof that a peer beyond this machine gets what is sent to it, before it is sent more than it sent itself. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_PROOF_H
#define OSC_PROOF_H

#include "osc/wire/peer.h"

#include <stdint.h>

/* Anybody can write a stranger's address on a datagram, and a question of 16 bytes may be answered by thousands: the
 * rack would flood the stranger. So a UDP peer that is not on this machine gets at most as many bytes as its last
 * datagram had, until it has shown that answers reach it:
 *
 *     peer -> rack   /subscribe s:"/meter/out/<any>"   (or a question, or "/cookie s:some-dashes" to ask for it)
 *     rack -> peer   /cookie s:NONCE                   (24 bytes; nothing where the request was shorter)
 *     peer -> rack   /cookie s:NONCE                   (from the same address and port)
 *     rack -> peer   /cookie                           (proven for 60 s from its last datagram on)
 *
 * What was asked before is to be asked again. Values are taken without any of it, because the list of allowed networks
 * has let the peer in. The nonce is a keyed hash of address, port and minute: nothing is remembered of whoever is not
 * proven but the time of its last cookie. */
enum {
	PROOF_NONCE_SIZE = 12, /* 11 characters of 6 bits, and the terminator */
	PROOF_PEERS_MAX = 64,  /* proven; and cookies given within a second, to all together */
	PROOF_US = 60000000,
	PROOF_ASK_US = 1000000, /* between two cookies for one peer */

	/* What a proven peer is sent in a second, with the headers of IP and UDP: 1 Mbit. Streams stop where half of
	 * two seconds' share is used up, so that answers come through. */
	PROOF_BYTES_S = 125000,
	PROOF_BYTES_MAX = 2 * PROOF_BYTES_S,
	PROOF_HEADERS = 28,
};

struct proof {
	uint8_t secret[16];
	struct proof_peer {
		struct peer peer;
		int64_t until_us;
		int64_t filled_us;
		double bytes; /* that it may be sent now */
	} proven[PROOF_PEERS_MAX];
	struct proof_asked {
		struct peer peer;
		int64_t next_us; /* not to be asked before */
	} asked[PROOF_PEERS_MAX];
};

bool proof_init(struct proof *); /* false: the system has no randomness */

/* The nonce for a peer. False: none now, the peer got one within the last second, or all together too many. */
bool proof_ask(struct proof *, const struct peer *, char nonce[PROOF_NONCE_SIZE], int64_t now_us);

/* The peer has sent this nonce. False: it is not, or no longer, one of its own. */
bool proof_take(struct proof *, const struct peer *, const char *nonce, int64_t now_us);

/* Takes a peer as proven for good: a listed surface. */
void proof_list(struct proof *, const struct peer *, int64_t now_us);
void proof_unlist(struct proof *, const struct peer *); /* no longer */

/* Whether the peer is proven. The longest silent of 64 is forgotten for a new one. */
bool proof_holds(const struct proof *, const struct peer *, int64_t now_us);
void proof_renew(struct proof *, const struct peer *, int64_t now_us); /* if it is: it has sent something */
void proof_forget(struct proof *, const struct peer *);                /* nobody listens there */

/* Takes a datagram of this size from a proven peer's share. False: the share is used up. */
bool proof_spend(struct proof *, const struct peer *, size_t size, int64_t now_us);
bool proof_may_stream(const struct proof *, const struct peer *, int64_t now_us);

/* SipHash-2-4 (Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012), 64 bits. */
uint64_t proof_hash(const uint8_t key[16], const uint8_t *bytes, size_t size);

#endif
