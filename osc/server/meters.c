/* Meters over OSC: the levels at both ends of the rack and what the slots show. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"
#include "osc/server/serving.h"

#include <math.h>
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

const char *level_name(int measure)
{
	return measure < N_MEASURES ? names[measure] : NULL;
}

static double floored(float level)
{
	return level > FLOOR_DB ? (double)level : (double)FLOOR_DB; /* NaN too */
}

static double or_zero(float value)
{
	return isfinite(value) ? (double)value : 0;
}

void read_levels(struct control *control, struct analysis_values *values)
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

lo_message body_of_level(const struct analysis_values *values, bool out, int measure)
{
	const struct analysis_side *side = out ? &values->out : &values->in;
	const float *const pairs[] = { side->peak, side->true_peak, side->rms, side->true_peak_max };
	const float *const levels[] = { &side->momentary, &side->short_term, &side->integrated, &side->momentary_max,
		&side->short_term_max };
	const float *const others[] = { &side->range, &side->correlation, &side->balance };
	lo_message body = lo_message_new();
	if (!body)
		return NULL;
	if (measure <= TRUE_PEAK_MAX)
		message_add(body, "ff", floored(pairs[measure][0]), floored(pairs[measure][1]));
	else if (measure <= SHORT_TERM_MAX)
		message_add(body, "f", floored(*levels[measure - MOMENTARY]));
	else
		message_add(body, "f", or_zero(*others[measure - RANGE]));
	return body;
}

lo_message body_of_meter(struct control *control, uint32_t slot, uint32_t meter)
{
	float value = control_meter(control, slot, meter);
	lo_message body = lo_message_new();
	if (body)
		message_add(body, "f", value == -INFINITY ? (double)FLOOR_DB : or_zero(value));
	return body;
}

void handle_level(const struct request *request)
{
	char side[8], name[24];
	bool known = router_part(request->address, 1, side, sizeof side) &&
		     router_part(request->address, 2, name, sizeof name);
	for (int i = 0; known && i < N_MEASURES; i++) {
		struct analysis_values values;
		if (strcmp(names[i], name) != 0)
			continue;
		if (!expect_question(request))
			return;
		read_levels(request->server->control, &values);
		reply_body(request, request->address, body_of_level(&values, strcmp(side, "out") == 0, i));
		return;
	}
	reply_error(request, "unknown address: no such measure");
}

static bool find_meter(const struct request *request, uint32_t *slot, uint32_t *meter)
{
	const struct rack *rack = control_rack(request->server->control);
	char id[RACK_ID_SIZE], name[RACK_ID_SIZE];
	int s = router_part(request->address, 1, id, sizeof id) ? rack_find_slot(rack, id) : -1;
	const struct module *module = s >= 0 ? rack->slots[s].module : NULL;
	bool named = router_part(request->address, 2, name, sizeof name);
	for (uint32_t i = 0; named && module && i < module->n_meters; i++)
		if (strcmp(module->meters[i].id, name) == 0)
			return *slot = (uint32_t)s, *meter = i, expect_question(request);
	reply_error(request, module ? "unknown address: the slot has no such meter" : "unknown address: no such slot");
	return false;
}

void handle_meter(const struct request *request)
{
	uint32_t slot, meter;
	if (find_meter(request, &slot, &meter))
		reply_body(request, request->address, body_of_meter(request->server->control, slot, meter));
}

void handle_meter_info(const struct request *request)
{
	uint32_t slot, index;
	if (!find_meter(request, &slot, &index))
		return;
	const struct meter *meter = &control_rack(request->server->control)->slots[slot].module->meters[index];
	reply(request, request->address, "ssffs", meter->label, unit_text(meter->unit), (double)meter->min,
		(double)meter->max, meter->help);
}

void handle_meter_reset(const struct request *request)
{
	if (!is_release(request))
		control_analysis_reset(request->server->control);
}

void handle_meter_pause(const struct request *request)
{
	if (!is_release(request))
		control_analysis_pause(request->server->control, true);
}

void handle_meter_start(const struct request *request)
{
	if (!is_release(request))
		control_analysis_pause(request->server->control, false);
}
