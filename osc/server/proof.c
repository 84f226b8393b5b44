/* Nonces, and who has sent back its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/proof.h"

#include <math.h>
#include <string.h>
#include <sys/random.h>

#define FOREVER_US INT64_MAX

enum { SLOT_US = 60000000 }; /* a nonce is good for one to two of these */

/* ---- SipHash */

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static uint64_t read_le(const uint8_t *bytes, size_t size)
{
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

uint64_t proof_hash(const uint8_t key[16], const uint8_t *bytes, size_t size)
{
	uint64_t k0 = read_le(key, 8), k1 = read_le(key + 8, 8);
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
		k1 ^ 0x7465646279746573u };
	size_t done = 0;
	for (; size - done >= 8; done += 8)
		absorb(v, read_le(bytes + done, 8));
	absorb(v, read_le(bytes + done, size - done) | (uint64_t)size << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- Nonces */

static void make_nonce(const struct proof *p, const struct peer *peer, int64_t slot, char nonce[PROOF_NONCE_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[sizeof slot + sizeof peer->name];
	memcpy(bytes, &slot, sizeof slot);
	memcpy(bytes + sizeof slot, &peer->name, peer->size);
	uint64_t hash = proof_hash(p->secret, bytes, sizeof slot + peer->size);
	for (int i = 0; i < PROOF_NONCE_SIZE - 1; i++, hash >>= 6)
		nonce[i] = letters[hash & 63];
	nonce[PROOF_NONCE_SIZE - 1] = '\0';
}

static bool is_nonce(const struct proof *p, const struct peer *peer, const char *text, int64_t now_us)
{
	for (int64_t slot = now_us / SLOT_US, age = 0; age < 2; age++) {
		char nonce[PROOF_NONCE_SIZE];
		make_nonce(p, peer, slot - age, nonce);
		if (strcmp(nonce, text) == 0)
			return true;
	}
	return false;
}

bool proof_init(struct proof *p)
{
	memset(p, 0, sizeof *p);
	return getrandom(p->secret, sizeof p->secret, 0) == (ssize_t)sizeof p->secret;
}

/* Room to record that the peer is asked now; NULL: it is not to be. */
static struct proof_asked *find_asked(struct proof *p, const struct peer *peer, int64_t now_us)
{
	struct proof_asked *room = NULL;
	for (int i = 0; i < PROOF_PEERS_MAX; i++) {
		struct proof_asked *asked = &p->asked[i];
		if (asked->next_us <= now_us)
			room = asked;
		else if (peer_equal(&asked->peer, peer))
			return NULL;
	}
	return room;
}

bool proof_ask(struct proof *p, const struct peer *peer, char nonce[PROOF_NONCE_SIZE], int64_t now_us)
{
	struct proof_asked *asked = find_asked(p, peer, now_us);
	if (!asked)
		return false;
	*asked = (struct proof_asked){ .peer = *peer, .next_us = now_us + PROOF_ASK_US };
	make_nonce(p, peer, now_us / SLOT_US, nonce);
	return true;
}

/* ---- The proven */

static int find(const struct proof *p, const struct peer *peer, int64_t now_us)
{
	for (int i = 0; i < PROOF_PEERS_MAX; i++)
		if (p->proven[i].until_us > now_us && peer_equal(&p->proven[i].peer, peer))
			return i;
	return -1;
}

static void add(struct proof *p, const struct peer *peer, int64_t until_us, int64_t now_us)
{
	struct proof_peer *oldest = &p->proven[0];
	for (int i = 1; i < PROOF_PEERS_MAX; i++)
		if (p->proven[i].until_us < oldest->until_us)
			oldest = &p->proven[i];
	*oldest = (struct proof_peer){
		.peer = *peer, .until_us = until_us, .filled_us = now_us, .bytes = PROOF_BYTES_MAX
	};
}

bool proof_take(struct proof *p, const struct peer *peer, const char *nonce, int64_t now_us)
{
	if (!is_nonce(p, peer, nonce, now_us))
		return false;
	if (find(p, peer, now_us) < 0)
		add(p, peer, now_us + PROOF_US, now_us);
	return true;
}

void proof_list(struct proof *p, const struct peer *peer, int64_t now_us)
{
	if (find(p, peer, now_us) < 0)
		add(p, peer, FOREVER_US, now_us);
}

void proof_unlist(struct proof *p, const struct peer *peer)
{
	int i = find(p, peer, 0);
	if (i >= 0)
		p->proven[i].until_us = 0;
}

bool proof_holds(const struct proof *p, const struct peer *peer, int64_t now_us)
{
	return find(p, peer, now_us) >= 0;
}

void proof_renew(struct proof *p, const struct peer *peer, int64_t now_us)
{
	int i = find(p, peer, now_us);
	if (i >= 0 && p->proven[i].until_us != FOREVER_US)
		p->proven[i].until_us = now_us + PROOF_US;
}

void proof_forget(struct proof *p, const struct peer *peer)
{
	int i = find(p, peer, 0);
	if (i >= 0 && p->proven[i].until_us != FOREVER_US)
		p->proven[i].until_us = 0;
}

/* ---- Shares */

static double share(const struct proof_peer *peer, int64_t now_us)
{
	return fmin(peer->bytes + (double)(now_us - peer->filled_us) * PROOF_BYTES_S / 1e6, PROOF_BYTES_MAX);
}

bool proof_spend(struct proof *p, const struct peer *peer, size_t size, int64_t now_us)
{
	int i = find(p, peer, now_us);
	double left = i < 0 ? -1 : share(&p->proven[i], now_us) - (double)(size + PROOF_HEADERS);
	if (left < 0)
		return false;
	p->proven[i].bytes = left;
	p->proven[i].filled_us = now_us;
	return true;
}

bool proof_may_stream(const struct proof *p, const struct peer *peer, int64_t now_us)
{
	int i = find(p, peer, now_us);
	return i >= 0 && share(&p->proven[i], now_us) > PROOF_BYTES_MAX / 2.0;
}
