/* Writes rack files: the lines that were read, with what has changed since put in their place. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rackfile.h"

#include "rack/model/rackfile_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a person wrote stays where it is, line for line. Beyond that these rules hold:
 *  - A changed value is replaced in its line; a unit there stays (as the row's own), and a comment behind keeps its
 * column.
 *  - Rows that differ from their default and have no line get one behind the last key of their section.
 *  - A slot that is gone takes along its section: the comments directly above, and all up to the next section's
 * comments.
 *  - [rack] and sections of unknown modules never move. Slots fill the places of slots in chain order; a new one comes
 *    behind its predecessor. Comments that open the file stay at its top. */

enum { ITEM_NEW_RACK = -1, NOT_IN_FILE = -1 };

/* One section of the text to be: from the file (section), for a slot, or both. */
struct item {
	int section, slot; /* -1: none */
	int place;         /* section in the file whose gap follows; -1: none */
};

struct printer {
	FILE *out;
	const struct rack *rack;
	const struct rackfile *file; /* may be NULL */
	const char *line_end;
	bool open_line; /* the last line printed has no end */
};

static void end_line(struct printer *p)
{
	if (p->open_line)
		fputs(p->line_end, p->out);
	p->open_line = false;
}

static void print_piece(struct printer *p, uint32_t start, uint32_t end)
{
	fwrite(p->file->text + start, 1, end - start, p->out);
}

static void print_lines(struct printer *p, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end; i++) {
		const struct line *line = &p->file->lines[i];
		uint32_t last = line->whole.start + line->whole.length;
		end_line(p);
		print_piece(p, line->whole.start, last);
		p->open_line = p->file->text[last - 1] != '\n';
	}
}

/* ---- Values */

/* A row's value with its unit, so that the file reads well. */
static void format_value(const struct param *row, float value, const char *gap, char *text, size_t size)
{
	param_format_exact(row, value, text, size);
	if (row->scale == SCALE_TOGGLE || row->scale == SCALE_CHOICE || row->unit == UNIT_NONE)
		return;
	size_t used = strlen(text);
	snprintf(text + used, size - used, "%s%s", row->unit == UNIT_RATIO ? "" : gap, unit_text(row->unit));
}

/* The title as one line can hold it: '#' would begin a comment. */
static void format_title(const char *title, char *text)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an array in the rack */
	for (; *title; title++)
		if ((unsigned char)*title >= ' ' && *title != 0x7f && *title != '#')
			*text++ = *title;
	*text = '\0';
}

static uint32_t n_columns(const char *text, uint32_t length)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < length; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

/* Line with another value; a comment behind it stays in its column while there is room. */
static void print_with_value(struct printer *p, const struct line *line, const char *value)
{
	const char *text = p->file->text;
	uint32_t start = line->value.start, old_end = start + line->value.length;
	uint32_t line_end = line->whole.start + line->whole.length, rest = old_end;
	while (rest < line_end && text[rest] == ' ')
		rest++;
	end_line(p);
	print_piece(p, line->whole.start, start);
	if (line->value.length == 0 && text[start - 1] == '=')
		putc(' ', p->out);
	fputs(value, p->out);
	int gap = (int)(rest - old_end);
	if (rest < line_end && text[rest] == '#') {
		gap += (int)n_columns(text + start, line->value.length) -
		       (int)n_columns(value, (uint32_t)strlen(value));
		fprintf(p->out, "%*s", gap > 0 ? gap : 1, "");
		old_end = rest;
	}
	print_piece(p, old_end, line_end);
	p->open_line = text[line_end - 1] != '\n';
}

/* Rewrites the number in a line that had a unit ("-1.5dB", "1.2 kHz") or none; the space between them stays as it was.
 */
static void print_with_number(struct printer *p, const struct line *line, const struct param *row, float value)
{
	char old[64], text[96] = "+";
	rackfile_copy(p->file, line->value, old, sizeof old);
	size_t number = strspn(old, "+-.0123456789"), exponent = number + strspn(old + number, "eE");
	if (exponent > number && strspn(old + exponent, "+-0123456789"))
		number = exponent + strspn(old + exponent, "+-0123456789");
	size_t gap = strspn(old + number, " \t");
	bool had_unit = old[number + gap] != '\0', plus = old[0] == '+' && value > 0;
	if (row->scale == SCALE_CHOICE) {
		/* "24 dB/oct": what stands behind the name's first word stays. */
		char *space = strpbrk(old, " \t");
		param_format_exact(row, value, text, sizeof text);
		if (space && number > 0)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s", space);
	} else if (row->scale != SCALE_TOGGLE && had_unit) {
		char between[8];
		snprintf(between, sizeof between, "%.*s", (int)(gap < 7 ? gap : 7), old + number);
		format_value(row, value, between, text + plus, sizeof text - plus);
	} else
		param_format_exact(row, value, text + plus, sizeof text - plus);
	print_with_value(p, line, text);
}

/* ---- Sections */

