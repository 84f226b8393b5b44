/* Cuts the text of a rack file into lines and sections, by their shape only: nothing here knows modules or rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rackfile_lines.h"

#include "rack/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Why these bytes are no text, or NULL. The text is terminated. */
static const char *find_fault(const char *text, uint32_t n)
{
	for (uint32_t i = 0; i < n;) {
		unsigned char first = (unsigned char)text[i];
		uint32_t code;
		if (first == '\0')
			return "a NUL byte: this is not a text file";
		if ((first < ' ' && first != '\t') || first == 0x7f)
			return "a control character: this is not a text file";
		size_t length = utf8_decode(text + i, &code);
		if (!length)
			return "not UTF-8 text";
		i += (uint32_t)length;
	}
	return NULL;
}

static struct span trim(const char *text, uint32_t start, uint32_t end)
{
	while (start < end && strchr(" \t", text[start]))
		start++;
	while (end > start && strchr(" \t", text[end - 1]))
		end--;
	return (struct span){ start, end - start };
}

/* Where character c is in start .. end - 1; end when it is not there. */
static uint32_t find(const char *text, uint32_t start, uint32_t end, char c)
{
	const char *at = memchr(text + start, c, end - start);
	return at ? (uint32_t)(at - text) : end;
}

static const char *cut_section(struct line *line, const char *text, uint32_t start, uint32_t end)
{
	uint32_t close = find(text, start, end, ']');
	if (close == end)
		return "a section's ']' is missing";
	if (trim(text, close + 1, end).length > 0)
		return "unexpected text behind ']'";
	struct span inside = trim(text, start + 1, close);
	if (inside.length == 0)
		return "a section needs a name between '[' and ']'";
	uint32_t last = inside.start + inside.length, space = inside.start;
	while (space < last && !strchr(" \t", text[space]))
		space++;
	line->kind = LINE_SECTION;
	line->name = (struct span){ inside.start, space - inside.start };
	line->value = trim(text, space, last);
	for (uint32_t i = 0; i < line->value.length; i++)
		if (strchr(" \t", text[line->value.start + i]))
			return "a section has two words at most";
	return NULL;
}

static const char *cut_key(struct line *line, const char *text, uint32_t start, uint32_t end)
{
	uint32_t equals = find(text, start, end, '=');
	if (equals == end)
		return "neither a section, nor KEY = VALUE, nor a comment";
	line->kind = LINE_KEY;
	line->name = trim(text, start, equals);
	line->value = trim(text, equals + 1, end);
	return line->name.length ? NULL : "the key before '=' is missing";
}

static void cut_line(struct line *line, const char *text, uint32_t start, uint32_t end)
{
	line->problem = find_fault(text + start, end - start);
	line->no_text = line->problem;
	struct span content = trim(text, start, end);
	uint32_t first = content.start, comment = find(text, first, end, '#');
	if (line->problem)
		line->kind = LINE_BAD;
	else if (content.length == 0)
		line->kind = LINE_BLANK;
	else if (text[first] == '#')
		line->kind = LINE_COMMENT;
	else
		line->problem = text[first] == '[' ? cut_section(line, text, first, comment)
						   : cut_key(line, text, first, comment);
	if (line->problem)
		line->kind = LINE_BAD;
}

static void cut_lines(struct rackfile *f)
{
	uint32_t start = f->n_mark;
	for (uint32_t i = 0; i < f->n_lines; i++) {
		uint32_t end = find(f->text, start, f->size, '\n');
		uint32_t next = end < f->size ? end + 1 : end;
		f->lines[i].whole = (struct span){ start, next - start };
		if (end < f->size && end > start && f->text[end - 1] == '\r')
			end--;
		cut_line(&f->lines[i], f->text, start, end);
		start = next;
	}
}

static void cut_sections(struct rackfile *f)
{
	struct section *s = NULL;
	for (uint32_t i = 0; i < f->n_lines; i++) {
		if (f->lines[i].kind != LINE_SECTION)
			continue;
		uint32_t lead = i, floor = s ? s->header + 1 : 0;
		while (lead > floor && f->lines[lead - 1].kind == LINE_COMMENT)
			lead--;
		/* Comments that open the file speak of the whole file. */
		if (lead == 0)
			lead = i;
		if (s)
			s->next = lead;
		s = &f->sections[f->n_sections++];
		s->lead = lead;
		s->header = i;
	}
	if (s)
		s->next = f->n_lines;
	for (s = f->sections; s < f->sections + f->n_sections; s++)
		for (s->end = s->next; f->lines[s->end - 1].kind == LINE_BLANK; s->end--)
			;
}

struct rackfile *rackfile_cut(const char *text, uint32_t size)
{
	struct rackfile *f = calloc(1, sizeof *f);
	if (!f)
		return NULL;
	f->text = malloc((size_t)size + 1);
	f->size = size;
	if (f->text) {
		memcpy(f->text, text, size);
		f->text[size] = '\0';
		f->n_mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		for (uint32_t i = f->n_mark; i < size; i++)
			f->n_lines += text[i] == '\n' || i + 1 == size;
		f->lines = calloc((size_t)f->n_lines + 1, sizeof *f->lines);
	}
	if (f->lines) {
		cut_lines(f);
		uint32_t n = 0;
		for (uint32_t i = 0; i < f->n_lines; i++)
			n += f->lines[i].kind == LINE_SECTION;
		f->sections = calloc((size_t)n + 1, sizeof *f->sections);
	}
	if (!f->sections) {
		rackfile_free(f);
		return NULL;
	}
	cut_sections(f);
	return f;
}

bool rackfile_copy(const struct rackfile *f, struct span s, char *to, size_t size)
{
	size_t n = s.length < size ? s.length : size - 1;
	memcpy(to, f->text + s.start, n);
	to[n] = '\0';
	return n == s.length;
}

void rackfile_place(const char *name, uint32_t line, char *place, size_t size)
{
	enum { SHOWN_MAX = RACKFILE_PLACE_SIZE - 32 };
	size_t length = strlen(name);
	bool cut = length > SHOWN_MAX;
	int n = snprintf(place, size, "%s%s", cut ? "..." : "", cut ? name + length - SHOWN_MAX : name);
	if (line != UINT32_MAX)
		snprintf(place + n, size - (size_t)n, ":%u", (unsigned)line + 1);
}

void rackfile_free(struct rackfile *f)
{
	if (!f)
		return;
	free(f->text);
	free(f->lines);
	free(f->sections);
	free(f);
}
