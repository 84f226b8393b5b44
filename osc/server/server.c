/* The OSC server: reads datagrams, hands their messages to the router, one bundle as one transaction. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server.h"

#include "osc/server/feedback.h"
#include "osc/server/proof.h"
#include "osc/server/router.h"
#include "osc/server/serving.h"
#include "osc/server/surface.h"
#include "osc/wire/clock.h"
#include "osc/wire/pattern.h"
#include "rack/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATAGRAMS_MAX = 256, MEANT_MAX = 64, AHEAD_US = 1000000, MATCHES_A_TOKEN = 32 };

/* ---- What control tells */

static void on_value(void *user, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	struct server *server = user;
	(void)value;
	leases_touch(&server->leases, subjects_of_row(&server->subjects, slot, param), origin, clock_now_us());
}

static void on_chain(void *user, unsigned origin)
{
	struct server *server = user;
	(void)origin;
	subjects_build(&server->subjects, control_rack(server->control));
	leases_rebuild(&server->leases, clock_now_us());
}

static void on_latency(void *user, uint32_t frames)
{
	struct server *server = user;
	(void)frames;
	for (size_t i = 0; i < server->subjects.n; i++)
		if (server->subjects.list[i].kind == SUBJECT_INFO)
			leases_touch(&server->leases, i, ORIGIN_HOST, clock_now_us());
}

/* ---- From a datagram to handlers */

/* A message from a datagram on its way. */
struct arrival {
	struct server *server;
	const struct peer *peer;
};

static void dispatch(struct request *request, const char *address)
{
	const struct route *route = router_find(address);
	request->address = address;
	if (!route)
		reply_error(request, "unknown address");
	else if (route->local_only && !request->peer->local)
		reply_error(request, "only over the local socket");
	else
		route->handle(request);
}

/* A pattern is held against every address: a datagram full of them would take a large rack a second. */
static bool may_match(struct server *server, const struct peer *peer)
{
	uint32_t tokens = (uint32_t)(server->subjects.n / MATCHES_A_TOKEN);
	bool may = !server->sockets || limit_spend(&server->limit, peer, tokens, clock_now_us());
	server->malformed += !may;
	return may;
}

/* A pattern means parameters and meters; copies of their addresses, because handlers may change the list. */
static void dispatch_pattern(struct request *request, const char *pattern)
{
	if (!may_match(request->server, request->peer))
		return;
	const struct subjects *subjects = &request->server->subjects;
	char base[ADDRESS_SIZE], meant[MEANT_MAX][ADDRESS_SIZE + 8];
	int n = 0;
	const char *fault = pattern_fault(pattern);
	snprintf(base, sizeof base, "%s", pattern);
	enum form form = form_split(base);
	for (size_t i = 0; !fault && i < subjects->n; i++) {
		const struct subject *subject = &subjects->list[i];
		bool possible = subject->kind == SUBJECT_ROW || form == FORM_VALUE;
		if (!possible || !pattern_matches(base, subject->address))
			continue;
		if (n == MEANT_MAX)
			fault = "the pattern means more than 64 addresses";
		else
			snprintf(meant[n++], sizeof meant[0], "%s%s", subject->address, form_suffix(form));
	}
	request->address = pattern;
	if (fault || n == 0)
		reply_error(request, fault ? fault : "unknown address: the pattern means none");
	control_begin(request->server->control, 0); /* one transaction, or part of the bundle's */
	for (int i = 0; !fault && i < n; i++)
		dispatch(request, meant[i]);
	control_end(request->server->control);
}

void serve(struct request *request)
{
	const char *address = request->message->address;
	/* An error is never answered: two racks that complain to each other would not end. */
	if (strcmp(address, "/error") == 0)
		return;
	if (pattern_has_wildcards(address))
		dispatch_pattern(request, address);
	else
		dispatch(request, address);
}

static void on_message(void *user, const uint8_t *data, size_t size)
{
	struct arrival *arrival = user;
	struct server *server = arrival->server;
	struct message message;
	if (!message_open(&message, data, size))
		return;
	struct request request = {
		.server = server,
		.peer = arrival->peer,
		.message = &message,
		.origin = leases_origin(&server->leases, arrival->peer),
		.over_rate = !limit_take(&server->limit, arrival->peer, clock_now_us()),
	};
	leases_heard(&server->leases, request.origin, clock_now_us());
	serve(&request);
	message_close(&message);
}

static void refuse_late(void *user, const uint8_t *data, size_t size)
{
	struct arrival *arrival = user;
	(void)size;
	if (limit_take(&arrival->server->limit, arrival->peer, clock_now_us()))
		send_error(arrival->server, arrival->peer, (const char *)data, "the timetag is more than 1 s ahead");
}

