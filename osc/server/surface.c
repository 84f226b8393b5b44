/* Reads the list of surfaces and makes each a subscriber for good. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/surface.h"

#include "osc/server/serving.h"
#include "osc/wire/endpoint.h"
#include "rack/base/clock.h"

#include <stdio.h>
#include <string.h>

/* Rows have one part or, where they are banded, two. */
static const char *const values[] = { "/bypass", "/bypass/match", "/rack/*/*", "/rack/*/*/*", NULL };
static const char *const norms[] = { "/bypass/norm", "/bypass/match/norm", "/rack/*/*/norm", "/rack/*/*/*/norm",
	"/rack/*/*/str", "/rack/*/*/*/str", NULL };
static const char *const both[] = { "/chain", "/title", "/error",
	"/meter/{in,out}/{peak,true_peak,momentary,short_term,integrated}",
	"/meter/out/{true_peak_max,range,correlation}", "/meter/*/*reduction*", "/meter/*/change", NULL };

static const char *keep(struct leases *leases, const struct peer *peer, const char *const *patterns)
{
	const char *fault = NULL;
	for (; *patterns && !fault; patterns++)
		fault = leases_keep(leases, peer, *patterns, clock_now_us());
	return fault;
}

static enum status open_one(struct server *server, char *text, struct reason *reason)
{
	char host[ENDPOINT_HOST_SIZE], port[ENDPOINT_PORT_SIZE];
	struct peer peer;
	char *slash = strchr(text, '/');
	bool norm = slash && strcmp(slash, "/norm") == 0;
	if ((slash && !norm) || !endpoint_split(norm ? (*slash = '\0', text) : text, NULL, host, port))
		return reason_set(
			reason, STATUS_BAD_VALUE, "--osc-surface: '%.60s' is not HOST:PORT or HOST:PORT/norm", text);
	enum status status = sockets_list(server->sockets, host, port, &peer, reason);
	if (status != STATUS_OK)
		return status;
	const char *fault = keep(&server->leases, &peer, norm ? norms : values);
	fault = fault ? fault : keep(&server->leases, &peer, both);
	return fault ? reason_set(reason, STATUS_BAD_VALUE, "--osc-surface: '%.60s': %s", text, fault) : STATUS_OK;
}

enum status surfaces_open(struct server *server, const char *list, struct reason *reason)
{
	enum status status = STATUS_OK;
	for (const char *at = list ? list : ""; *at && status == STATUS_OK;) {
		char text[ENDPOINT_HOST_SIZE + 20];
		size_t length = strcspn(at, ",");
		snprintf(text, sizeof text, "%.*s", (int)length, at);
		status = open_one(server, text, reason);
		at += length + (at[length] == ',');
	}
	return status;
}
