/* What the rack says of itself over OSC, and its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "osc/wire/report.h"
#include "rack/model/registry.h"

#include <stdio.h>

static void tell_title(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "s", control_rack(server->control)->title);
}

/* ---- /info and /status: the rows are in osc/wire/report.c */

static void report_bus(const struct host_bus *bus, int *state, char awaited[static 256])
{
	*state = !bus->there                              ? REPORT_NO_BUS
		 : bus->connected[0] && bus->connected[1] ? REPORT_CONNECTED
		 : bus->connected[0]                      ? REPORT_NO_RIGHT
		 : bus->connected[1]                      ? REPORT_NO_LEFT
							  : REPORT_NOT_CONNECTED;
	snprintf(awaited, sizeof bus->awaited, "%s", bus->awaited);
}

static void report_buses(const struct host_bus buses[N_BUSES], struct report *report)
{
	report_bus(&buses[BUS_IN], &report->input, report->awaited);
	report_bus(&buses[BUS_OUT], &report->output, report->awaited_output);
	report_bus(&buses[BUS_MONITOR], &report->monitor, report->awaited_monitor);
	report_bus(&buses[BUS_REF], &report->ref, report->awaited_ref);
	report_bus(&buses[BUS_KEY], &report->key, report->awaited_key);
	if (report->input == REPORT_NO_BUS) /* no host yet */
		report->input = REPORT_NOT_CONNECTED;
	if (report->output == REPORT_NO_BUS)
		report->output = REPORT_NOT_CONNECTED;
}

static struct report report_of(struct server *server)
{
	struct control_status status;
	const struct levels *levels = control_analysis(server->control);
	control_read_status(server->control, &status);
	struct report report = {
		.program = "lacquer",
		.version = LACQUER_VERSION,
		.rate = status.host.rate,
		.period = status.host.period,
		.latency_frames = status.latency_frames,
		.load_mean = status.load_mean,
		.load_worst = status.load_worst,
		.xruns_own = status.host.xruns_own,
		.xruns_foreign = status.host.xruns_foreign,
		.realtime = status.host.realtime,
		.scheduling = status.host.realtime,
		.connected = status.host.connected,
		.paused = levels && levels->paused,
		.overload = status.overload,
		.poisoned = status.poisoned,
		.peers = (uint32_t)leases_count(&server->leases),
		.dropped = server->malformed + (server->sockets ? sockets_dropped(server->sockets) : 0),
	};
	snprintf(report.client, sizeof report.client, "%s", status.host.client);
	snprintf(report.title, sizeof report.title, "%s", control_rack(server->control)->title);
	report_buses(status.host.buses, &report);
	return report;
}

static void tell_info(struct server *server, const struct place *place, lo_message body)
{
	const struct report report = report_of(server);
	(void)place;
	report_add(body, &report, false);
}

static void tell_connection(struct server *server, const struct place *place, lo_message body)
{
	static const char *const words[] = {
		[HOST_WAITING] = "waiting", [HOST_CONNECTED] = "connected", [HOST_LOST] = "lost"
	};
	struct control_status status;
	(void)place;
	control_read_status(server->control, &status);
	message_add(body, "s", words[status.host.connection]);
}

static void tell_status(struct server *server, const struct place *place, lo_message body)
{
	const struct report report = report_of(server);
	(void)place;
	report_add(body, &report, true);
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
	message_add(body, "i", (int32_t)control_latency(server->control));
}

/* Answered as an edit is, with what is in force now. */
static void release_latency(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	if (control_latency_release(request->server->control, &reason) != STATUS_OK)
		reply_error(request, reason.text);
	else
		reply(request, "/latency", "i", (int32_t)control_latency(request->server->control));
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
	{ "/info", "", "Pairs of a name and a value, those listed for it", .body = tell_info,
		.flags = ROUTE_PAIRS | ROUTE_OF_LATENCY | ROUTE_OF_HOST },
	{ "/status", "", "Pairs of a name and a value, those listed for it", .body = tell_status,
		.flags = ROUTE_PAIRS | ROUTE_STEADY | ROUTE_SLOW },
	{ "/connection", "", "connected, waiting (for a JACK server, since the start) or lost", .body = tell_connection,
		.flags = ROUTE_OF_HOST },
	{ "/latency", "", "Frames of delay through the rack", .body = tell_latency, .flags = ROUTE_OF_LATENCY },
	{ "/latency/release", "",
		"Releases delay that no slot needs any more, with a cross-fade; happens by itself in 2 s of silence. "
		"Answered with /latency",
		.handle = release_latency, .flags = ROUTE_PRESS },
	{ "/quit", "", "Stops the rack", .handle = quit, .flags = ROUTE_LOCAL },
	{ 0 },
};
