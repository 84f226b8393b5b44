/* Parameters over OSC: asked, set, described. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "osc/wire/value.h"
#include "rack/base/clock.h"

static bool find_param(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	struct address_row row;
	bool found = address_find_row(rack, address, &row, missing);
	*place = (struct place){ .slot = row.slot, .index = row.param, .form = row.form };
	return found;
}

static void tell_param(struct server *server, const struct place *place, lo_message body)
{
	struct control *control = server->control;
	value_add(body, control_param(control, place->slot, place->index), place->form,
		control_value(control, place->slot, place->index));
}

static bool list_slot(struct subjects *subjects, const struct route *route, const struct rack *rack, uint32_t slot)
{
	uint32_t n = slot == RACK_ITSELF ? N_RACK_PARAMS : slot_n_params(&rack->slots[slot]);
	bool room = true;
	for (uint32_t i = 0; room && i < n; i++) {
		char address[ADDRESS_SIZE];
		address_of_row(rack, slot, i, address);
		room = subjects_add(subjects, route, &(struct place){ .slot = slot, .index = i }, address);
	}
	return room;
}

static bool list_params(struct subjects *subjects, const struct route *route, const struct rack *rack)
{
	bool room = list_slot(subjects, route, rack, RACK_ITSELF);
	for (uint32_t slot = 0; room && slot < rack->n_slots; slot++)
		room = list_slot(subjects, route, rack, slot);
	return room;
}

static bool was_clamped(enum form form, const struct request *request, float asked, float real)
{
	double norm;
	if (form == FORM_NORM)
		return message_number(request->message, 0, &norm) && (norm < 0 || norm > 1);
	return asked != real;
}

/* To whom answers do not come. */
static void report_clamped(struct server *server, const struct param *param, float real)
{
	char text[40];
	if (!server->clamped)
		return;
	param_format(param, real, text, sizeof text);
	reason_set(server->clamped, STATUS_OK, "clamped to %s", text);
}

static void set_param(const struct request *request)
{
	struct server *server = request->server;
	const struct place *place = &request->place;
	const struct param *param = control_param(server->control, place->slot, place->index);
	struct reason reason = { "cannot be set" };
	float asked, real, now = control_value(server->control, place->slot, place->index);
	enum status status = value_read(param, place->form, request->message, now, &asked, &reason);
	if (status == STATUS_OK) {
		bool by_norm = place->form == FORM_NORM && request->message->types[0] != 'I';
		server->leases.setting = place->form;
		float value = by_norm ? param_from_norm(param, asked) : asked;
		status =
			control_set(server->control, place->slot, place->index, value, request->origin, &real, &reason);
	}
	if (status != STATUS_OK) {
		reply_error(request, reason.text);
	} else if (was_clamped(place->form, request, asked, real)) {
		report_clamped(server, param, real);
		reply_value(request);
		leases_clamped(&server->leases, subjects_of_param(&server->subjects, place->slot, place->index),
			request->origin, request->peer, clock_now_us());
	}
}

static bool find_slot(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	char id[RACK_ID_SIZE];
	int slot = address_part(address, 1, id, sizeof id) ? rack_find_slot(rack, id) : -1;
	*missing = "unknown address: no such slot";
	*place = (struct place){ .slot = (uint32_t)slot };
	return slot >= 0;
}

static void tell_slot(struct server *server, const struct place *place, lo_message body)
{
	const struct rack_slot *slot = &control_rack(server->control)->slots[place->slot];
	uint32_t n = slot_n_params(slot);
	message_add(body, "sssi", slot->module->id, slot->module->label, slot->module->help, (int32_t)n);
	for (uint32_t i = 0; i < n; i++)
		message_add(body, "s", slot_param(slot, i)->id);
	message_add(body, "i", (int32_t)slot->module->n_meters);
	for (uint32_t i = 0; i < slot->module->n_meters; i++)
		message_add(body, "s", slot->module->meters[i].id);
	message_add(body, "i", (int32_t)n);
	for (uint32_t i = 0; i < n; i++)
		message_add(body, "s", role_text(slot_param(slot, i)->role));
	message_add(body, "i", (int32_t)slot->module->n_meters);
	for (uint32_t i = 0; i < slot->module->n_meters; i++)
		message_add(body, "s", role_text(slot->module->meters[i].role));
}

#define PARAM .body = tell_param, .handle = set_param, .find = find_param, .flags = ROUTE_FORMS

const struct route param_routes[] = {
	{ "/rack/<slot>/info", "",
		"s:type s:label s:help i:n and n parameters (s; bypass, solo and delta are the last), i:m and m meters "
		"(s), i:n and the parameters' roles (s: ceiling, band_freq ... or nothing), i:m and the meters' (s)",
		.body = tell_slot, .find = find_slot },
	{ "/rack/<slot>/bypass", "T|F", "Bypasses the slot, delay-aligned", PARAM },
	{ "/rack/<slot>/solo", "T|F", "Solos the slot, delay-aligned", PARAM },
	{ "/rack/<slot>/delta", "T|F", "Listens to what the slot changes (the difference), delay-aligned", PARAM },
	{ "/rack/<slot>/<param...>", "f | T|F | s",
		"A parameter in its own unit: a number (i f d h T F) or text with or without the unit; a choice by its name "
		"or its number from 0",
		PARAM, .list = list_params },
	{ "/rack/<slot>/<param>/norm", "f", "The same as 0..1 by the parameter's own scale", PARAM },
	{ "/rack/<slot>/<param>/str", "s", "The same as text with its unit", PARAM },
	{ "/rack/<slot>/<param>/info", "",
		"s:label s:unit s:scale f:min f:max f:default f:step s:help and the names of its choices", PARAM },
	{ "/bypass", "T|F", "Bypasses the whole rack, delay-aligned", PARAM },
	{ "/bypass/match", "T|F", "Bypass at matched loudness", PARAM },
	{ "/bypass/<form>", "f | s", "The same as norm, str or info, as of any parameter", PARAM },
	{ "/bypass/match/<form>", "f | s", "The same as norm, str or info", PARAM },
	{ 0 },
};