/* What a section is about: rows and values of a slot, or those of the rack. */
struct subject {
	const struct rack_slot *slot; /* NULL: the rack */
	const float *values;
	uint32_t n;
};

static const struct param *row_of(const struct subject *s, uint32_t index)
{
	return s->slot ? slot_param(s->slot, index) : &rack_params[index];
}

static struct subject subject_of(const struct printer *p, int slot)
{
	if (slot < 0)
		return (struct subject){ NULL, p->rack->values, N_RACK_PARAMS };
	const struct rack_slot *s = &p->rack->slots[slot];
	return (struct subject){ s, s->values, slot_n_params(s) };
}

static void print_new_line(struct printer *p, const char *indent, int n_indent, const char *key, const char *value)
{
	end_line(p);
	fprintf(p->out, "%.*s", n_indent, indent);
	for (; *key; key++)
		putc(*key == '/' ? '.' : *key, p->out);
	fprintf(p->out, " = %s%s", value, p->line_end);
}

/* Lines for rows that are neither at their default nor mentioned. */
static void print_new_rows(
	struct printer *p, const struct subject *s, const bool *mentioned, const char *indent, int n_indent)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct param *row = row_of(s, i);
		char text[96];
		if (mentioned[i] || s->values[i] == row->def)
			continue;
		format_value(row, s->values[i], " ", text, sizeof text);
		print_new_line(p, indent, n_indent, row->id, text);
	}
}

static void print_key(struct printer *p, const struct subject *s, uint32_t at)
{
	const struct line *line = &p->file->lines[at];
	char title[RACK_TITLE_SIZE];
	format_title(p->rack->title, title);
	bool other_title = strcmp(p->file->title, p->rack->title) != 0;
	if (line->counts && line->param >= 0 && line->number != s->values[line->param])
		print_with_number(p, line, row_of(s, (uint32_t)line->param), s->values[line->param]);
	else if (line->counts && line->param == KEY_TITLE && other_title)
		print_with_value(p, line, title);
	else if (line->counts && line->param == KEY_RATE && p->rack->rate == 0)
		return; /* the rack is not of this file any more */
	else if (line->counts && line->param == KEY_RATE && line->number != p->rack->rate)
		print_with_number(p, line, &rack_rate, p->rack->rate);
	else
		print_lines(p, at, at + 1);
}

/* Where the file has no such line and the rack has one to say. */
static void print_new_title(struct printer *p, const char *indent, int n_indent)
{
	char title[RACK_TITLE_SIZE];
	format_title(p->rack->title, title);
	if (*title)
		print_new_line(p, indent, n_indent, "title", title);
}

static void print_new_rate(struct printer *p, const char *indent, int n_indent)
{
	char text[64];
	format_value(&rack_rate, p->rack->rate, " ", text, sizeof text);
	if (p->rack->rate != 0)
		print_new_line(p, indent, n_indent, rack_rate.id, text);
}

static void print_section(struct printer *p, const struct section *section, int slot)
{
	const struct line *lines = p->file->lines;
	struct subject s = subject_of(p, slot);
	bool mentioned[MODULE_PARAMS_MAX + N_HOST_PARAMS] = { false };
	bool has_title = !section->is_rack, has_rate = !section->is_rack;
	uint32_t last = section->header;
	for (uint32_t i = section->header + 1; i < section->end; i++) {
		if (lines[i].kind != LINE_KEY)
			continue;
		last = i;
		if (lines[i].param >= 0)
			mentioned[lines[i].param] = true;
		has_title |= lines[i].param == KEY_TITLE;
		has_rate |= lines[i].param == KEY_RATE;
	}
	print_lines(p, section->lead, section->header + 1);
	for (uint32_t i = section->header + 1; i <= last; i++)
		if (lines[i].kind == LINE_KEY)
			print_key(p, &s, i);
		else
			print_lines(p, i, i + 1);
	const char *indent = p->file->text + lines[last].whole.start;
	int n_indent = last > section->header ? (int)(lines[last].name.start - lines[last].whole.start) : 0;
	if (!has_title)
		print_new_title(p, indent, n_indent);
	if (!has_rate)
		print_new_rate(p, indent, n_indent);
	print_new_rows(p, &s, mentioned, indent, n_indent);
	print_lines(p, last + 1, section->end);
}

static void print_new_section(struct printer *p, int slot)
{
	struct subject s = subject_of(p, slot);
	bool mentioned[MODULE_PARAMS_MAX + N_HOST_PARAMS] = { false };
	end_line(p);
	if (!s.slot) {
		fprintf(p->out, "[rack]%sformat = %d%s", p->line_end, RACKFILE_FORMAT, p->line_end);
		print_new_title(p, "", 0);
		print_new_rate(p, "", 0);
	} else if (strcmp(s.slot->id, s.slot->module->id) == 0)
		fprintf(p->out, "[%s]%s", s.slot->id, p->line_end);
	else
		fprintf(p->out, "[%s %s]%s", s.slot->module->id, s.slot->id, p->line_end);
	print_new_rows(p, &s, mentioned, "", 0);
}

