/* Parameters over OSC: asked, set, described. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"
#include "osc/server/serving.h"
#include "osc/wire/clock.h"
#include "osc/wire/value.h"

lo_message body_of_row(struct control *control, uint32_t slot, uint32_t param, enum form form)
{
	lo_message body = lo_message_new();
	if (body)
		value_add(body, control_param(control, slot, param), form, control_value(control, slot, param));
	return body;
}

static bool was_clamped(enum form form, const struct request *request, float asked, float real)
{
	double norm;
	if (form == FORM_NORM)
		return message_number(request->message, 0, &norm) && (norm < 0 || norm > 1);
	return asked != real;
}

static void set_row(const struct request *request, const struct address_row *row)
{
	struct control *control = request->server->control;
	const struct param *param = control_param(control, row->slot, row->param);
	struct reason reason = { "cannot be set" };
	float asked, real, now = control_value(control, row->slot, row->param);
	enum status status = value_read(param, row->form, request->message, now, &asked, &reason);
	if (status == STATUS_OK) {
		bool by_norm = row->form == FORM_NORM && request->message->types[0] != 'I';
		request->server->leases.setting = row->form;
		float value = by_norm ? param_from_norm(param, asked) : asked;
		status = control_set(control, row->slot, row->param, value, request->origin, &real, &reason);
	}
	if (status != STATUS_OK)
		reply_error(request, reason.text);
	else if (was_clamped(row->form, request, asked, real)) {
		reply_body(request, request->address, body_of_row(control, row->slot, row->param, row->form));
		leases_clamped(&request->server->leases,
			subjects_of_row(&request->server->subjects, row->slot, row->param), request->origin,
			request->peer, clock_now_us());
	}
}

void handle_row(const struct request *request)
{
	struct control *control = request->server->control;
	struct address_row row;
	const char *missing;
	if (!address_find_row(control_rack(control), request->address, &row, &missing))
		reply_error(request, missing);
	else if (value_is_question(request->message))
		reply_body(request, request->address, body_of_row(control, row.slot, row.param, row.form));
	else
		set_row(request, &row);
}

void handle_slot_info(const struct request *request)
{
	const struct rack *rack = control_rack(request->server->control);
	char id[RACK_ID_SIZE];
	int index = router_part(request->address, 1, id, sizeof id) ? rack_find_slot(rack, id) : -1;
	if (index < 0) {
		reply_error(request, "unknown address: no such slot");
		return;
	}
	lo_message body = expect_question(request) ? lo_message_new() : NULL;
	if (!body)
		return;
	const struct rack_slot *slot = &rack->slots[index];
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
	reply_body(request, request->address, body);
}
