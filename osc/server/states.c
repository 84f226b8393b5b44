/* Scenes, sides, undo and locks over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
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

void handle_scene_store(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *name = expect_text(request, 0);
	if (name)
		answer(request, control_scene_store(request->server->control, name, &reason), &reason, name);
}

void handle_scene_recall(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	double seconds = 0;
	const char *name = expect_text(request, 0);
	if (!name || (request->message->n > 1 && !expect_number(request, 1, 0, SCENE_SECONDS_MAX, &seconds)))
		return;
	enum status status = control_scene_recall(request->server->control, name, (float)seconds, ORIGIN_HOST, &reason);
	answer(request, status, &reason, name);
}

void handle_scene_delete(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	const char *name = expect_text(request, 0);
	if (name)
		answer(request, control_scene_delete(request->server->control, name, &reason), &reason, name);
}

void handle_scene_list(const struct request *request)
{
	struct control *control = request->server->control;
	lo_message body = expect_question(request) ? lo_message_new() : NULL;
	for (uint32_t i = 0; body && i < control_n_scenes(control); i++)
		message_add(body, "s", control_scene_name(control, i));
	if (body)
		reply_body(request, request->address, body);
}

static const char *const sides[AB_SIDES] = { "a", "b", "c", "d" };

/* AB_SIDES: no such side, which control refuses with a sentence. */
static uint32_t side_of(const char *name)
{
	uint32_t side = 0;
	while (side < AB_SIDES && strcmp(sides[side], name) != 0)
		side++;
	return side;
}

void handle_ab(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	struct control *control = request->server->control;
	if (request->message->n == 0) {
		reply(request, request->address, "s", sides[control_ab_side(control)]);
		return;
	}
	const char *name = expect_text(request, 0);
	if (name)
		answer(request, control_ab(control, side_of(name), ORIGIN_HOST, &reason), &reason, name);
}

void handle_ab_copy(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	struct control *control = request->server->control;
	const char *from = expect_text(request, 0), *to = from ? expect_text(request, 1) : NULL;
	if (to)
		answer(request, control_ab_copy(control, side_of(from), side_of(to), ORIGIN_HOST, &reason), &reason,
			to);
}

void handle_undo(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	if (is_release(request))
		return;
	answer(request, control_undo(request->server->control, ORIGIN_HOST, &reason), &reason, NULL);
}

void handle_redo(const struct request *request)
{
	struct reason reason = { "cannot be done" };
	if (is_release(request))
		return;
	answer(request, control_redo(request->server->control, ORIGIN_HOST, &reason), &reason, NULL);
}

/* "/lock /rack/limiter/ceiling" asks, with T or F behind it sets. */
void handle_lock(const struct request *request)
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
