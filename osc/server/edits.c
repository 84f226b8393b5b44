/* Edits of the chain over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"

static void tell_chain(struct server *server, const struct place *place, lo_message body)
{
	const struct rack *rack = control_rack(server->control);
	(void)place;
	for (uint32_t i = 0; i < rack->n_slots; i++)
		message_add(body, "s", rack->slots[i].id);
}

/* An edit is answered with the new chain: the sender cannot know which id a slot got. */
static void answer_edit(const struct request *request, enum status status, const struct reason *reason)
{
	if (status != STATUS_OK) {
		reply_error(request, reason->text);
		return;
	}
	lo_message body = lo_message_new();
	if (body)
		tell_chain(request->server, NULL, body);
	reply_body(request, "/chain", body);
}

static void insert_slot(const struct request *request)
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

static void remove_slot(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *id = expect_text(request, 0);
	if (id)
		answer_edit(request, control_remove(request->server->control, id, request->origin, &reason), &reason);
}

static void move_slot(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	double position;
	const char *id = expect_text(request, 0);
	if (!id || !expect_number(request, 1, 0, RACK_SLOTS_MAX, &position))
		return;
	enum status status = control_move(request->server->control, id, (uint32_t)position, request->origin, &reason);
	answer_edit(request, status, &reason);
}

static void replace_slot(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *id = expect_text(request, 0), *type = id ? expect_text(request, 1) : NULL;
	if (type)
		answer_edit(request, control_replace(request->server->control, id, type, request->origin, &reason),
			&reason);
}

const struct route edit_routes[] = {
	{ "/chain", "", "The slots' ids in order", .body = tell_chain },
	{ "/chain/insert", "s:type i:position [s:id]",
		"Inserts a slot at a position counted from 0; answered, as all edits are, with /chain",
		.handle = insert_slot },
	{ "/chain/remove", "s:id", "Removes a slot", .handle = remove_slot },
	{ "/chain/move", "s:id i:position", "Moves a slot to a position counted from 0", .handle = move_slot },
	{ "/chain/replace", "s:id s:type", "Replaces the module of a slot by another type", .handle = replace_slot },
	{ 0 },
};
