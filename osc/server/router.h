/* The map of OSC addresses: one table for dispatch and for what people read of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ROUTER_H
#define OSC_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

struct request;

struct route {
	const char *address;   /* "<x>" stands for one part, a last "<x...>" for all that follow */
	const char *arguments; /* for people: "s:type i:position [s:id]", "" for none */
	const char *help;      /* one sentence, no full stop */
	void (*handle)(const struct request *);
	bool local_only; /* refused over UDP */
};

/* The whole map in the order in which it should be read. Any thread. */
const struct route *router_map(size_t *n);

/* The first route that the address fits, or NULL. */
const struct route *router_find(const char *address);

/* Part number index ("/chain/insert": 0 is "chain") of an address; false when there is none or it is longer than size
 * - 1. */
bool router_part(const char *address, int index, char *part, size_t size);

#endif
