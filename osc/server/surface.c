/* Makes each listed surface a subscriber for good. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/surface.h"

#include "osc/wire/endpoint.h"
#include "rack/base/clock.h"
#include "rack/base/file.h"

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

static enum status add(struct surfaces *surfaces, const struct wanted *wanted, bool kept, struct reason *reason)
{
	struct peer peer;
	if (!surfaces->sockets)
		return reason_set(reason, STATUS_BAD_VALUE, "there is no UDP port");
	enum status status = sockets_list(surfaces->sockets, wanted->host, wanted->port, &peer, reason);
	if (status != STATUS_OK)
		return status;
	if (find(surfaces, &peer) >= 0)
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s is listed already", wanted->text);
	const char *fault = surfaces->n == SURFACES_MAX ? "8 surfaces are listed already" : NULL;
	fault = fault ? fault : keep(surfaces->leases, &peer, wanted->norm ? norms : values, wanted->numbers);
	fault = fault ? fault : keep(surfaces->leases, &peer, both, wanted->numbers);
	if (fault)
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s: %s", wanted->text, fault);
	struct surface *surface = &surfaces->list[surfaces->n++];
	*surface = (struct surface){ .peer = peer, .kept = kept };
	memcpy(surface->text, wanted->text, sizeof surface->text);
	return STATUS_OK;
}

static enum status parse_and_add(struct surfaces *surfaces, const char *text, bool kept, struct reason *reason)
{
	struct wanted wanted;
	enum status status = parse(text, &wanted, reason);
	return status == STATUS_OK ? add(surfaces, &wanted, kept, reason) : status;
}

enum status surfaces_open(struct surfaces *surfaces, const char *list, struct reason *reason)
{
	enum status status = STATUS_OK;
	for (const char *at = list ? list : ""; *at && status == STATUS_OK;) {
		char text[SURFACE_SIZE];
		struct reason why;
		size_t length = strcspn(at, ",");
		snprintf(text, sizeof text, "%.*s", (int)length, at);
		status = parse_and_add(surfaces, text, false, &why);
		if (status != STATUS_OK)
			reason_set(reason, status, "--osc-surface: %.200s", why.text);
		at += length + (at[length] == ',');
	}
	return status;
}

/* ---- The file: one on each line */

void surfaces_restore(struct surfaces *surfaces, const char *path)
{
	char *text, *rest;
	size_t size;
	surfaces->path = path ? strdup(path) : NULL;
	if (!path || file_read(path, FILE_SIZE_MAX, &text, &size, NULL) != STATUS_OK)
		return; /* most racks have none */
	rest = text;
	for (char *line; (line = strsep(&rest, "\n"));) {
		struct reason reason;
		if (*line && *line != '#' && parse_and_add(surfaces, line, true, &reason) != STATUS_OK)
			fprintf(stderr, "lacquer: %s: %s\n", path, reason.text);
	}
	free(text);
}

void surfaces_free(struct surfaces *surfaces)
{
	free(surfaces->path);
}

/* ---- While the rack runs */

enum status surfaces_add(struct surfaces *surfaces, const char *text, struct reason *reason)
{
	struct wanted wanted;
	struct sockaddr_storage name;
	socklen_t size;
	enum status status = parse(text, &wanted, reason);
	/* To look up a name may take seconds, in which nothing else is served. */
	if (status == STATUS_OK && !endpoint_parse(wanted.host, 1, &name, &size))
		status = reason_set(reason, STATUS_BAD_VALUE,
			"%.60s is not an IP address ('lacquer surface add' looks names up)", wanted.host);
	return status == STATUS_OK ? add(surfaces, &wanted, true, reason) : status;
}

static bool is_called(const struct surface *surface, const char *text)
{
	size_t length = strlen(text);
	return strncmp(surface->text, text, length) == 0 && strchr("/", surface->text[length]);
}

enum status surfaces_remove(struct surfaces *surfaces, const char *text, struct reason *reason)
{
	int i = 0;
	while (i < surfaces->n && !is_called(&surfaces->list[i], text))
		i++;
	if (i == surfaces->n)
		return reason_set(reason, STATUS_UNKNOWN, "no surface %.60s is listed", text);
	leases_unlist(surfaces->leases, &surfaces->list[i].peer);
	sockets_unlist(surfaces->sockets, &surfaces->list[i].peer);
	surfaces->list[i] = surfaces->list[--surfaces->n];
	return STATUS_OK;
}

void surfaces_print(const struct surfaces *surfaces, char text[SURFACES_TEXT_SIZE])
{
	size_t used = (size_t)snprintf(text, SURFACES_TEXT_SIZE, "# OSC surfaces that are told without asking.\n");
	for (int i = 0; i < surfaces->n; i++)
		if (surfaces->list[i].kept)
			used += (size_t)snprintf(
				text + used, SURFACES_TEXT_SIZE - used, "%s\n", surfaces->list[i].text);
}
