/* Meters over OSC: the levels at both ends of the rack and what the slots show. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Silence is minus infinity, which surfaces cannot draw: it is sent as the floor. */
#define FLOOR_DB (-144.0f)

/* In three groups: left and right in dB, one in dB or LUFS, others. */
enum measure {
	PEAK,
	TRUE_PEAK,
	RMS,
	TRUE_PEAK_MAX,
	MOMENTARY,
	SHORT_TERM,
	INTEGRATED,
	MOMENTARY_MAX,
	SHORT_TERM_MAX,
	RANGE,
	CORRELATION,
	BALANCE,
	N_MEASURES
};

static const char *const names[N_MEASURES] = {
	[PEAK] = "peak",
	[TRUE_PEAK] = "true_peak",
	[RMS] = "rms",
	[TRUE_PEAK_MAX] = "true_peak_max",
	[MOMENTARY] = "momentary",
	[SHORT_TERM] = "short_term",
	[INTEGRATED] = "integrated",
	[MOMENTARY_MAX] = "momentary_max",
	[SHORT_TERM_MAX] = "short_term_max",
	[RANGE] = "range",
	[CORRELATION] = "correlation",
	[BALANCE] = "balance",
};

static double floored(float level)
{
	return level > FLOOR_DB ? (double)level : (double)FLOOR_DB; /* NaN too */
}

static double or_zero(float value)
{
	return isfinite(value) ? (double)value : 0;
}

static void read_levels(struct control *control, struct analysis_values *values)
{
	const struct analysis_side silence = {
		.peak = { -INFINITY, -INFINITY },
		.true_peak = { -INFINITY, -INFINITY },
		.rms = { -INFINITY, -INFINITY },
		.momentary = -INFINITY,
		.short_term = -INFINITY,
		.integrated = -INFINITY,
		.momentary_max = -INFINITY,
		.short_term_max = -INFINITY,
		.true_peak_max = { -INFINITY, -INFINITY },
	};
	*values = (struct analysis_values){ .in = silence, .out = silence };
	control_analysis(control, values);
}

static void tell_level(struct server *server, const struct place *place, lo_message body)
{
	struct analysis_values values;
	read_levels(server->control, &values);
	const struct analysis_side *side = place->slot ? &values.out : &values.in;
	const float *const pairs[] = { side->peak, side->true_peak, side->rms, side->true_peak_max };
	const float *const levels[] = { &side->momentary, &side->short_term, &side->integrated, &side->momentary_max,
		&side->short_term_max };
	const float *const others[] = { &side->range, &side->correlation, &side->balance };
	if (place->index <= TRUE_PEAK_MAX)
		message_add(body, "ff", floored(pairs[place->index][0]), floored(pairs[place->index][1]));
	else if (place->index <= SHORT_TERM_MAX)
		message_add(body, "f", floored(*levels[place->index - MOMENTARY]));
	else
		message_add(body, "f", or_zero(*others[place->index - RANGE]));
}

static bool find_level(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	char side[8], name[24];
	(void)rack;
	*missing = "unknown address: no such measure";
	if (!address_part(address, 1, side, sizeof side) || !address_part(address, 2, name, sizeof name))
		return false;
	*place = (struct place){ .slot = strcmp(side, "out") == 0 };
	while (place->index < N_MEASURES && strcmp(names[place->index], name) != 0)
		place->index++;
	return place->index < N_MEASURES;
}

static bool list_levels(struct subjects *subjects, const struct route *route, const struct rack *rack)
{
	bool out = strncmp(route->address, "/meter/out/", 11) == 0, room = true;
	(void)rack;
	for (uint32_t i = 0; room && i < N_MEASURES; i++) {
		char address[ADDRESS_SIZE];
		snprintf(address, sizeof address, "/meter/%s/%s", out ? "out" : "in", names[i]);
		room = subjects_add(subjects, route, out, i, address);
	}
	return room;
}

/* ---- Meters of slots */

static void tell_meter(struct server *server, const struct place *place, lo_message body)
{
	float value = control_meter(server->control, place->slot, place->index);
	message_add(body, "f", value == -INFINITY ? (double)FLOOR_DB : or_zero(value));
}

static void tell_meter_info(struct server *server, const struct place *place, lo_message body)
{
	const struct meter *meter = &control_rack(server->control)->slots[place->slot].module->meters[place->index];
	message_add(body, "ssffs", meter->label, unit_text(meter->unit), (double)meter->min, (double)meter->max,
		meter->help);
}

static bool find_meter(const struct rack *rack, const char *address, struct place *place, const char **missing)
{
	char id[RACK_ID_SIZE], name[RACK_ID_SIZE];
	int slot = address_part(address, 1, id, sizeof id) ? rack_find_slot(rack, id) : -1;
	const struct module *module = slot >= 0 ? rack->slots[slot].module : NULL;
	*missing = module ? "unknown address: the slot has no such meter" : "unknown address: no such slot";
	if (!module || !address_part(address, 2, name, sizeof name))
		return false;
	*place = (struct place){ .slot = (uint32_t)slot };
	while (place->index < module->n_meters && strcmp(module->meters[place->index].id, name) != 0)
		place->index++;
	return place->index < module->n_meters;
}

static bool list_meters(struct subjects *subjects, const struct route *route, const struct rack *rack)
{
	bool room = true;
	for (uint32_t slot = 0; slot < rack->n_slots; slot++) {
		const struct module *module = rack->slots[slot].module;
		for (uint32_t i = 0; room && i < module->n_meters; i++) {
			char address[ADDRESS_SIZE];
			snprintf(address, sizeof address, "/meter/%s/%s", rack->slots[slot].id, module->meters[i].id);
			room = subjects_add(subjects, route, slot, i, address);
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

const struct route meter_routes[] = {
	{ "/meter/in/<measure>", "",
		"peak, true_peak, rms, true_peak_max (left and right), momentary, short_term, integrated, momentary_max, "
		"short_term_max, range, correlation or balance of the input; silence is -144",
		.body = tell_level, .find = find_level, .list = list_levels, .flags = ROUTE_STEADY },
	{ "/meter/out/<measure>", "", "The same of the output", .body = tell_level, .find = find_level,
		.list = list_levels, .flags = ROUTE_STEADY },
	{ "/meter/<slot>/<meter>", "", "A meter of a slot", .body = tell_meter, .find = find_meter, .list = list_meters,
		.flags = ROUTE_STEADY },
	{ "/meter/<slot>/<meter>/info", "", "s:label s:unit f:min f:max s:help", .body = tell_meter_info,
		.find = find_meter },
	{ "/meter/reset", "", "Restarts the integrated measures, all together", .handle = reset_meters,
		.flags = ROUTE_PRESS },
	{ "/meter/pause", "", "Holds the integrated measures", .handle = pause_meters, .flags = ROUTE_PRESS },
	{ "/meter/start", "", "Lets the integrated measures go on", .handle = start_meters, .flags = ROUTE_PRESS },
	{ 0 },
};