/* ---- The order of sections */

static int slot_of_section(const struct printer *p, const struct section *s)
{
	int slot = s->module ? rack_find_slot(p->rack, s->id) : -1;
	return slot >= 0 && p->rack->slots[slot].module == s->module ? slot : -1;
}

static bool rack_needs_lines(const struct printer *p)
{
	bool needed = p->rack->title[0] != '\0' || p->rack->rate != 0;
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		needed |= p->rack->values[i] != rack_params[i].def;
	return needed;
}

/* Appends the slots from `next` on that the file does not have. */
static uint32_t add_new_slots(
	const struct printer *p, const int *section_of, uint32_t next, struct item *items, uint32_t *n)
{
	for (; next < p->rack->n_slots && section_of[next] < 0; next++)
		items[(*n)++] = (struct item){ NOT_IN_FILE, (int)next, NOT_IN_FILE };
	return next;
}

/* items has room for every section, every slot and one more. */
static uint32_t arrange(const struct printer *p, struct item *items)
{
	const struct rackfile *f = p->file;
	int section_of[RACK_SLOTS_MAX];
	bool has_rack = false;
	uint32_t n = 0, next = 0, n_sections = f ? f->n_sections : 0;
	memset(section_of, 0xff, sizeof section_of);
	for (uint32_t i = 0; i < n_sections; i++) {
		int slot = slot_of_section(p, &f->sections[i]);
		has_rack |= f->sections[i].is_rack;
		if (slot >= 0)
			section_of[slot] = (int)i;
	}
	if (!has_rack && (!f || rack_needs_lines(p)))
		items[n++] = (struct item){ NOT_IN_FILE, ITEM_NEW_RACK, NOT_IN_FILE };
	for (uint32_t i = 0; i < n_sections; i++) {
		const struct section *s = &f->sections[i];
		if (!s->module)
			items[n++] = (struct item){ (int)i, -1, (int)i };
		else if (slot_of_section(p, s) >= 0) {
			next = add_new_slots(p, section_of, next, items, &n);
			items[n++] = (struct item){ section_of[next], (int)next, (int)i };
			/* What follows it in the chain and is new comes directly behind it. */
			next = add_new_slots(p, section_of, next + 1, items, &n);
		}
	}
	add_new_slots(p, section_of, next, items, &n);
	/* A file without any section could not be read again. */
	if (n == 0)
		items[n++] = (struct item){ NOT_IN_FILE, ITEM_NEW_RACK, NOT_IN_FILE };
	return n;
}

/* Blank lines behind a section: those that stood at its place in the file, else one. */
static void print_gap(struct printer *p, const struct item *item, bool last)
{
	const struct rackfile *f = p->file;
	if (!f && last)
		return;
	const struct section *s = f && f->n_sections ? &f->sections[f->n_sections - 1] : NULL;
	if (last && s)
		print_lines(p, s->end, s->next);
	else if (s && item->place >= 0 && &f->sections[item->place] != s)
		print_lines(p, f->sections[item->place].end, f->sections[item->place].next);
	else {
		end_line(p);
		fputs(p->line_end, p->out);
	}
}

static void print_all(struct printer *p, struct item *items)
{
	const struct rackfile *f = p->file;
	if (f)
		fwrite(f->text, 1, f->n_mark, p->out);
	if (f)
		print_lines(p, 0, f->n_sections ? f->sections[0].lead : f->n_lines);
	uint32_t n = arrange(p, items);
	for (uint32_t i = 0; i < n; i++) {
		if (!f || items[i].section < 0)
			print_new_section(p, items[i].slot);
		else if (!f->sections[items[i].section].module && !f->sections[items[i].section].is_rack)
			print_lines(p, f->sections[items[i].section].lead, f->sections[items[i].section].end);
		else
			print_section(p, &f->sections[items[i].section], items[i].slot);
		print_gap(p, &items[i], i + 1 == n);
	}
}

char *rackfile_print(const struct rack *rack, const struct rackfile *file)
{
	struct printer p = { .rack = rack, .file = file, .line_end = "\n" };
	if (file && file->n_lines) {
		const struct span *first = &file->lines[0].whole;
		if (first->length >= 2 && memcmp(file->text + first->start + first->length - 2, "\r\n", 2) == 0)
			p.line_end = "\r\n";
	}
	char *text = NULL;
	size_t size = 0;
	struct item *items = calloc((file ? file->n_sections : 0) + RACK_SLOTS_MAX + 1, sizeof *items);
	p.out = items ? open_memstream(&text, &size) : NULL;
	if (!p.out) {
		free(items);
		return NULL;
	}
	print_all(&p, items);
	bool failed = ferror(p.out);
	failed |= fclose(p.out) != 0;
	free(items);
	if (failed) {
		free(text);
		return NULL;
	}
	return text;
}
