/* lacquer describe --json: the tables as one JSON object, for programs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"
#include "osc/wire/report.h"
#include "rack/meters/analysers.h"
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "src/describe.h"
#include "src/json.h"

static void print_param(struct json *j, const struct param *p)
{
	json_object(j, NULL, JSON_INLINE);
	json_text(j, "id", p->id);
	json_text(j, "label", p->label);
	json_text(j, "unit", unit_text(p->unit));
	json_text(j, "scale", scale_text(p->scale));
	json_float(j, "min", p->min);
	json_float(j, "max", p->max);
	json_float(j, "default", p->def);
	json_float(j, "step", p->step);
	json_array(j, "choices", JSON_INLINE);
	for (int i = 0; p->scale == SCALE_CHOICE && i <= (int)p->max; i++)
		json_text(j, NULL, p->choices[i]);
	json_end(j);
	json_text(j, "help", p->help);
	json_end(j);
}

static void print_params(struct json *j, const char *key, const struct param *rows, uint32_t n)
{
	json_array(j, key, JSON_LINES);
	for (uint32_t i = 0; i < n; i++)
		print_param(j, &rows[i]);
	json_end(j);
}

static void print_meter(struct json *j, const struct level *m)
{
	json_object(j, NULL, JSON_INLINE);
	json_text(j, "id", m->id);
	json_text(j, "label", m->label);
	json_text(j, "unit", unit_text(m->unit));
	json_float(j, "min", m->min);
	json_float(j, "max", m->max);
	json_text(j, "help", m->help);
	json_end(j);
}

static void print_module(struct json *j, const struct module *m)
{
	json_object(j, NULL, JSON_LINES);
	json_text(j, "id", m->id);
	json_text(j, "label", m->label);
	json_text(j, "help", m->help);
	print_params(j, "params", m->params, m->n_params);
	json_array(j, "meters", JSON_LINES);
	for (uint32_t i = 0; i < m->n_meters; i++)
		print_meter(j, &m->meters[i]);
	json_end(j);
	json_end(j);
}

static void print_level(struct json *j, const struct level *row, unsigned taps)
{
	json_object(j, NULL, JSON_INLINE);
	json_text(j, "id", row->id);
	json_text(j, "label", row->label);
	json_text(j, "unit", unit_text(row->unit));
	json_float(j, "min", row->min);
	json_float(j, "max", row->max);
	json_count(j, "width", level_width(row));
	json_text(j, "kind", level_kind_text(row->kind));
	json_bool(j, "integrated", row->integrated);
	json_array(j, "taps", JSON_INLINE);
	for (int tap = 0; tap < N_TAPS; tap++)
		if (taps & 1u << tap)
			json_text(j, NULL, tap_id((enum tap)tap));
	json_end(j);
	json_text(j, "help", row->help);
	json_end(j);
}

static void print_levels(struct json *j)
{
	const struct analyser *analyser;
	json_array(j, "levels", JSON_LINES);
	for (uint32_t i = 0; (analyser = analysers_at(i)); i++)
		for (uint32_t k = 0; k < analyser->n_rows; k++)
			print_level(j, &analyser->rows[k], analyser->taps & TAPS_RACK);
	json_end(j);
}

static void print_map(struct json *j)
{
	const struct route *route;
	json_array(j, "osc", JSON_LINES);
	for (size_t i = 0; (route = router_at(i)); i++) {
		json_object(j, NULL, JSON_INLINE);
		json_text(j, "address", route->address);
		json_text(j, "arguments", route->arguments);
		json_bool(j, "local_only", route->flags & ROUTE_LOCAL);
		json_text(j, "help", route->help);
		json_end(j);
	}
	json_end(j);
}

static void print_reports(struct json *j)
{
	json_array(j, "pairs", JSON_LINES);
	for (size_t i = 0; i < report_n_rows; i++) {
		const struct report_row *row = &report_rows[i];
		json_object(j, NULL, JSON_INLINE);
		json_text(j, "name", row->name);
		json_text(j, "type", report_type_text(row->type));
		json_text(j, "unit", unit_text(row->unit));
		json_bool(j, "info", row->info);
		json_bool(j, "status", row->status);
		json_array(j, "words", JSON_INLINE);
		for (int word = 0; word < row->n_words; word++)
			json_text(j, NULL, row->word(word));
		json_end(j);
		json_text(j, "help", row->help);
		json_end(j);
	}
	json_end(j);
}

void describe_json(const struct module *module)
{
	struct json j;
	json_start(&j, stdout);
	json_object(&j, NULL, JSON_LINES);
	json_text(&j, "program", "lacquer");
	json_text(&j, "version", LACQUER_VERSION);
	json_array(&j, "modules", JSON_LINES);
	if (module)
		print_module(&j, module);
	for (uint32_t i = 0; !module && i < registry_count(); i++)
		print_module(&j, registry_at(i));
	json_end(&j);
	print_params(&j, "slot", host_params, N_HOST_PARAMS);
	print_params(&j, "rack", rack_params, N_RACK_PARAMS);
	print_levels(&j);
	print_map(&j);
	print_reports(&j);
	json_end(&j);
}
