/* lacquer describe --markdown: a page with a section a module, for people who read before they start the program. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "src/describe.h"
#include "src/describe_group.h"
#include "src/describe_level.h"
#include "src/picture.h"
#include "src/probe.h"
#include "src/uses.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXAMPLES "../../examples/"
/* What counts as something to see, in dB; the level of responses in dBFS; the frequency of curves in Hz. */
#define SEEN_DB 0.5
#define RESPONSE_LEVEL (-12)
#define CURVE_FREQ 1000

static const struct spec page_spec = { .rate = 48000 };

/* ---- Tables */

static void print_cell(const char *text)
{
	printf(" ");
	for (; *text; text++)
		printf(*text == '|' || *text == '<' || *text == '*' ? "\\%c" : "%c", *text);
	printf(" |");
}

/* "1 Freq" of the rows band1..8/freq: "1..8 Freq". */
static void print_label(const struct row_group *g)
{
	const char *dots = strstr(g->id, ".."), *first = dots, *digit = strpbrk(g->row->label, "0123456789");
	char label[64];
	while (first && first > g->id && isdigit((unsigned char)first[-1]))
		first--;
	if (!dots || !digit) {
		print_cell(g->row->label);
		return;
	}
	snprintf(label, sizeof label, "%.*s%.*s%s", (int)(digit - g->row->label), g->row->label,
		(int)(strspn(first, "0123456789.")), first, digit + strspn(digit, "0123456789"));
	print_cell(label);
}

/* A difference of two levels has the unit of their ratio. */
static const char *step_unit(enum unit unit)
{
	return unit == UNIT_DBFS || unit == UNIT_DBTP ? "dB" : unit == UNIT_LUFS ? "LU" : unit_text(unit);
}

static void print_step(const struct param *row)
{
	char text[64];
	if (row->scale == SCALE_LOG)
		snprintf(text, sizeof text, "%.2g %%", 100 * ((double)row->step - 1));
	else if (row->scale == SCALE_LINEAR)
		snprintf(text, sizeof text, "%g%s%s", (double)row->step, row->unit == UNIT_NONE ? "" : " ",
			step_unit(row->unit));
	else
		*text = '\0';
	print_cell(text);
}

static void print_rows(const struct param *rows, uint32_t n)
{
	printf("| row | label | range | default | step | |\n|---|---|---|---|---|---|\n");
	for (uint32_t i = 0; i < n; i++) {
		struct row_group g;
		if (!describe_group(rows, n, i, &g))
			continue;
		printf("| `%s` |", g.id);
		print_label(&g);
		print_cell(g.range);
		print_cell(g.defaults);
		print_step(g.row);
		print_cell(g.row->help);
		putchar('\n');
	}
}

static void print_meters(const struct module *m)
{
	if (m->n_meters)
		printf("\n| meter | label | range | |\n|---|---|---|---|\n");
	for (uint32_t i = 0; i < m->n_meters; i++) {
		const struct level *meter = &m->meters[i];
		char range[200];
		describe_level(meter, range, sizeof range);
		printf("| `/meter/%s/%s` |", m->id, meter->id);
		print_cell(meter->label);
		print_cell(range);
		print_cell(meter->help);
		putchar('\n');
	}
}

/* ---- Delay */

static void print_frames(uint32_t frames)
{
	if (frames)
		printf("%u frames (%.1f ms)", frames, 1000.0 * frames / page_spec.rate);
	else
		printf("none");
}

/* By the defaults, and the most of those that one row alone brings about. */
static void print_delay(const struct module *m)
{
	float values[MODULE_PARAMS_MAX];
	for (uint32_t i = 0; i < m->n_params; i++)
		values[i] = m->params[i].def;
	uint32_t frames = m->latency ? m->latency(&page_spec, values) : 0, most = frames;
	for (uint32_t i = 0; m->latency && i < m->n_params; i++) {
		const struct param *row = &m->params[i];
		bool names = row->scale == SCALE_CHOICE;
		int n = names ? (int)row->max + 1 : 2;
		for (int k = 0; k < n; k++) {
			values[i] = names ? (float)k : k ? row->max : row->min;
			uint32_t with = m->latency(&page_spec, values);
			most = with > most ? with : most;
		}
		values[i] = row->def;
	}
	printf(" Delay at 48 kHz: ");
	print_frames(frames);
	if (most > frames) {
		printf(", up to ");
		print_frames(most);
	}
	putchar('.');
}

