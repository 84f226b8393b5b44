/* lacquer describe --json: the tables as one JSON object (RFC 8259), for programs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "src/describe.h"

#include <stdio.h>

static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c < ' ')
			printf("\\u%04x", c);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_text_member(const char *name, const char *value)
{
	printf("\"%s\": ", name);
	print_string(value);
	printf(", ");
}

/* The shortest decimal number that reads back as the same float. */
static void print_number_member(const char *name, float value)
{
	static const struct param plain = { .scale = SCALE_LINEAR };
	char text[64];
	param_format_exact(&plain, value, text, sizeof text);
	printf("\"%s\": %s, ", name, text);
}

static void print_param(const struct param *p)
{
	printf("{");
	print_text_member("id", p->id);
	print_text_member("label", p->label);
	print_text_member("unit", unit_text(p->unit));
	print_text_member("scale", scale_text(p->scale));
	print_number_member("min", p->min);
	print_number_member("max", p->max);
	print_number_member("default", p->def);
	print_number_member("step", p->step);
	printf("\"choices\": [");
	for (int i = 0; p->scale == SCALE_CHOICE && i <= (int)p->max; i++) {
		printf(i ? ", " : "");
		print_string(p->choices[i]);
	}
	printf("], \"help\": ");
	print_string(p->help);
	printf("}");
}

static void print_params(const char *name, const struct param *rows, uint32_t n, const char *indent)
{
	printf("%s\"%s\": [", indent, name);
	for (uint32_t i = 0; i < n; i++) {
		printf("%s\n%s  ", i ? "," : "", indent);
		print_param(&rows[i]);
	}
	printf("\n%s],\n", indent);
}

static void print_meter(const struct meter *m)
{
	printf("{");
	print_text_member("id", m->id);
	print_text_member("label", m->label);
	print_text_member("unit", unit_text(m->unit));
	print_number_member("min", m->min);
	print_number_member("max", m->max);
	printf("\"help\": ");
	print_string(m->help);
	printf("}");
}

static void print_module(const struct module *m)
{
	printf("    {");
	print_text_member("id", m->id);
	print_text_member("label", m->label);
	printf("\"help\": ");
	print_string(m->help);
	printf(",\n");
	print_params("params", m->params, m->n_params, "      ");
	printf("      \"meters\": [");
	for (uint32_t i = 0; i < m->n_meters; i++) {
		printf("%s\n        ", i ? "," : "");
		print_meter(&m->meters[i]);
	}
	printf("%s]}", m->n_meters ? "\n      " : "");
}

static void print_map(void)
{
	size_t n;
	const struct route *map = router_map(&n);
	printf("  \"osc\": [");
	for (size_t i = 0; i < n; i++) {
		printf("%s\n    {", i ? "," : "");
		print_text_member("address", map[i].address);
		print_text_member("arguments", map[i].arguments);
		printf("\"local_only\": %s, \"help\": ", map[i].local_only ? "true" : "false");
		print_string(map[i].help);
		printf("}");
	}
	printf("\n  ]\n");
}

void describe_json(const struct module *module)
{
	printf("{\n  \"program\": \"lacquer\",\n  \"version\": \"" LACQUER_VERSION "\",\n  \"modules\": [\n");
	if (module)
		print_module(module);
	for (uint32_t i = 0; !module && i < registry_count(); i++) {
		printf(i ? ",\n" : "");
		print_module(registry_at(i));
	}
	printf("\n  ],\n");
	print_params("slot", host_params, N_HOST_PARAMS, "  ");
	print_params("rack", rack_params, N_RACK_PARAMS, "  ");
	print_map();
	printf("}\n");
}
