/* lacquer describe: modules, parameters and the OSC map, from the tables that the program itself runs by. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/describe.h"

#include "osc/server/router.h"
#include "rack/model/rack.h"
#include "src/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ID_WIDTH = 24, INDENT = 6, READ_DIGITS = 4 };

/* ---- Groups of rows */

static void __attribute__((format(printf, 3, 4))) append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;
	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

/* Whether two rows differ in the first number of their ids only, and not in what they mean; *number is that of the
 * second. */
static bool same_group(const struct param *row, const struct param *other, int *number)
{
	static const char digits[] = "0123456789";
	const char *a = row->id, *b = other->id;
	size_t stem = strcspn(a, digits);
	int found;
	if (!a[stem] || stem != strcspn(b, digits) || strncmp(a, b, stem) != 0 || sscanf(b + stem, "%d", &found) != 1 ||
		strcmp(a + stem + strspn(a + stem, digits), b + stem + strspn(b + stem, digits)) != 0)
		return false;
	if (strcmp(row->help, other->help) != 0)
		return false;
	*number = found;
	return true;
}

/* Exact where that is short; a half-power q is 0.7071 to a reader. */
static void append_value(char *text, size_t size, const struct param *row, float value)
{
	char exact[64];
	param_format_exact(row, value, exact, sizeof exact);
	if (row->scale != SCALE_CHOICE && strlen(exact) > READ_DIGITS + 3)
		snprintf(exact, sizeof exact, "%.*g", READ_DIGITS, (double)value);
	append(text, size, "%s", exact);
}

static void append_unit(char *text, size_t size, const struct param *row)
{
	if (row->scale != SCALE_TOGGLE && row->scale != SCALE_CHOICE && row->unit != UNIT_NONE)
		append(text, size, "%s%s", row->unit == UNIT_RATIO ? "" : " ", unit_text(row->unit));
}

static void describe_range(const struct param *row, char *text, size_t size)
{
	if (row->scale == SCALE_TOGGLE)
		append(text, size, "off, on");
	else if (row->scale == SCALE_CHOICE)
		for (int i = 0; i <= (int)row->max; i++)
			append(text, size, "%s%s", i ? ", " : "", row->choices[i]);
	else {
		append_value(text, size, row, row->min);
		append(text, size, " .. ");
		append_value(text, size, row, row->max);
		append_unit(text, size, row);
	}
}

static bool joins_earlier(const struct param *rows, uint32_t index)
{
	int number;
	for (uint32_t i = 0; i < index; i++)
		if (same_group(&rows[i], &rows[index], &number))
			return true;
	return false;
}

bool describe_group(const struct param *rows, uint32_t n, uint32_t index, struct row_group *group)
{
	if (joins_earlier(rows, index))
		return false;
	*group = (struct row_group){ .row = &rows[index] };
	const char *id = rows[index].id;
	int first = 0, last = 0;
	bool differ = false;
	same_group(&rows[index], &rows[index], &first);
	for (uint32_t i = index + 1; i < n; i++)
		if (same_group(&rows[index], &rows[i], &last))
			differ |= rows[i].def != rows[index].def;
	size_t stem = strcspn(id, "0123456789");
	if (last > first)
		append(group->id, sizeof group->id, "%.*s%d..%d%s", (int)stem, id, first, last,
			id + stem + strspn(id + stem, "0123456789"));
	else
		append(group->id, sizeof group->id, "%s", id);
	describe_range(group->row, group->range, sizeof group->range);
	for (uint32_t i = index; i < (differ ? n : index + 1); i++) {
		if (i > index && !same_group(&rows[index], &rows[i], &last))
			continue;
		append(group->defaults, sizeof group->defaults, i > index ? ", " : "");
		append_value(group->defaults, sizeof group->defaults, &rows[i], rows[i].def);
	}
	append_unit(group->defaults, sizeof group->defaults, group->row);
	return true;
}

/* ---- Text for a terminal */

static void print_rows(const struct param *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct row_group g;
		char line[1000] = "";
		if (!describe_group(rows, n, i, &g))
			continue;
		append(line, sizeof line, "%s (default %s)", g.range, g.defaults);
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

static void print_meters(const struct module *m)
{
	if (m->n_meters)
		printf("\n  Meters\n");
	for (uint32_t i = 0; i < m->n_meters; i++) {
		const struct meter *meter = &m->meters[i];
		printf("  %-*s%g .. %g%s%s\n%*s", ID_WIDTH - 2, meter->id, meter->min, meter->max,
			meter->unit == UNIT_NONE ? "" : " ", unit_text(meter->unit), INDENT, "");
		options_print_wrapped(meter->help, INDENT, INDENT);
	}
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

static void print_map(void)
{
	size_t n;
	const struct route *map = router_map(&n);
	printf("OSC\n  ");
	options_print_wrapped("Numbers and switches may come as any of i f d h T F; an address without arguments is a "
			      "question, answered at the same address.",
		2, 2);
	putchar('\n');
	for (size_t i = 0; i < n; i++) {
		printf("  %s%s%s%s\n%*s", map[i].address, *map[i].arguments ? " " : "", map[i].arguments,
			map[i].local_only ? " (local socket only)" : "", INDENT, "");
		options_print_wrapped(map[i].help, INDENT, INDENT);
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
	print_map();
}

/* ---- The command */

static int refuse_module(const char *name)
{
	char names[1000] = "";
	for (uint32_t i = 0; i < registry_count(); i++)
		append(names, sizeof names, "%s%s", i ? ", " : "", registry_at(i)->id);
	return options_wrong("describe", "there is no module '%s': %s", name, names);
}

int describe_main(int argc, char **argv)
{
	void (*form)(const struct module *) = describe_text;
	bool man = false;
	int status;
	for (int key; (key = options_next("describe", argc, argv, &status)) != OPTIONS_END;) {
		if (key == OPTIONS_STOP)
			return status;
		if (key == KEY_JSON)
			form = describe_json;
		if (key == KEY_MARKDOWN)
			form = describe_markdown;
		man |= key == KEY_MAN;
	}
	if (!options_operands("describe", argc, argv, 0, man ? 0 : 1, &status))
		return status;
	const struct module *module = NULL;
	if (optind < argc && !(module = registry_find(argv[optind])))
		return refuse_module(argv[optind]);
	if (man)
		describe_man();
	else
		form(module);
	return EXIT_DONE;
}
