/* Presets over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/presets.h"

#include "osc/server/publish.h"
#include "osc/server/request.h"
#include "osc/server/router.h"
#include "osc/server/serving.h"
#include "rack/model/preset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the worker does for a sender, who is answered when it is done. */
struct preset_job {
	struct server *server; /* NULL: the server is gone */
	struct peer peer;
	const char *address;
	char name[NAME_SIZE];
	bool loads; /* the reason may tell what was kept because it is locked */
};

static void forget(struct preset_job *job)
{
	for (int i = 0; job->server && i < JOBS_MAX; i++)
		if (job->server->jobs[i] == job)
			job->server->jobs[i] = NULL;
}

/* The sender is answered. */
static void publish_preset(struct preset_job *job, bool gone)
{
	struct server *server = job->server;
	if (!gone || strcmp(server->preset, job->name) == 0)
		snprintf(server->preset, sizeof server->preset, "%s", gone ? "" : job->name);
	publish(server, ROUTE_OF_PRESETS, router_find(job->address), leases_origin(&server->leases, &job->peer));
}

static void job_done(void *user, enum status status, const struct reason *reason)
{
	struct preset_job *job = user;
	forget(job);
	if (job->server && status != STATUS_OK)
		send_error(job->server, &job->peer, job->address, reason->text);
	if (job->server && status == STATUS_OK) {
		bool kept = job->loads && reason->text[0];
		send_to(job->server, &job->peer, job->address, kept ? "ss" : "s", job->name, reason->text);
		publish_preset(job, strcmp(job->address, "/preset/delete") == 0);
	}
	free(job);
}

void presets_orphan(struct server *server)
{
	for (int i = 0; i < JOBS_MAX; i++)
		if (server->jobs[i])
			server->jobs[i]->server = NULL;
}

/* NULL: answered with an error, as a name that is NULL is already. */
static struct preset_job *new_job(const struct request *request, const char *address, const char *name)
{
	struct server *server = request->server;
	struct reason reason;
	if (!name)
		return NULL;
	if (name_check(NAME_OF_PRESET, name, &reason) != STATUS_OK) {
		reply_error(request, reason.text);
		return NULL;
	}
	int i = 0;
	while (i < JOBS_MAX && server->jobs[i])
		i++;
	struct preset_job *job = i < JOBS_MAX ? calloc(1, sizeof *job) : NULL;
	if (!job) {
		reply_error(request, i < JOBS_MAX ? "out of memory" : "too many presets on their way");
		return NULL;
	}
	*job = (struct preset_job){ .server = server, .peer = *request->peer, .address = address };
	snprintf(job->name, sizeof job->name, "%s", name);
	server->jobs[i] = job;
	return job;
}

static void load(const struct request *request, const char *name)
{
	struct preset_job *job = new_job(request, "/preset/load", name);
	if (!job)
		return;
	job->loads = true;
	control_preset_load(request->server->control, name, ORIGIN_HOST, job_done, job);
}

static void load_preset(const struct request *request)
{
	load(request, expect_text(request, 0));
}

static void press_preset(const struct request *request)
{
	char name[NAME_SIZE];
	if (address_part(request->address, 2, name, sizeof name))
		load(request, name);
}

static void tell_preset(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "s", server->preset);
}

static void save_preset(const struct request *request)
{
	struct preset_job *job = new_job(request, "/preset/save", expect_text(request, 0));
	if (job)
		control_preset_save(request->server->control, message_text(request->message, 0), job_done, job);
}

static void delete_preset(const struct request *request)
{
	struct preset_job *job = new_job(request, "/preset/delete", expect_text(request, 0));
	if (job)
		control_preset_delete(request->server->control, message_text(request->message, 0), job_done, job);
}

static void info_done(
	void *user, enum status status, const char *name, const struct preset_info *info, const struct reason *reason)
{
	struct preset_job *job = user;
	forget(job);
	if (job->server && status != STATUS_OK)
		send_error(job->server, &job->peer, job->address, reason->text);
	else if (job->server)
		send_to(job->server, &job->peer, job->address, "sssi", name, info->title, info->comment,
			(int32_t)info->latency_frames);
	free(job);
}

static void tell_info(const struct request *request)
{
	struct preset_job *job = new_job(request, "/preset/info", expect_text(request, 0));
	if (job)
		control_preset_info(request->server->control, message_text(request->message, 0), info_done, job);
}

static void tell_presets(struct server *server, const struct place *place, lo_message body)
{
	char **names = preset_list();
	(void)server, (void)place;
	for (size_t i = 0; names && names[i]; i++)
		if (lo_message_length(body, "/preset/list") + 2 * NAME_SIZE < REPLY_SIZE_MAX)
			message_add(body, "s", names[i]);
	preset_list_free(names);
}

const struct route preset_routes[] = {
	{ "/preset/load", "s:name",
		"Loads a rack by name; answered with the name when it is done, and with what stays because it is "
		"locked. As a question: which one was loaded or "
		"saved last",
		.body = tell_preset, .handle = load_preset, .flags = ROUTE_LATER | ROUTE_OF_PRESETS },
	{ "/preset/load/<name>", "[i:press]", "The same for a button that sends no text; its release does nothing",
		.handle = press_preset, .flags = ROUTE_PRESS },
	{ "/preset/save", "s:name", "Saves the rack by name; answered with the name when it is done",
		.handle = save_preset, .flags = ROUTE_LATER | ROUTE_WRITES },
	{ "/preset/delete", "s:name",
		"Deletes a preset that was saved; its file stays as NAME.rack.bak. Answered with the name when it is "
		"done; factory presets cannot be deleted",
		.handle = delete_preset, .flags = ROUTE_LATER | ROUTE_WRITES },
	{ "/preset/info", "s:name",
		"Answered with s:name s:title s:comment (the file's first) i:frames of delay at the present rate",
		.handle = tell_info, .flags = ROUTE_LATER },
	{ "/preset/list", "", "The names of all presets", .body = tell_presets, .flags = ROUTE_OF_PRESETS },
	{ 0 },
};
