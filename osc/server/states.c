/* Scenes, snapshots A to D, undo and locks over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/publish.h"
#include "osc/server/request.h"
#include "osc/server/serving.h"

#include <stdio.h>
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

/* With what was kept because it is locked, which the reason holds. */
static void answer_kept(
	const struct request *request, enum status status, const struct reason *reason, const char *text)
{
	if (status == STATUS_OK && reason->text[0])
		reply(request, request->address, "ss", text, reason->text);
	else
		answer(request, status, reason, text);
}

/* Which one was stored or recalled last; gone: it is no longer there. */
static void publish_scene(const struct request *request, const char *name, bool gone)
{
	struct server *server = request->server;
	if (!gone || strcmp(server->scene, name) == 0)
		snprintf(server->scene, sizeof server->scene, "%s", gone ? "" : name);
	publish(server, ROUTE_OF_STATES, request->route, request->origin);
}

static void store_scene(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *name = expect_text(request, 0);
	if (!name)
		return;
	enum status status = control_scene_store(request->server->control, name, &reason);
	answer(request, status, &reason, name);
	if (status == STATUS_OK)
		publish_scene(request, name, false);
}

static void recall_scene(const struct request *request)
{
	struct reason reason = { "" };
	double seconds = 0;
	const char *name = expect_text(request, 0);
	if (!name || (request->message->n > 1 && !expect_number(request, 1, 0, SCENE_SECONDS_MAX, &seconds)))
		return;
	enum status status = control_scene_recall(request->server->control, name, (float)seconds, ORIGIN_HOST, &reason);
	answer_kept(request, status, &reason, name);
	if (status == STATUS_OK)
		publish_scene(request, name, false);
}

/* Buttons are not answered: what has changed is told. */
static void press_scene(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	char name[NAME_SIZE] = "";
	address_part(request->address, 2, name, sizeof name);
	if (control_scene_recall(request->server->control, name, 0, ORIGIN_HOST, &reason) == STATUS_OK)
		publish_scene(request, name, false);
	else
		reply_error(request, reason.text);
}

static void tell_scene(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "s", server->scene);
}

static void delete_scene(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *name = expect_text(request, 0);
	if (!name)
		return;
	enum status status = control_scene_delete(request->server->control, name, &reason);
	answer(request, status, &reason, name);
	if (status == STATUS_OK)
		publish_scene(request, name, true);
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
	struct reason reason = { "" };
	const char *name = expect_text(request, 0);
	if (!name)
		return;
	enum status status = control_snapshot_hear(request->server->control, snapshot_find(name), ORIGIN_HOST, &reason);
	answer_kept(request, status, &reason, name);
}

static void press_snapshot(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	char name[8] = "";
	address_part(request->address, 1, name, sizeof name);
	if (control_snapshot_hear(request->server->control, snapshot_find(name), ORIGIN_HOST, &reason) != STATUS_OK)
		reply_error(request, reason.text);
}

static void copy_snapshot(const struct request *request)
{
	struct reason reason = { "" };
	const char *from = expect_text(request, 0), *to = from ? expect_text(request, 1) : NULL;
	if (!to)
		return;
	enum status status = control_snapshot_copy(
		request->server->control, snapshot_find(from), snapshot_find(to), ORIGIN_HOST, &reason);
	answer_kept(request, status, &reason, to);
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

static void tell_locks(struct server *server, const struct place *place, lo_message body)
{
	const struct rack *rack = control_rack(server->control);
	(void)place;
	for (uint32_t slot = 0; slot < rack->n_slots; slot++)
		for (uint32_t i = 0; i < slot_n_params(&rack->slots[slot]); i++) {
			char address[ADDRESS_SIZE];
			if (!control_locked(server->control, slot, i) ||
				lo_message_length(body, "/lock/list") + 2 * ADDRESS_SIZE > REPLY_SIZE_MAX)
				continue;
			address_of_row(rack, slot, i, address);
			message_add(body, "s", address);
		}
}

const struct route state_routes[] = {
	{ "/scene/store", "s:name", "Stores all slots and values as a scene, which is saved with the rack",
		.handle = store_scene },
	{ "/scene/recall", "s:name [f:seconds]",
		"Recalls a scene, everything from one frame on, in 0 to 60 s; what stays because it is locked is "
		"answered behind the name. As a question: "
		"which one was recalled or stored last",
		.body = tell_scene, .handle = recall_scene, .flags = ROUTE_OF_STATES },
	{ "/scene/recall/<name>", "[i:press]", "The same for a button that sends no text; its release does nothing",
		.handle = press_scene, .flags = ROUTE_PRESS },
	{ "/scene/list", "", "The names of all scenes", .body = tell_scenes, .flags = ROUTE_OF_STATES },
	{ "/scene/delete", "s:name", "Deletes a scene", .handle = delete_scene },
	{ "/ab", "s:a|b|c|d", "Switches to one of four snapshots; the one before keeps the present values",
		.body = tell_snapshot, .handle = switch_snapshot, .flags = ROUTE_OF_STATES },
	{ "/ab/copy", "s:from s:to", "Copies one snapshot to another", .handle = copy_snapshot },
	{ "/ab/<snapshot>", "[i:press]", "The same as /ab for a button that sends no text; its release does nothing",
		.handle = press_snapshot, .flags = ROUTE_PRESS },
	{ "/undo", "",
		"Undoes the last change, chain edits too; 200 deep; 0 or F, the release of a button, does nothing",
		.handle = undo, .flags = ROUTE_PRESS },
	{ "/redo", "", "Redoes what was undone last", .handle = redo, .flags = ROUTE_PRESS },
	{ "/lock", "s:address [T|F]", "Locks a parameter: scenes and presets leave it as it is (ceilings by default)",
		.handle = lock_param },
	{ "/lock/list", "", "The addresses of all locked parameters", .body = tell_locks, .flags = ROUTE_OF_STATES },
	{ 0 },
};
