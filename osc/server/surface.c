/* Makes each listed surface a subscriber for good; adds and removes them while the rack runs, and keeps their list. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/surface.h"

#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "rack/base/clock.h"
#include "rack/base/file.h"
#include "rack/base/worker.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAX = 4096 };

/* Rows have one part or, where they are banded, two. */
static const char *const values[] = { "/bypass", "/bypass/match", "/rack/*/*", "/rack/*/*/*", NULL };
static const char *const norms[] = { "/bypass/norm", "/bypass/match/norm", "/rack/*/*/norm", "/rack/*/*/*/norm",
	"/rack/*/*/str", "/rack/*/*/*/str", NULL };
static const char *const both[] = { "/chain", "/title", "/error", "/connection", "/ab", "/{scene,preset,lock}/list",
	"/scene/recall", "/preset/load", "/meter/{in,out}/{peak,true_peak,momentary,short_term,integrated}",
	"/meter/out/{true_peak_max,range,correlation}", "/meter/*/*reduction*", "/meter/*/change", NULL };

static const char *keep(struct leases *leases, const struct peer *peer, const char *const *patterns, bool numbers)
{
	const char *fault = NULL;
	for (; *patterns && !fault; patterns++)
		fault = leases_keep(leases, peer, *patterns, numbers, clock_now_us());
	return fault;
}

/* HOST:PORT in text, and which of the options stand behind it. */
struct wanted {
	char text[SURFACE_SIZE], host[ENDPOINT_HOST_SIZE], port[ENDPOINT_PORT_SIZE];
	bool norm, numbers;
};

static enum status parse(const char *text, struct wanted *wanted, struct reason *reason)
{
	char rest[SURFACE_SIZE], *at = rest;
	*wanted = (struct wanted){ .norm = false };
	bool right = (size_t)snprintf(rest, sizeof rest, "%s", text) < sizeof rest;
	const char *place = strsep(&at, "/");
	right = right && endpoint_split(place, NULL, wanted->host, wanted->port);
	for (char *option; right && (option = strsep(&at, "/"));) {
		bool norm = strcmp(option, "norm") == 0, numbers = strcmp(option, "numbers") == 0;
		wanted->norm |= norm;
		wanted->numbers |= numbers;
		right = norm || numbers;
	}
	snprintf(wanted->text, sizeof wanted->text, "%s", text);
	return right ? STATUS_OK
		     : reason_set(reason, STATUS_BAD_VALUE,
			       "'%.60s' is not HOST:PORT, HOST:PORT/norm or HOST:PORT/numbers", text);
}

static int find(const struct surfaces *surfaces, const struct peer *peer)
{
	for (int i = 0; i < surfaces->n; i++)
		if (peer_equal(&surfaces->list[i].peer, peer))
			return i;
	return -1;
}

static enum status add(struct server *server, const struct wanted *wanted, bool kept, struct reason *reason)
{
	struct surfaces *surfaces = &server->surfaces;
	struct peer peer;
	if (!server->sockets)
		return reason_set(reason, STATUS_BAD_VALUE, "there is no UDP port");
	enum status status = sockets_list(server->sockets, wanted->host, wanted->port, &peer, reason);
	if (status != STATUS_OK)
		return status;
	if (find(surfaces, &peer) >= 0)
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s is listed already", wanted->text);
	const char *fault = surfaces->n == SURFACES_MAX ? "8 surfaces are listed already" : NULL;
	fault = fault ? fault : keep(&server->leases, &peer, wanted->norm ? norms : values, wanted->numbers);
	fault = fault ? fault : keep(&server->leases, &peer, both, wanted->numbers);
	if (fault)
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s: %s", wanted->text, fault);
	struct surface *surface = &surfaces->list[surfaces->n++];
	*surface = (struct surface){ .peer = peer, .kept = kept };
	memcpy(surface->text, wanted->text, sizeof surface->text);
	return STATUS_OK;
}

static enum status parse_and_add(struct server *server, const char *text, bool kept, struct reason *reason)
{
	struct wanted wanted;
	enum status status = parse(text, &wanted, reason);
	return status == STATUS_OK ? add(server, &wanted, kept, reason) : status;
}

enum status surfaces_open(struct server *server, const char *list, struct reason *reason)
{
	enum status status = STATUS_OK;
	for (const char *at = list ? list : ""; *at && status == STATUS_OK;) {
		char text[SURFACE_SIZE];
		struct reason why;
		size_t length = strcspn(at, ",");
		snprintf(text, sizeof text, "%.*s", (int)length, at);
		status = parse_and_add(server, text, false, &why);
		if (status != STATUS_OK)
			reason_set(reason, status, "--osc-surface: %.200s", why.text);
		at += length + (at[length] == ',');
	}
	return status;
}

/* ---- The file: one on each line */

