/* Meters over OSC: the levels at the rack's taps and the meters of the slots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "osc/server/subjects.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)LEVEL_WIDTH_MAX <= (int)PACKET_TYPES_MAX, "a level goes as one message");

/* Silence is minus infinity, which surfaces cannot draw: it is sent as the floor. */
#define FLOOR_DB (-144.0f)

static double sendable(const struct level *row, float value)
{
	bool absolute = level_silence(row) < 0;
	if (absolute || value == -INFINITY)
		return value > FLOOR_DB ? (double)value : (double)FLOOR_DB; /* NaN too */
	return isfinite(value) ? (double)value : 0;
}

static void add_values(lo_message body, const struct level *row, const float *values)
{
	for (uint32_t i = 0; i < level_width(row); i++)
		message_add(body, "f", sendable(row, values ? values[i] : level_silence(row)));
}

/* label unit min max help width kind */
static void tell_row(struct server *server, const struct place *place, lo_message body)
{
	const struct level *row = place->level;
	(void)server;
	message_add(body, "ssffsis", row->label, unit_text(row->unit), (double)row->min, (double)row->max, row->help,
		(int32_t)level_width(row), level_kind_text(row->kind));
}

/* ---- Levels at the taps */

static void tell_level(struct server *server, const struct place *place, lo_message body)
{
	const struct level_place at = { .row = place->level, .first = place->index };
	const struct levels *levels = control_analysis(server->control);
	add_values(body, place->level, levels ? levels_of(levels, &at) : NULL);
}

static bool find_level(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	char tap[RACK_ID_SIZE], id[ADDRESS_SIZE];
	struct level_place at;
	(void)rack;
	*missing = "unknown address: no such level";
	if (!address_part(address, 1, tap, sizeof tap) || !address_part(address, 2, id, sizeof id))
		return false;
	int index = tap_find(tap, strlen(tap));
	if (index < 0 || !levels_find(&at, TAPS_RACK, (enum tap)index, id))
		return false;
	*place = (struct place){ .slot = at.tap, .index = at.first, .level = at.row };
	return true;
}

static bool list_levels(struct subjects *subjects, const struct route *route, const struct rack *rack)
{
	char tap[RACK_ID_SIZE];
	struct level_place at = { 0 };
	bool room = address_part(route->address, 1, tap, sizeof tap);
	(void)rack;
	while (room && levels_next(&at, TAPS_RACK)) {
		char address[ADDRESS_SIZE];
		if (strcmp(tap_id(at.tap), tap) != 0)
			continue;
		const struct place place = { .slot = at.tap, .index = at.first, .level = at.row };
		snprintf(address, sizeof address, "/meter/%s/%s", tap, at.row->id);
		room = subjects_add(subjects, route, &place, address);
	}
	return room;
}

/* ---- Meters of slots */

static void tell_meter(struct server *server, const struct place *place, lo_message body)
{
	float value = control_meter(server->control, place->slot, place->index);
	add_values(body, place->level, &value);
}

static bool find_meter(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	char id[RACK_ID_SIZE], name[RACK_ID_SIZE];
	int slot = address_part(address, 1, id, sizeof id) ? rack_find_slot(rack, id) : -1;
	const struct module *module = slot >= 0 ? rack->slots[slot].module : NULL;
	*missing = module ? "unknown address: the slot has no such meter" : "unknown address: no such slot";
	if (!module || !address_part(address, 2, name, sizeof name))
		return false;
	for (uint32_t i = 0; i < module->n_meters; i++)
		if (strcmp(module->meters[i].id, name) == 0) {
			*place = (struct place){ .slot = (uint32_t)slot, .index = i, .level = &module->meters[i] };
			return true;
		}
	return false;
}

/* Of either kind: a slot cannot have the name of a tap. */
static bool find_row(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	char tap[RACK_ID_SIZE];
	bool of_tap = address_part(address, 1, tap, sizeof tap) && tap_find(tap, strlen(tap)) >= 0;
	return of_tap ? find_level(rack, address, place, missing) : find_meter(rack, address, place, missing);
}

static bool list_meters(struct subjects *subjects, const struct route *route, const struct rack *rack)
{
	bool room = true;
	for (uint32_t slot = 0; slot < rack->n_slots; slot++) {
		const struct module *module = rack->slots[slot].module;
		for (uint32_t i = 0; room && i < module->n_meters; i++) {
			char address[ADDRESS_SIZE];
			const struct place place = { .slot = slot, .index = i, .level = &module->meters[i] };
			snprintf(address, sizeof address, "/meter/%s/%s", rack->slots[slot].id, module->meters[i].id);
			room = subjects_add(subjects, route, &place, address);
		}
	}
	return room;
}

/* ---- The integrated measures */

static void reset_meters(const struct request *request)
{
	control_analysis_reset(request->server->control);
}

static void pause_meters(const struct request *request)
{
	control_analysis_pause(request->server->control, true);
}

static void start_meters(const struct request *request)
{
	control_analysis_pause(request->server->control, false);
}

#define LEVEL .body = tell_level, .find = find_level, .list = list_levels, .flags = ROUTE_STEADY

const struct route meter_routes[] = {
	{ "/meter/in/<level>", "",
		"A level of the input, of those listed as levels: as many f as it is wide, left and right for two; "
		"silence is -144",
		LEVEL },
	{ "/meter/processed/<level>", "", "The same of what the slots make, before bypass and match", LEVEL },
	{ "/meter/out/<level>", "", "The same of the output", LEVEL },
	{ "/meter/<slot>/<meter>", "", "A meter of a slot", .body = tell_meter, .find = find_meter, .list = list_meters,
		.flags = ROUTE_STEADY },
	{ "/meter/<slot>/<meter>/info", "",
		"Of a meter or a level: s:label s:unit f:min f:max s:help i:width s:kind (rising, centred or figure)",
		.body = tell_row, .find = find_row },
	{ "/meter/reset", "", "Restarts the integrated measures, all together", .handle = reset_meters,
		.flags = ROUTE_PRESS },
	{ "/meter/pause", "", "Holds the integrated measures", .handle = pause_meters, .flags = ROUTE_PRESS },
	{ "/meter/start", "", "Resumes the integrated measures", .handle = start_meters, .flags = ROUTE_PRESS },
	{ 0 },
};
