/* Adds and removes surfaces over OSC while the rack runs, and keeps their list in a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "rack/base/file.h"
#include "rack/base/worker.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct save {
	struct job job;
	char path[PATH_MAX];
	struct reason reason;
	char text[SURFACES_TEXT_SIZE];
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
	surfaces_print(&server->surfaces, save->text);
	if (!worker_post(control_worker(server->control), &save->job)) {
		write_list(&save->job);
		written(&save->job);
	}
}

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
	const char *text = expect_text(request, 0);
	if (text)
		answer(request, surfaces_add(&request->server->surfaces, text, &reason), &reason);
}

static void remove_surface(const struct request *request)
{
	struct reason reason;
	const char *text = expect_text(request, 0);
	if (text)
		answer(request, surfaces_remove(&request->server->surfaces, text, &reason), &reason);
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
