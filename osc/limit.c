/* A bucket of tokens for each host, filled at a steady rate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/limit.h"

#include <math.h>
#include <netinet/in.h>
#include <string.h>

static void address_of(const struct peer *peer, uint8_t address[16])
{
	memset(address, 0, 16);
	if (peer->name.ss_family == AF_INET)
		memcpy(address, &((const struct sockaddr_in *)&peer->name)->sin_addr, 4);
	else if (peer->name.ss_family == AF_INET6)
		memcpy(address, &((const struct sockaddr_in6 *)&peer->name)->sin6_addr, 16);
}

static struct limit_source *find(struct limit *limit, const uint8_t address[16], int64_t now_us)
{
	struct limit_source *oldest = &limit->sources[0];
	for (int i = 0; i < LIMIT_SOURCES; i++) {
		struct limit_source *source = &limit->sources[i];
		if (source->time_us && memcmp(source->address, address, 16) == 0)
			return source;
		if (source->time_us < oldest->time_us)
			oldest = source;
	}
	oldest->tokens = LIMIT_BURST;
	oldest->time_us = now_us;
	memcpy(oldest->address, address, 16);
	return oldest;
}

bool limit_take(struct limit *limit, const struct peer *peer, int64_t now_us)
{
	uint8_t address[16];
	address_of(peer, address);
	struct limit_source *source = find(limit, address, now_us);
	double filled = source->tokens + (double)(now_us - source->time_us) * LIMIT_RATE / 1e6;
	source->tokens = fmin(filled, LIMIT_BURST);
	source->time_us = now_us;
	if (source->tokens < 1)
		return false;
	source->tokens--;
	return true;
}