void surfaces_restore(struct server *server, const char *path)
{
	char *text, *rest;
	size_t size;
	server->surfaces.path = path ? strdup(path) : NULL;
	if (!path || file_read(path, FILE_SIZE_MAX, &text, &size, NULL) != STATUS_OK)
		return; /* most racks have none */
	rest = text;
	for (char *line; (line = strsep(&rest, "\n"));) {
		struct reason reason;
		if (*line && *line != '#' && parse_and_add(server, line, true, &reason) != STATUS_OK)
			fprintf(stderr, "lacquer: %s: %s\n", path, reason.text);
	}
	free(text);
}

void surfaces_free(struct surfaces *surfaces)
{
	free(surfaces->path);
}

struct save {
	struct job job;
	char path[PATH_MAX];
	struct reason reason;
	char text[SURFACES_MAX * (SURFACE_SIZE + 1) + 100];
};

static void write_list(struct job *job)
{
	struct save *save = (struct save *)job;
	if (file_write(save->path, save->text, strlen(save->text), &save->reason) == STATUS_OK)
		save->reason.text[0] = '\0';
}

static void written(struct job *job)
{
	struct save *save = (struct save *)job;
	if (save->reason.text[0])
		fprintf(stderr, "lacquer: the list of surfaces is not kept: %s\n", save->reason.text);
	free(save);
}

static void save_list(struct server *server)
{
	struct save *save = server->surfaces.path ? calloc(1, sizeof *save) : NULL;
	if (!save)
		return;
	save->job.work = write_list;
	save->job.done = written;
	snprintf(save->path, sizeof save->path, "%s", server->surfaces.path);
	size_t used = (size_t)snprintf(save->text, sizeof save->text, "# OSC surfaces that are told without asking.\n");
	for (int i = 0; i < server->surfaces.n; i++)
		if (server->surfaces.list[i].kept)
			used += (size_t)snprintf(
				save->text + used, sizeof save->text - used, "%s\n", server->surfaces.list[i].text);
	if (!worker_post(control_worker(server->control), &save->job)) {
		write_list(&save->job);
		written(&save->job);
	}
}

/* ---- While the rack runs */

static void tell_surfaces(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	for (int i = 0; i < server->surfaces.n; i++)
		message_add(body, "s", server->surfaces.list[i].text);
}

static void answer(const struct request *request, enum status status, const struct reason *reason)
{
	if (status != STATUS_OK) {
		reply_error(request, reason->text);
		return;
	}
	save_list(request->server);
	lo_message body = lo_message_new();
	if (body)
		tell_surfaces(request->server, NULL, body);
	reply_body(request, "/surface/list", body);
}

static void add_surface(const struct request *request)
{
	struct reason reason;
	struct wanted wanted;
	struct sockaddr_storage name;
	socklen_t size;
	const char *text = expect_text(request, 0);
	if (!text)
		return;
	enum status status = parse(text, &wanted, &reason);
	/* To look up a name may take seconds, in which nothing else is served. */
	if (status == STATUS_OK && !endpoint_parse(wanted.host, 1, &name, &size))
		status = reason_set(&reason, STATUS_BAD_VALUE,
			"%.60s is not an IP address ('lacquer surface add' looks names up)", wanted.host);
	if (status == STATUS_OK)
		status = add(request->server, &wanted, true, &reason);
	answer(request, status, &reason);
}

static void remove_surface(const struct request *request)
{
	struct surfaces *surfaces = &request->server->surfaces;
	struct reason reason;
	const char *text = expect_text(request, 0);
	int i = 0;
	if (!text)
		return;
	/* HOST:PORT is enough. */
	while (i < surfaces->n && strcmp(surfaces->list[i].text, text) != 0 &&
		!(strncmp(surfaces->list[i].text, text, strlen(text)) == 0 &&
			surfaces->list[i].text[strlen(text)] == '/'))
		i++;
	enum status status = STATUS_OK;
	if (i == surfaces->n) {
		status = reason_set(&reason, STATUS_UNKNOWN, "no surface %.60s is listed", text);
	} else {
		leases_unlist(&request->server->leases, &surfaces->list[i].peer);
		sockets_unlist(request->server->sockets, &surfaces->list[i].peer);
		surfaces->list[i] = surfaces->list[--surfaces->n];
	}
	answer(request, status, &reason);
}

const struct route surface_routes[] = {
	{ "/surface/list", "", "The surfaces that are told without asking, by /surface/add or --osc-surface",
		.body = tell_surfaces, .flags = ROUTE_LOCAL },
	{ "/surface/add", "s:address",
		"Lists a surface by its IP address and port, HOST:PORT[/norm][/numbers]: it gets all values, as 0..1 or "
		"with switches as 1 and 0, and the usual meters; kept until it is removed; answered with /surface/list",
		.handle = add_surface, .flags = ROUTE_LOCAL },
	{ "/surface/remove", "s:address", "Takes a surface off the list; answered with /surface/list",
		.handle = remove_surface, .flags = ROUTE_LOCAL },
	{ 0 },
};
