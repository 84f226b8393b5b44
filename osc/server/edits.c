/* Edits of the chain, and presets, over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/serving.h"
#include "rack/model/preset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The chain. An edit is answered with the chain as it is now: the sender cannot know what id a slot got. */

lo_message body_of_chain(struct control *control)
{
	const struct rack *rack = control_rack(control);
	lo_message body = lo_message_new();
	for (uint32_t i = 0; body && i < rack->n_slots; i++)
		message_add(body, "s", rack->slots[i].id);
	return body;
}

void handle_chain(const struct request *request)
{
	if (expect_question(request))
		reply_body(request, request->address, body_of_chain(request->server->control));
}

static void answer_edit(const struct request *request, enum status status, const struct reason *reason)
{
	if (status != STATUS_OK)
		reply_error(request, reason->text);
	else
		reply_body(request, "/chain", body_of_chain(request->server->control));
}

void handle_insert(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	double position;
	const char *type = expect_text(request, 0), *id = NULL;
	if (!type || !expect_number(request, 1, 0, RACK_SLOTS_MAX, &position))
		return;
	if (request->message->n > 2 && !(id = expect_text(request, 2)))
		return;
	enum status status =
		control_insert(request->server->control, type, (uint32_t)position, id, request->origin, &reason);
	answer_edit(request, status, &reason);
}

void handle_remove(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *id = expect_text(request, 0);
	if (id)
		answer_edit(request, control_remove(request->server->control, id, request->origin, &reason), &reason);
}

void handle_move(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	double position;
	const char *id = expect_text(request, 0);
	if (!id || !expect_number(request, 1, 0, RACK_SLOTS_MAX, &position))
		return;
	enum status status = control_move(request->server->control, id, (uint32_t)position, request->origin, &reason);
	answer_edit(request, status, &reason);
}

void handle_replace(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *id = expect_text(request, 0), *type = id ? expect_text(request, 1) : NULL;
	if (type)
		answer_edit(request, control_replace(request->server->control, id, type, request->origin, &reason),
			&reason);
}

/* ---- Presets: the result comes later, when the sender's message is long gone. */

struct job {
	struct server *server; /* NULL: the server is gone */
	struct peer peer;
	const char *address;
	char name[PRESET_NAME_SIZE];
};

static void job_done(void *user, enum status status, const struct reason *reason)
{
	struct job *job = user;
	for (int i = 0; job->server && i < JOBS_MAX; i++)
		if (job->server->jobs[i] == job)
			job->server->jobs[i] = NULL;
	if (job->server && status != STATUS_OK)
		send_error(job->server, &job->peer, job->address, reason->text);
	else if (job->server)
		send_to(job->server, &job->peer, job->address, "s", job->name);
	free(job);
}

void edits_orphan(struct server *server)
{
	for (int i = 0; i < JOBS_MAX; i++)
		if (server->jobs[i])
			server->jobs[i]->server = NULL;
}

/* NULL: answered with an error. */
static struct job *new_job(const struct request *request, const char *address)
{
	struct server *server = request->server;
	const char *name = expect_text(request, 0);
	if (!name)
		return NULL;
	if (!preset_name_valid(name)) {
		reply_error(request, "a preset's name holds 1 to 64 letters, digits, spaces, _ . - and no leading dot");
		return NULL;
	}
	int i = 0;
	while (i < JOBS_MAX && server->jobs[i])
		i++;
	struct job *job = i < JOBS_MAX ? calloc(1, sizeof *job) : NULL;
	if (!job) {
		reply_error(request, "too many presets on their way");
		return NULL;
	}
	*job = (struct job){ .server = server, .peer = *request->peer, .address = address };
	snprintf(job->name, sizeof job->name, "%s", name);
	server->jobs[i] = job;
	return job;
}

void handle_preset_load(const struct request *request)
{
	struct job *job = new_job(request, "/preset/load");
	if (job)
		control_preset_load(
			request->server->control, message_text(request->message, 0), ORIGIN_HOST, job_done, job);
}

void handle_preset_save(const struct request *request)
{
	struct job *job = new_job(request, "/preset/save");
	if (job)
		control_preset_save(request->server->control, message_text(request->message, 0), job_done, job);
}

void handle_preset_delete(const struct request *request)
{
	struct job *job = new_job(request, "/preset/delete");
	if (job)
		control_preset_delete(request->server->control, message_text(request->message, 0), job_done, job);
}

void handle_preset_list(const struct request *request)
{
	lo_message body = expect_question(request) ? lo_message_new() : NULL;
	if (!body)
		return;
	char **names = preset_list();
	for (size_t i = 0; names && names[i]; i++)
		if (lo_message_length(body, request->address) + 2 * PRESET_NAME_SIZE < REPLY_SIZE_MAX)
			message_add(body, "s", names[i]);
	preset_list_free(names);
	reply_body(request, request->address, body);
}
