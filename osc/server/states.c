/* Scenes, snapshots A to D, undo and locks over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"

#include <string.h>

/* The sender asked for a change, not for values: what has changed is told to it as to everybody. */

/* Answers with the request's own address and text, or the error. */
static void answer(const struct request *request, enum status status, const struct reason *reason, const char *text)
{
	if (status != STATUS_OK)
		reply_error(request, reason->text);
	else if (text)
		reply(request, request->address, "s", text);
	else
		reply(request, request->address, "");
}

static void store_scene(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *name = expect_text(request, 0);
	if (name)
		answer(request, control_scene_store(request->server->control, name, &reason), &reason, name);
}

static void recall_scene(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	double seconds = 0;
	const char *name = expect_text(request, 0);
	if (!name || (request->message->n > 1 && !expect_number(request, 1, 0, SCENE_SECONDS_MAX, &seconds)))
		return;
	enum status status = control_scene_recall(request->server->control, name, (float)seconds, ORIGIN_HOST, &reason);
	answer(request, status, &reason, name);
}

static void delete_scene(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *name = expect_text(request, 0);
	if (name)
		answer(request, control_scene_delete(request->server->control, name, &reason), &reason, name);
}

static void tell_scenes(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	for (uint32_t i = 0; i < control_n_scenes(server->control); i++)
		message_add(body, "s", control_scene_name(server->control, i));
}

static void tell_snapshot(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "s", snapshot_names[control_snapshot(server->control)]);
}

static void switch_snapshot(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	struct control *control = request->server->control;
	const char *name = expect_text(request, 0);
	if (name)
		answer(request, control_snapshot_hear(control, snapshot_find(name), ORIGIN_HOST, &reason), &reason,
			name);
}

static void copy_snapshot(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	struct control *control = request->server->control;
	const char *from = expect_text(request, 0), *to = from ? expect_text(request, 1) : NULL;
	if (to)
		answer(request,
			control_snapshot_copy(control, snapshot_find(from), snapshot_find(to), ORIGIN_HOST, &reason),
			&reason, to);
}

static void undo(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	answer(request, control_undo(request->server->control, ORIGIN_HOST, &reason), &reason, NULL);
}

static void redo(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	answer(request, control_redo(request->server->control, ORIGIN_HOST, &reason), &reason, NULL);
}

/* "/lock /rack/limiter/ceiling" asks, with T or F behind it sets. */
static void lock_param(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	struct control *control = request->server->control;
	struct address_row row;
	double locked;
	const char *address = expect_text(request, 0), *missing;
	if (!address)
		return;
	if (!address_find_row(control_rack(control), address, &row, &missing)) {
		reply_error(request, missing);
		return;
	}
	if (request->message->n > 1) {
		if (!expect_number(request, 1, 0, 1, &locked))
			return;
		if (control_lock(control, row.slot, row.param, locked != 0, &reason) != STATUS_OK) {
			reply_error(request, reason.text);
			return;
		}
	}
	reply(request, request->address, control_locked(control, row.slot, row.param) ? "sT" : "sF", address);
}

const struct route state_routes[] = {
	{ "/scene/store", "s:name", "Keeps all slots and values under a name, with the state of the rack",
		.handle = store_scene },
	{ "/scene/recall", "s:name [f:seconds]",
		"Goes to a scene, everything from one frame on, in 0 to 60 s; locked parameters stay",
		.handle = recall_scene },
	{ "/scene/list", "", "The names of all scenes", .body = tell_scenes },
	{ "/scene/delete", "s:name", "Forgets a scene", .handle = delete_scene },
	{ "/ab", "s:a|b|c|d", "Goes to another of four snapshots and leaves the present values in the one before",
		.body = tell_snapshot, .handle = switch_snapshot },
	{ "/ab/copy", "s:from s:to", "Copies one snapshot to another", .handle = copy_snapshot },
	{ "/undo", "", "Takes the last change back, chain edits too; 200 deep; 0 or F, a button let go, does nothing",
		.handle = undo, .flags = ROUTE_PRESS },
	{ "/redo", "", "Takes the last undo back", .handle = redo, .flags = ROUTE_PRESS },
	{ "/lock", "s:address [T|F]", "Keeps a parameter while scenes and presets change (ceilings by default)",
		.handle = lock_param },
	{ 0 },
};
