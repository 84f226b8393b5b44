/* The OSC server: reads datagrams, hands their messages to the router, one bundle as one transaction. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server.h"

#include "osc/server/dispatch.h"
#include "osc/server/feedback.h"
#include "osc/server/presets.h"
#include "osc/server/proof.h"
#include "osc/server/publish.h"
#include "osc/server/serving.h"
#include "osc/server/surface.h"
#include "osc/server/sync.h"
#include "osc/wire/timetag.h"
#include "rack/base/clock.h"
#include "rack/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATAGRAMS_MAX = 256, AHEAD_US = 1000000 };

/* ---- What control tells */

static void on_value(void *user, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	struct server *server = user;
	(void)value;
	leases_touch(&server->leases, subjects_of_param(&server->subjects, slot, param), origin, clock_now_us());
}

static void on_chain(void *user, unsigned origin)
{
	struct server *server = user;
	(void)origin;
	subjects_build(&server->subjects, control_rack(server->control));
	leases_rebuild(&server->leases, clock_now_us());
	publish(server, ROUTE_OF_STATES, NULL, ORIGIN_HOST);
}

static void on_latency(void *user, uint32_t frames)
{
	struct server *server = user;
	(void)frames;
	publish(server, ROUTE_OF_LATENCY, NULL, ORIGIN_HOST);
}

static void on_states(void *user)
{
	struct server *server = user;
	const struct request *by = server->current;
	publish(server, ROUTE_OF_STATES, by ? by->route : NULL, by ? by->origin : ORIGIN_HOST);
}

/* ---- From a datagram to messages */

/* A message from a datagram on its way. */
struct arrival {
	struct server *server;
	const struct peer *peer;
};

/* An error is never answered. */
static void refuse(struct arrival *arrival, const uint8_t *data, const char *reason)
{
	const char *address = (const char *)data;
	if (strcmp(address, "/error") != 0 && limit_take(&arrival->server->limit, arrival->peer, clock_now_us()))
		send_error(arrival->server, arrival->peer, address, reason);
}

static void on_message(void *user, const uint8_t *data, size_t size)
{
	struct arrival *arrival = user;
	struct server *server = arrival->server;
	struct message message;
	if (!message_open(&message, data, size)) {
		const char *fault = packet_unreadable(data, size);
		refuse(arrival, data, fault ? fault : "no memory");
		return;
	}
	struct request request = {
		.server = server,
		.peer = arrival->peer,
		.message = &message,
		.origin = leases_origin(&server->leases, arrival->peer),
		.over_rate = !limit_take(&server->limit, arrival->peer, clock_now_us()),
	};
	leases_heard(&server->leases, request.origin, clock_now_us());
	dispatch(&request);
	message_close(&message);
}

static void refuse_early(void *user, const uint8_t *data, size_t size)
{
	(void)size;
	refuse(user, data, "the timetag is more than 1 s ahead");
}

/* All of it on one frame, which is that of its time if that is still to come. */
static void apply_bundle(struct arrival *arrival, const uint8_t *data, size_t size, int64_t due_us)
{
	struct control *control = arrival->server->control;
	bool late = due_us <= clock_now_us();
	control_begin(control, late ? 0 : control_frame_at(control, (uint64_t)due_us));
	packet_each(data, size, on_message, arrival);
	control_end(control);
}

static void on_bundle(struct arrival *arrival, const uint8_t *data, size_t size)
{
	int64_t due_us = timetag_due_us(packet_timetag(data)), now_us = clock_now_us();
	if (due_us > now_us + AHEAD_US)
		packet_each(data, size, refuse_early, arrival);
	else if (!ahead_keep(&arrival->server->ahead, arrival->peer, data, size, due_us, now_us))
		apply_bundle(arrival, data, size, due_us);
}

static void take_bundles(struct server *server)
{
	for (struct ahead_bundle *bundle; (bundle = ahead_take(&server->ahead, clock_now_us()));) {
		struct arrival arrival = { server, &bundle->peer };
		apply_bundle(&arrival, bundle->bytes, bundle->size, bundle->due_us);
		free(bundle);
	}
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
		sync_poll(server, clock_now_us());
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
	server->listener = (struct control_listener){
		.user = server, .value = on_value, .chain = on_chain, .latency = on_latency, .states = on_states
	};
	if (status == STATUS_OK && !subjects_build(&server->subjects, control_rack(server->control)))
		status = reason_set(reason, STATUS_NO_MEMORY, "no memory");
	if (status == STATUS_OK)
		publish(server, ROUTE_OF_ANY, NULL, ORIGIN_HOST);
	server->surfaces.leases = &server->leases;
	server->surfaces.sockets = server->sockets;
	if (status == STATUS_OK)
		status = surfaces_open(&server->surfaces, config->surfaces, reason);
	if (status == STATUS_OK)
		surfaces_restore(&server->surfaces, config->surfaces_path);
	if (status != STATUS_OK) {
		server_free(server);
		return status;
	}
	control_listen(server->control, &server->listener);
	*result = server;
	return STATUS_OK;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	presets_orphan(server);
	control_unlisten(server->control, &server->listener);
	sockets_free(server->sockets);
	ahead_clear(&server->ahead);
	leases_free(&server->leases);
	surfaces_free(&server->surfaces);
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
	take_bundles(server);
	for (int i = 0; i < DATAGRAMS_MAX && more; i++)
		more = read_datagram(server);
	for (struct peer gone; sockets_refused(server->sockets, &gone);)
		leases_forget(&server->leases, &gone, clock_now_us());
	int64_t now_us = clock_now_us();
	leases_expire(&server->leases, now_us);
	int wait = wait_ms(publish_poll(server, now_us), now_us);
	wait = earlier(wait, wait_ms(feedback_send(server, now_us), now_us));
	wait = earlier(wait, wait_ms(ahead_next_us(&server->ahead), now_us));
	wait = earlier(wait, sync_poll(server, now_us));
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