/* ---- Pictures, as an example has the module */

static bool differ(const double *values, const double *others)
{
	double low = INFINITY, high = -INFINITY;
	for (int c = 0; c < PICTURE_COLUMNS; c++) {
		/* cppcheck-suppress uninitvar ; drawn by the caller */
		low = fmin(low, values[c] - (others ? others[c] : 0));
		high = fmax(high, values[c] - (others ? others[c] : 0));
	}
	return high - low > SEEN_DB;
}

static void print_pictures(const struct rack_slot *slot, const char *example)
{
	double db[PICTURE_COLUMNS], level[PICTURE_COLUMNS], same[PICTURE_COLUMNS];
	struct probe *p = probe_new(slot);
	for (int c = 0; p && c < PICTURE_COLUMNS; c++) {
		same[c] = picture_level(c);
		level[c] = probe_level(p, CURVE_FREQ, same[c]);
	}
	probe_free(p);
	if (p && differ(level, same)) {
		printf("\nLevel out by level in, %d Hz, as in %s:\n\n```\n", CURVE_FREQ, example);
		picture_curve(level);
		printf("```\n");
	}
	p = probe_new(slot);
	for (int c = 0; p && c < PICTURE_COLUMNS; c++)
		db[c] = probe_level(p, picture_freq(c), RESPONSE_LEVEL) - RESPONSE_LEVEL;
	probe_free(p);
	if (p && differ(db, NULL)) {
		printf("\nGain by frequency, for a sine of %d dBFS, as in %s:\n\n```\n", RESPONSE_LEVEL, example);
		picture_response(db);
		printf("```\n");
	}
}

/* ---- Sections */

/* A row that the example sets, as a message and as a line of a rack file. */
static void print_ways(const struct rack_slot *slot)
{
	const struct module *m = slot->module;
	for (uint32_t i = 0; i < m->n_params; i++) {
		const struct param *row = &m->params[i];
		char text[64], key[64];
		if (slot->values[i] == row->def)
			continue;
		param_format(row, slot->values[i], text, sizeof text);
		snprintf(key, sizeof key, "%s", row->id);
		for (char *at = key; (at = strchr(at, '/'));)
			*at = '.';
		printf("\n`%s = %s` below `[%s]` in a rack file, `/rack/%s/%s` over OSC.\n", key, text, m->id, m->id,
			row->id);
		return;
	}
}

static void print_module(const struct module *m, const struct uses *uses)
{
	const struct rack_slot *best = NULL;
	const char *name = NULL, *before = " In: ";
	printf("\n## %s\n\n%s: ", m->id, m->label);
	bool word = islower((unsigned char)m->help[1]);
	printf("%c%s.", word ? tolower((unsigned char)m->help[0]) : m->help[0], m->help + 1);
	print_delay(m);
	for (size_t i = 0; uses && i < uses_count(uses); i++) {
		const struct rack_slot *slot = uses_slot(uses, i, m);
		if (!slot)
			continue;
		printf("%s[%s](" EXAMPLES "%s.rack)", before, uses_name(uses, i), uses_name(uses, i));
		before = ", ";
		if (!best || uses_weight(slot) > uses_weight(best)) {
			best = slot;
			name = uses_name(uses, i);
		}
	}
	printf(best ? ".\n" : "\n");
	if (best)
		print_ways(best);
	putchar('\n');
	print_rows(m->params, m->n_params);
	print_meters(m);
	if (best)
		print_pictures(best, name);
}

static bool is_for_tests(const struct module *m)
{
	return strncmp(m->id, "test", 4) == 0;
}

void describe_markdown(const struct module *module)
{
	struct uses *uses = uses_new();
	printf("# Modules\n\n"
	       "Made from the tables that the program runs by, with `lacquer describe --markdown`. Rows of several bands share "
	       "a line:\n`band1..8/freq` of `eq` is `/rack/eq/band1/freq` to `/rack/eq/band8/freq` over OSC, and `band1.freq` to "
	       "`band8.freq`\nbelow `[eq]` in a rack file. A step is one press of a key in the terminal UI; in %% it is one of "
	       "the value itself.\n");
	for (uint32_t i = 0; i < registry_count(); i++)
		if (module ? registry_at(i) == module : !is_for_tests(registry_at(i)))
			print_module(registry_at(i), uses);
	printf("\n## Every slot\n\nBeside the rows of its module.\n\n");
	print_rows(host_params, N_HOST_PARAMS);
	uses_free(uses);
}
