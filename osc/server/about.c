/* What the rack says of itself over OSC, and its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "rack/audio/overload.h"
#include "rack/model/registry.h"

static int32_t count(uint64_t n)
{
	return n < INT32_MAX ? (int32_t)n : INT32_MAX;
}

static void tell_title(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "s", control_rack(server->control)->title);
}

/* Both are pairs of a name and a value, so that they can grow. */

static void tell_info(struct server *server, const struct place *place, lo_message body)
{
	struct control *control = server->control;
	struct control_status status;
	(void)place;
	control_read_status(control, &status);
	message_add(body, "ssssss", "program", "lacquer", "version", LACQUER_VERSION, "client", status.host.client);
	message_add(body, "sisisi", "rate", count(status.host.rate), "period", count(status.host.period), "latency",
		count(status.latency_frames));
	message_add(body, "ss", "title", control_rack(control)->title);
}

/* "lost" once it has been there. */
static void tell_connection(struct server *server, const struct place *place, lo_message body)
{
	struct control_status status;
	(void)place;
	control_read_status(server->control, &status);
	server->was_connected |= status.host.connected;
	message_add(body, "s", status.host.connected ? "connected" : server->was_connected ? "lost" : "waiting");
}

static const char *input_text(const struct host_status *host)
{
	if (host->hears[0] && host->hears[1])
		return "connected";
	return host->hears[0] ? "no right input" : host->hears[1] ? "no left input" : "no input";
}

static void tell_status(struct server *server, const struct place *place, lo_message body)
{
	struct control_status status;
	uint64_t dropped = server->malformed + (server->sockets ? sockets_dropped(server->sockets) : 0);
	(void)place;
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
}

/* The title is answered as it is now, which may be less than was sent. */
static void set_title(const struct request *request)
{
	const char *title = expect_text(request, 0);
	if (!title)
		return;
	control_set_title(request->server->control, title, request->origin);
	reply_value(request);
}

static void tell_latency(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "i", count(control_latency(server->control)));
}

/* Answered as an edit is, with what is in force now. */
static void release_latency(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	if (control_latency_release(request->server->control, &reason) != STATUS_OK)
		reply_error(request, reason.text);
	else
		reply(request, "/latency", "i", count(control_latency(request->server->control)));
}

static void tell_modules(struct server *server, const struct place *place, lo_message body)
{
	(void)server, (void)place;
	for (uint32_t i = 0; i < registry_count(); i++)
		message_add(body, "s", registry_at(i)->id);
}

static void quit(const struct request *request)
{
	if (request->server->quit)
		request->server->quit(request->server->user);
}

const struct route about_routes[] = {
	{ "/modules", "", "The types of modules that there are", .body = tell_modules },
	{ "/title", "[s:title]", "The title of the rack: at most 127 bytes, without '#', answered as it is then",
		.body = tell_title, .handle = set_title },
	{ "/info", "", "Names and values: program, version, client, rate, period, latency, title", .body = tell_info,
		.flags = ROUTE_PAIRS | ROUTE_OF_LATENCY | ROUTE_OF_HOST },
	{ "/status", "",
		"Names and values: load_mean, load_worst, xruns_own, xruns_foreign, realtime, scheduling (real-time or "
		"not "
		"real-time), connected, rate, period, latency, overload (none, warning or "
		"safe bypass), poisoned, peers, dropped, input (connected, no input, no left input or no right input), "
		"awaited (ports asked for as input that are not there)",
		.body = tell_status, .flags = ROUTE_PAIRS | ROUTE_STEADY | ROUTE_SLOW },
	{ "/connection", "", "connected, waiting (for a JACK server, since the start) or lost", .body = tell_connection,
		.flags = ROUTE_OF_HOST },
	{ "/latency", "", "Frames of delay through the rack", .body = tell_latency, .flags = ROUTE_OF_LATENCY },
	{ "/latency/release", "",
		"Takes back delay that no slot needs any more, with a cross-fade; happens by itself in 2 s of silence. "
		"Answered with /latency",
		.handle = release_latency, .flags = ROUTE_PRESS },
	{ "/quit", "", "Stops the rack", .handle = quit, .flags = ROUTE_LOCAL },
	{ 0 },
};