/* The frame of a bundle; false: it is too far ahead. */
static bool bundle_frame(struct server *server, const uint8_t *data, uint64_t *frame)
{
	int64_t due_us = clock_due_us(packet_timetag(data)), now_us = clock_now_us();
	bool late = due_us <= now_us, near = due_us <= now_us + AHEAD_US;
	*frame = !late && near ? control_frame_at(server->control, (uint64_t)due_us) : 0;
	return near;
}

static void on_bundle(struct arrival *arrival, const uint8_t *data, size_t size)
{
	struct server *server = arrival->server;
	uint64_t frame;
	if (!bundle_frame(server, data, &frame)) {
		packet_each(data, size, refuse_late, arrival);
		return;
	}
	control_begin(server->control, frame);
	packet_each(data, size, on_message, arrival);
	control_end(server->control);
}

static bool read_datagram(struct server *server)
{
	struct peer peer;
	struct arrival arrival = { server, &peer };
	size_t size = sockets_receive(server->sockets, &peer, server->in, sizeof server->in);
	if (size == 0)
		return false;
	if (packet_fault(server->in, size))
		server->malformed++;
	else if (packet_is_bundle(server->in, size))
		on_bundle(&arrival, server->in, size);
	else
		on_message(&arrival, server->in, size);
	if (server->n_syncs)
		about_poll_syncs(server, clock_now_us());
	char nonce[PROOF_NONCE_SIZE];
	if (sockets_withheld(server->sockets, &peer, nonce))
		send_to(server, &peer, "/cookie", "s", nonce);
	return true;
}

/* ---- The server */

enum status server_new(struct server **result, const struct server_config *config, struct reason *reason)
{
	struct server *server = calloc(1, sizeof *server);
	if (!server)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	server->control = config->control;
	server->user = config->user;
	server->quit = config->quit;
	server->leases.subjects = &server->subjects;
	enum status status =
		sockets_new(&server->sockets, config->local_path, config->bind, config->port, config->allow, reason);
	const struct control_listener listener = {
		.user = server, .value = on_value, .chain = on_chain, .latency = on_latency
	};
	if (status == STATUS_OK && !subjects_build(&server->subjects, control_rack(server->control)))
		status = reason_set(reason, STATUS_NO_MEMORY, "no memory");
	if (status == STATUS_OK)
		status = surfaces_open(server, config->surfaces, reason);
	/* Last, as it cannot be undone. */
	if (status == STATUS_OK && !control_listen(server->control, &listener))
		status = reason_set(reason, STATUS_NO_MEMORY, "no memory");
	if (status != STATUS_OK) {
		server_free(server);
		return status;
	}
	*result = server;
	return STATUS_OK;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	edits_orphan(server);
	sockets_free(server->sockets);
	leases_free(&server->leases);
	subjects_free(&server->subjects);
	free(server);
}

int server_fds(const struct server *server, struct pollfd *fds)
{
	return sockets_fds(server->sockets, fds);
}

static int earlier(int a_ms, int b_ms)
{
	return a_ms < 0 ? b_ms : b_ms < 0 || a_ms < b_ms ? a_ms : b_ms;
}

static int wait_ms(int64_t until_us, int64_t now_us)
{
	if (until_us == INT64_MAX)
		return -1;
	return until_us <= now_us ? 0 : (int)((until_us - now_us + 999) / 1000);
}

int server_poll(struct server *server)
{
	bool more = true;
	for (int i = 0; i < DATAGRAMS_MAX && more; i++)
		more = read_datagram(server);
	for (struct peer gone; sockets_refused(server->sockets, &gone);)
		leases_forget(&server->leases, &gone, clock_now_us());
	int64_t now_us = clock_now_us();
	leases_expire(&server->leases, now_us);
	int wait = wait_ms(feedback_send(server, now_us), now_us);
	wait = earlier(wait, about_poll_syncs(server, now_us));
	wait = earlier(wait, sockets_flush(server->sockets, now_us));
	return more || sockets_hold(server->sockets) ? 0 : wait;
}

void server_say(struct server *server, const char *address, const char *text)
{
	char clean[256];
	utf8_copy(clean, sizeof clean, text);
	fprintf(stderr, "lacquer: %s\n", clean);
	for (int i = 0; i < SUBSCRIBERS_MAX; i++)
		if (server->leases.subscribers[i].n_leases && lease_follows(&server->leases.subscribers[i], "/error"))
			send_error(server, &server->leases.subscribers[i].peer, address, text);
}
