/* Compares values with what was told last. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/publish.h"

#include "osc/server/serving.h"
#include "rack/base/clock.h"

enum { LOOK_US = 100000 };

/* 64 bits of the value as it is sent (FNV-1a); never 0. */
static uint64_t signature(struct server *server, const struct subject *subject)
{
	uint64_t hash = 14695981039346656037u;
	lo_message body = lo_message_new();
	if (!body)
		return 0;
	subject->route->body(server, &subject->place, body);
	size_t size = message_write(subject->address, body, server->out, sizeof server->out);
	lo_message_free(body);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ server->out[i]) * 1099511628211u;
	return hash ? hash : 1;
}

void publish(struct server *server, unsigned flags, const struct route *from, unsigned origin)
{
	int published = 0;
	for (size_t i = 0; i < server->subjects.n && published < PUBLISHED_MAX; i++) {
		const struct subject *subject = &server->subjects.list[i];
		if (!(subject->route->flags & ROUTE_OF_ANY))
			continue;
		uint64_t *told = &server->told[published++];
		uint64_t now = subject->route->flags & flags ? signature(server, subject) : 0;
		if (now == 0 || now == *told)
			continue;
		if (*told) {
			server->leases.setting = FORM_VALUE;
			leases_touch(&server->leases, i, subject->route == from ? origin : ORIGIN_HOST, clock_now_us());
		}
		*told = now;
	}
}

int64_t publish_poll(struct server *server, int64_t now_us)
{
	bool anybody = leases_count(&server->leases) > 0;
	if (now_us >= server->looked_us + LOOK_US) {
		server->looked_us = now_us;
		publish(server, ROUTE_OF_HOST, NULL, ORIGIN_HOST);
	}
	return anybody ? server->looked_us + LOOK_US : INT64_MAX;
}
