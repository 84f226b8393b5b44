/* A bucket of tokens for each source, filled at a steady rate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/limit.h"

#include "osc/wire/allow.h"

#include <math.h>
#include <netinet/in.h>
#include <string.h>

enum { KEY_SIZE = sizeof((struct limit_source *)0)->key };

/* 64 bits of a local socket's name (FNV-1a). */
static void hash_name(const struct peer *peer, uint8_t *key)
{
	uint64_t hash = 14695981039346656037u;
	for (socklen_t i = 0; i < peer->size; i++)
		hash = (hash ^ ((const uint8_t *)&peer->name)[i]) * 1099511628211u;
	memcpy(key, &hash, sizeof hash);
}

static void key_of(const struct peer *peer, uint8_t key[KEY_SIZE])
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&peer->name;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&peer->name;
	memset(key, 0, KEY_SIZE);
	if (ipv4->sin_family == AF_INET)
		memcpy(key, &ipv4->sin_addr, 4);
	else if (ipv6->sin6_family == AF_INET6)
		memcpy(key, &ipv6->sin6_addr, 16);
	else
		hash_name(peer, key);
	if (!peer->local && allow_is_loopback((const struct sockaddr *)&peer->name))
		memcpy(key + 16, &ipv4->sin_port, 2); /* at the same place for IPv6 */
}

static struct limit_source *find(struct limit *limit, const uint8_t key[KEY_SIZE], int64_t now_us)
{
	struct limit_source *oldest = &limit->sources[0];
	for (int i = 0; i < LIMIT_SOURCES; i++) {
		struct limit_source *source = &limit->sources[i];
		if (source->time_us && memcmp(source->key, key, KEY_SIZE) == 0)
			return source;
		if (source->time_us < oldest->time_us)
			oldest = source;
	}
	oldest->tokens = LIMIT_BURST;
	oldest->time_us = now_us;
	memcpy(oldest->key, key, KEY_SIZE);
	return oldest;
}

bool limit_take(struct limit *limit, const struct peer *peer, int64_t now_us)
{
	return limit_spend(limit, peer, 1, now_us);
}

bool limit_spend(struct limit *limit, const struct peer *peer, uint32_t tokens, int64_t now_us)
{
	uint8_t key[KEY_SIZE];
	key_of(peer, key);
	struct limit_source *source = find(limit, key, now_us);
	double filled = source->tokens + (double)(now_us - source->time_us) * LIMIT_RATE / 1e6;
	source->tokens = fmin(filled, LIMIT_BURST);
	source->time_us = now_us;
	if (source->tokens < tokens)
		return false;
	source->tokens -= tokens;
	return true;
}
