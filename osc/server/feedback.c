/* Goes through what each subscriber has not been told and sends it, in portions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/feedback.h"

#include "osc/server/router.h"
#include "osc/server/serving.h"

#include <stdio.h>

enum {
	UDP_PORTION = 64,     /* datagrams at a time: a receiver's standard buffer holds some 250 */
	LOCAL_PORTION = 1024, /* messages, which go as bundles: a local socket holds few datagrams, of any size */
	PAUSE_US = 2000,
	STATUS_US = 500000,
	BUNDLE_SIZE = 2048, /* what a client that reads nothing can hold of the socket's buffer: 10 of them */
	BUNDLE_HEAD = 16,
};

struct portion {
	struct server *server;
	const struct peer *peer;
	int room; /* messages that may still be sent */
	int n;    /* messages in the bundle */
	size_t size;
	uint8_t bytes[BUNDLE_SIZE];
};

static void write_u32(uint8_t *to, size_t number)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void flush(struct portion *p)
{
	if (p->n == 1)
		sockets_send(p->server->sockets, p->peer, p->bytes + BUNDLE_HEAD + 4, p->size - BUNDLE_HEAD - 4);
	else if (p->n > 1)
		sockets_send(p->server->sockets, p->peer, p->bytes, p->size);
	p->n = 0;
	p->size = BUNDLE_HEAD;
}

static void put(struct portion *p, const char *address, lo_message body)
{
	size_t need = lo_message_length(body, address) + 4;
	if (p->size + need > sizeof p->bytes)
		flush(p);
	size_t size = message_write(address, body, p->bytes + p->size + 4, sizeof p->bytes - p->size - 4);
	if (size == 0) /* longer than a bundle may be */
		return;
	write_u32(p->bytes + p->size, size);
	p->size += size + 4;
	p->n++;
	p->room--;
	if (!p->peer->local)
		flush(p);
}

static lo_message body_of(struct portion *p, const struct subject *subject, enum form form, bool numbers)
{
	struct place place = subject->place;
	place.form = form;
	lo_message body = lo_message_new();
	if (!body)
		return NULL;
	subject->route->body(p->server, &place, body);
	if (!numbers || !message_has_switches(body))
		return body;
	lo_message same = message_with_numbers(body);
	lo_message_free(body);
	return same;
}

static void tell(struct portion *p, const struct subject *subject, unsigned forms, bool numbers)
{
	for (int form = 0; form < N_FORMS; form++) {
		char address[ADDRESS_SIZE + 8];
		if (!(forms & 1u << form))
			continue;
		lo_message body = body_of(p, subject, (enum form)form, numbers);
		if (!body)
			continue;
		snprintf(address, sizeof address, "%s%s", subject->address, form_suffix((enum form)form));
		put(p, address, body);
		lo_message_free(body);
	}
}

static int64_t interval_us(const struct subject *subject, const struct update *update)
{
	if (subject->route->flags & ROUTE_SLOW)
		return STATUS_US;
	return (1000000 + update->hz - 1) / update->hz;
}

/* When the update wants to be seen to next. */
static int64_t see_to(struct portion *p, const struct subject *subject, struct update *update, int64_t now_us)
{
	bool steady = subject_is_steady(subject);
	if (!update->forms || (!steady && !update->dirty))
		return INT64_MAX;
	if (update->due_us > now_us)
		return update->due_us;
	tell(p, subject, steady ? update->forms : update->dirty, update->numbers);
	update->dirty = 0;
	int64_t interval = interval_us(subject, update), late = now_us - update->due_us;
	/* Meters keep their beat; a value that changes again waits a full interval. */
	update->due_us = now_us + interval - (steady && late < interval ? late : 0);
	return steady ? update->due_us : INT64_MAX;
}

static void send_to_subscriber(struct portion *p, struct subscriber *s, const struct subjects *subjects, int64_t now_us)
{
	s->next_us = INT64_MAX;
	for (size_t i = 0; i < s->n_updates; i++) {
		size_t at = (s->cursor + i) % s->n_updates;
		if (p->room <= 0 || (p->n == 0 && sockets_busy(p->server->sockets, p->peer))) {
			s->cursor = at;
			s->next_us = now_us + PAUSE_US;
			break;
		}
		int64_t next_us = see_to(p, &subjects->list[at], &s->updates[at], now_us);
		s->next_us = next_us < s->next_us ? next_us : s->next_us;
	}
	flush(p);
}

/* Sends a surface that is gone the title, which is short, to see whether it is back. */
static void try_again(struct portion *p, struct subscriber *s, int64_t now_us, int64_t *next_us)
{
	const struct place nowhere = { 0 };
	lo_message body = lease_retries(s, now_us, next_us) ? lo_message_new() : NULL;
	if (!body)
		return;
	router_find("/title")->body(p->server, &nowhere, body);
	put(p, "/title", body);
	lo_message_free(body);
}

int64_t feedback_send(struct server *server, int64_t now_us)
{
	int64_t next_us = INT64_MAX;
	if (leases_count(&server->leases) == 0 && !leases_any_closed(&server->leases))
		return next_us;
	struct portion p = { .server = server, .bytes = "#bundle" };
	p.bytes[BUNDLE_HEAD - 1] = 1; /* the timetag "immediately" */
	p.size = BUNDLE_HEAD;
	for (int i = 0; i < SUBSCRIBERS_MAX; i++) {
		struct subscriber *s = &server->leases.subscribers[i];
		if (!s->n_leases)
			continue;
		p.peer = &s->peer;
		p.room = s->peer.local ? LOCAL_PORTION : UDP_PORTION;
		if (s->surface.closed) {
			try_again(&p, s, now_us, &next_us);
			continue;
		}
		if (s->next_us <= now_us)
			send_to_subscriber(&p, s, &server->subjects, now_us);
		next_us = s->next_us < next_us ? s->next_us : next_us;
	}
	return next_us;
}
