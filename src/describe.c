/* lacquer describe: modules, parameters and the OSC map, from the tables that the program itself runs by. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/describe.h"

#include "osc/server/router.h"
#include "osc/wire/report.h"
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "src/describe_group.h"
#include "src/describe_level.h"
#include "src/options.h"

#include <stdio.h>
#include <string.h>

enum { ID_WIDTH = 24, INDENT = 6 };

/* ---- Text for a terminal */

static void print_rows(const struct param *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct row_group g;
		char line[1000];
		if (!describe_group(rows, n, i, &g))
			continue;
		snprintf(line, sizeof line, "%s (default %s)", g.range, g.defaults);
		int at = printf("  %-*s", ID_WIDTH - 2, g.id);
		if (at > ID_WIDTH) {
			putchar('\n');
			at = printf("%*s", ID_WIDTH, "");
		}
		options_print_wrapped(line, at, ID_WIDTH);
		printf("%*s", INDENT, "");
		options_print_wrapped(g.row->help, INDENT, INDENT);
	}
}

static void print_level(const struct level *row)
{
	char text[200];
	describe_level(row, text, sizeof text);
	printf("  %-*s%s\n%*s", ID_WIDTH - 2, row->id, text, INDENT, "");
	options_print_wrapped(row->help, INDENT, INDENT);
}

static void print_meters(const struct module *m)
{
	if (m->n_meters)
		printf("\n  Meters\n");
	for (uint32_t i = 0; i < m->n_meters; i++)
		print_level(&m->meters[i]);
}

static void print_levels(void)
{
	const struct analyser *analyser;
	printf("Levels\n  ");
	options_print_wrapped(
		"Addresses: /meter/in/, /meter/out/ or /meter/processed/ (what the slots make, before bypass "
		"and match) and the name.",
		2, 2);
	for (uint32_t i = 0; (analyser = analysers_at(i)); i++) {
		char taps[80];
		describe_taps(analyser, taps, sizeof taps);
		printf("\n  Of %s\n", taps);
		for (uint32_t k = 0; k < analyser->n_rows; k++)
			print_level(&analyser->rows[k]);
	}
	putchar('\n');
}

static void print_module(const struct module *m)
{
	printf("%s: %s\n  ", m->id, m->label);
	options_print_wrapped(m->help, 2, 2);
	putchar('\n');
	print_rows(m->params, m->n_params);
	print_meters(m);
	putchar('\n');
}

static void print_reports(void)
{
	printf("\nPairs of /info and /status\n");
	for (size_t i = 0; i < report_n_rows; i++) {
		const struct report_row *row = &report_rows[i];
		printf("  %s:%s (%s%s%s)\n%*s", report_type_text(row->type), row->name, row->info ? "/info" : "",
			row->info && row->status ? ", " : "", row->status ? "/status" : "", INDENT, "");
		char text[300];
		report_describe(row, text, sizeof text);
		options_print_wrapped(text, INDENT, INDENT);
	}
}

static void print_map(void)
{
	const struct route *route;
	printf("OSC\n  ");
	options_print_wrapped("Numbers and switches may come as any of i f d h T F; an address without arguments is a "
			      "question, answered at the same address.",
		2, 2);
	putchar('\n');
	for (size_t i = 0; (route = router_at(i)); i++) {
		printf("  %s%s%s%s\n%*s", route->address, *route->arguments ? " " : "", route->arguments,
			route->flags & ROUTE_LOCAL ? " (local socket only)" : "", INDENT, "");
		options_print_wrapped(route->help, INDENT, INDENT);
	}
}

void describe_text(const struct module *module)
{
	if (module) {
		print_module(module);
		printf("Addresses: /rack/<slot>/ and the name; keys in rack files have dots for slashes.\n");
		return;
	}
	for (uint32_t i = 0; i < registry_count(); i++)
		print_module(registry_at(i));
	printf("Every slot\n  Beside the parameters of its module.\n\n");
	print_rows(host_params, N_HOST_PARAMS);
	printf("\nThe rack\n  Addresses at the top, such as /bypass; keys of the section [rack].\n\n");
	print_rows(rack_params, N_RACK_PARAMS);
	putchar('\n');
	print_levels();
	print_map();
	print_reports();
}

/* ---- The subcommand */

struct forms {
	bool json, markdown, man;
};

static int refuse_module(const char *name)
{
	char names[1000] = "";
	for (uint32_t i = 0; i < registry_count(); i++) {
		size_t used = strlen(names);
		snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", registry_at(i)->id);
	}
	return options_wrong("describe", "there is no module '%s': %s", name, names);
}

static int describe_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 0, "json", NULL, "One JSON object with all modules, their parameters and meters", options_set_flag,
		offsetof(struct forms, json) },
	{ 0, "markdown", NULL,
		"A page of Markdown, with curves measured as the presets that use a module have it; rack/modules/README.md is "
		"one",
		options_set_flag, offsetof(struct forms, markdown) },
	{ 0, "man", NULL, "The manual page, in the man(7) language", options_set_flag, offsetof(struct forms, man) },
	{ .name = NULL },
};

const struct subcommand subcommand_describe = {
	.name = "describe",
	.operands = "[MODULE]",
	.operands_max = 1,
	.summary = "Print every module and parameter, and the OSC map",
	.help = "Prints every module with its parameters and meters, and the OSC map; or MODULE alone. Needs no running "
		"rack.",
	.options = options,
	.main = describe_main,
};

static int describe_main(int argc, char **argv)
{
	struct forms forms = { 0 };
	int status;
	char **operands = options_read(&subcommand_describe, argc, argv, &forms, &status);
	if (!operands)
		return status;
	if (forms.json + forms.markdown + forms.man > 1)
		return options_wrong("describe", "--json, --markdown and --man exclude each other");
	if (*operands && forms.man)
		return options_wrong("describe", "unexpected argument '%s'", *operands);
	const struct module *module = *operands ? registry_find(*operands) : NULL;
	if (*operands && !module)
		return refuse_module(*operands);
	if (forms.man)
		describe_man();
	else if (forms.json)
		describe_json(module);
	else if (forms.markdown)
		describe_markdown(module);
	else
		describe_text(module);
	return EXIT_DONE;
}
