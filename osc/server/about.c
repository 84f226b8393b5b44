/* What the rack says of itself over OSC, and the messages that are about the program: sync, quit, subscriptions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/serving.h"
#include "osc/wire/clock.h"
#include "rack/audio/overload.h"
#include "rack/model/registry.h"

enum { SYNC_POLL_MS = 1, SYNC_AGE_US = 5000000 };

static int32_t count(uint64_t n)
{
	return n < INT32_MAX ? (int32_t)n : INT32_MAX;
}

lo_message body_of_title(struct control *control)
{
	lo_message body = lo_message_new();
	if (body)
		message_add(body, "s", control_rack(control)->title);
	return body;
}

/* Both are pairs of a name and a value, so that they can grow. */

lo_message body_of_info(struct control *control)
{
	struct control_status status;
	lo_message body = lo_message_new();
	if (!body)
		return NULL;
	control_read_status(control, &status);
	message_add(body, "ssssss", "program", "lacquer", "version", LACQUER_VERSION, "client", status.host.client);
	message_add(body, "sisisi", "rate", count(status.host.rate), "period", count(status.host.period), "latency",
		count(status.latency_frames));
	message_add(body, "ss", "title", control_rack(control)->title);
	return body;
}

static const char *input_text(const struct host_status *host)
{
	if (host->hears[0] && host->hears[1])
		return "connected";
	return host->hears[0] ? "no right input" : host->hears[1] ? "no left input" : "no input";
}

lo_message body_of_status(struct server *server)
{
	struct control_status status;
	uint64_t dropped = server->malformed + (server->sockets ? sockets_dropped(server->sockets) : 0);
	lo_message body = lo_message_new();
	if (!body)
		return NULL;
	control_read_status(server->control, &status);
	message_add(body, "sfsf", "load_mean", (double)status.load_mean, "load_worst", (double)status.load_worst);
	message_add(body, "sisi", "xruns_own", count(status.host.xruns_own), "xruns_foreign",
		count(status.host.xruns_foreign));
	message_add(body, status.host.realtime ? "sTss" : "sFss", "realtime", "scheduling",
		status.host.realtime ? "real-time" : "not real-time");
	message_add(body, status.host.connected ? "sT" : "sF", "connected");
	message_add(body, "sisisi", "rate", count(status.host.rate), "period", count(status.host.period), "latency",
		count(status.latency_frames));
	message_add(body, "ss", "overload", overload_text(status.overload));
	message_add(body, "sisisi", "poisoned", count(status.poisoned), "peers", leases_count(&server->leases),
		"dropped", count(dropped));
	message_add(body, "ssss", "input", input_text(&status.host), "awaited", status.host.awaited);
	return body;
}

void handle_info(const struct request *request)
{
	if (expect_question(request))
		reply_body(request, request->address, body_of_info(request->server->control));
}

void handle_status(const struct request *request)
{
	if (expect_question(request))
		reply_body(request, request->address, body_of_status(request->server));
}

/* A title is answered as it is now, which may be less than was sent. */
void handle_title(const struct request *request)
{
	const char *title = NULL;
	if (request->message->n > 0 && !(title = expect_text(request, 0)))
		return;
	if (title)
		control_set_title(request->server->control, title, request->origin);
	reply_body(request, request->address, body_of_title(request->server->control));
}

void handle_modules(const struct request *request)
{
	lo_message body = expect_question(request) ? lo_message_new() : NULL;
	for (uint32_t i = 0; body && i < registry_count(); i++)
		message_add(body, "s", registry_at(i)->id);
	if (body)
		reply_body(request, request->address, body);
}

void handle_sync(const struct request *request)
{
	struct server *server = request->server;
	double number;
	if (!expect_number(request, 0, INT32_MIN, INT32_MAX, &number))
		return;
	if (request->over_rate)
		return;
	if (server->n_syncs == SYNCS_MAX) {
		reply_error(request, "too many wait for it");
		return;
	}
	/* The sequence is taken when the datagram has been read: its bundle may go on behind this message. */
	server->syncs[server->n_syncs++] = (struct sync){ .peer = *request->peer, .number = (int32_t)number };
}

/* False: it goes on waiting. */
static bool answer_sync(struct server *server, struct sync *sync, int64_t now_us)
{
	if (sync->since_us == 0) {
		sync->sequence = control_sequence(server->control);
		sync->since_us = now_us;
	}
	if (!control_engine(server->control) || control_applied(server->control) >= sync->sequence)
		send_to(server, &sync->peer, "/synced", "i", sync->number);
	else if (now_us - sync->since_us > SYNC_AGE_US)
		send_error(server, &sync->peer, "/sync", "the audio does not run");
	else
		return false;
	return true;
}

int about_poll_syncs(struct server *server, int64_t now_us)
{
	int left = 0;
	for (int i = 0; i < server->n_syncs; i++)
		if (!answer_sync(server, &server->syncs[i], now_us))
			server->syncs[left++] = server->syncs[i];
	server->n_syncs = left;
	return left ? SYNC_POLL_MS : -1;
}

/* From a peer that needs no proof, or has just given it: taken. From others it is answered by the right one. */
void handle_cookie(const struct request *request)
{
	struct sockets *sockets = request->server->sockets;
	const char *nonce = expect_text(request, 0);
	if (nonce && sockets && !sockets_trust(sockets, request->peer) && !sockets_prove(sockets, request->peer, nonce))
		sockets_withhold(sockets);
	else if (nonce)
		reply(request, request->address, "");
}

void handle_quit(const struct request *request)
{
	if (request->server->quit)
		request->server->quit(request->server->user);
}

void handle_subscribe(const struct request *request)
{
	double hz = 0;
	if (!request->server->sockets) {
		reply_error(request, "there is no wire for answers");
		return;
	}
	const char *pattern = expect_text(request, 0);
	if (!pattern || (request->message->n > 1 && !expect_number(request, 1, 1, LEASE_HZ_MAX, &hz)) ||
		request->over_rate)
		return;
	if (!sockets_trust(request->server->sockets, request->peer)) {
		sockets_withhold(request->server->sockets);
		return;
	}
	const char *fault = leases_add(&request->server->leases, request->peer, pattern, (int)hz, clock_now_us());
	if (fault)
		reply_error(request, fault);
}

void handle_unsubscribe(const struct request *request)
{
	const char *pattern = expect_text(request, 0);
	if (pattern && !leases_remove(&request->server->leases, request->peer, pattern))
		reply_error(request, "there is no such subscription");
}
