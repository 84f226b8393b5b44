/* Reads rack files: lines into slots and values, with an error or a warning for each line that deserves one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rackfile.h"

#include "rack/base/typo.h"
#include "rack/base/utf8.h"
#include "rack/model/rackfile_lines.h"
#include "rack/model/registry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORD_SIZE = 64,
	ERRORS_MAX = 50,  /* that are told: something else than a rack file may have one on each line */
	GUESSES_MAX = 50, /* of what was meant by unknown words: a hostile file may hold thousands */
};

struct reader {
	const char *name;
	struct rackfile *file;
	struct rack rack; /* handed over when all is well */
	uint32_t section, slot, n_guesses;
	/* Lines of this section that set something, by row and behind KEY_LEAST; 0: none, as a header comes first. */
	uint32_t set_at[MODULE_PARAMS_MAX + N_HOST_PARAMS - KEY_LEAST];
	rackfile_warn *warn;
	rackfile_refused *refused; /* NULL: the first error ends the reading */
	bool in_section;
	void *user;
	struct reason *reason;
};

static enum status __attribute__((format(printf, 3, 4)))
refuse(const struct reader *r, uint32_t line, const char *format, ...)
{
	char place[RACKFILE_PLACE_SIZE], text[256];
	rackfile_place(r->name, line, place, sizeof place);
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	enum status status = reason_set(r->reason, STATUS_BAD_VALUE, "%s: %s", place, text);
	if (r->refused)
		r->refused(r->user, r->reason->text);
	return status;
}

static void __attribute__((format(printf, 3, 4))) warn(const struct reader *r, uint32_t line, const char *format, ...)
{
	if (!r->warn)
		return;
	char place[RACKFILE_PLACE_SIZE], text[256], clean_place[sizeof place], clean[sizeof text];
	rackfile_place(r->name, line, place, sizeof place);
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_copy(clean_place, sizeof clean_place, place);
	utf8_copy(clean, sizeof clean, text);
	r->warn(r->user, clean_place, clean);
}

static bool span_is(const struct rackfile *f, struct span s, const char *word)
{
	return strlen(word) == s.length && memcmp(f->text + s.start, word, s.length) == 0;
}

/* ---- The file's format, before anything else: a newer one may look different everywhere */

static enum status check_format(struct reader *r)
{
	const struct rackfile *f = r->file;
	bool found = false;
	uint32_t header = UINT32_MAX;
	for (uint32_t i = 0, in_rack = 0; i < f->n_lines; i++) {
		const struct line *line = &f->lines[i];
		if (line->kind == LINE_SECTION) {
			in_rack = span_is(f, line->name, "rack");
			if (in_rack && header == UINT32_MAX)
				header = i;
		}
		if (!in_rack || line->kind != LINE_KEY || !span_is(f, line->name, "format"))
			continue;
		char word[WORD_SIZE], *end;
		rackfile_copy(f, line->value, word, sizeof word);
		unsigned long format = strtoul(word, &end, 10);
		if (end == word || *end || word[0] == '-' || format == 0)
			return refuse(r, i, "'%.40s' is no format (this lacquer knows %d)", word, RACKFILE_FORMAT);
		if (format > RACKFILE_FORMAT)
			return refuse(
				r, i, "format %.20s is newer than this lacquer knows (%d)", word, RACKFILE_FORMAT);
		found = true;
	}
	if (!found && f->n_sections)
		warn(r, header, "no 'format' in [rack], read as format %d", RACKFILE_FORMAT);
	return STATUS_OK;
}

/* ---- Sections */

static uint32_t find_header(const struct reader *r, const char *id)
{
	for (uint32_t i = 0; i < r->section; i++)
		if (r->file->sections[i].module && strcmp(r->file->sections[i].id, id) == 0)
			return r->file->sections[i].header;
	return 0;
}

static enum status open_slot(struct reader *r, struct section *s, const char *id)
{
	if (rack_find_slot(&r->rack, id) >= 0)
		return refuse(r, s->header, "there is a slot '%s' already (line %u): name this one, [%s NAME]", id,
			(unsigned)find_header(r, id) + 1, s->module->id);
	struct reason why;
	r->slot = r->rack.n_slots;
	if (rack_insert(&r->rack, r->slot, s->module, id, &why) != STATUS_OK)
		return refuse(r, s->header, "%s", why.text);
	memcpy(s->id, r->rack.slots[r->slot].id, sizeof s->id);
	return STATUS_OK;
}

/* Whether a header with capitals would mean something without them: taken for unknown, the section would be lost. */
static bool in_small_letters(const char *type, char small[WORD_SIZE])
{
	size_t n = strlen(type);
	for (size_t i = 0; i <= n; i++)
		small[i] = (char)(type[i] >= 'A' && type[i] <= 'Z' ? type[i] - 'A' + 'a' : type[i]);
	return strcmp(small, type) != 0 && (strcmp(small, "rack") == 0 || registry_find(small));
}

static enum status open_section(struct reader *r)
{
	const struct rackfile *f = r->file;
	struct section *s = &r->file->sections[r->section];
	const struct line *line = &f->lines[s->header];
	memset(r->set_at, 0, sizeof r->set_at);
	char type[WORD_SIZE], id[WORD_SIZE], word[WORD_SIZE];
	bool fits = rackfile_copy(f, line->name, type, sizeof type);
	rackfile_copy(f, line->value.length ? line->value : line->name, id, sizeof id);
	if (fits && strcmp(type, "rack") == 0) {
		if (line->value.length)
			return refuse(r, s->header, "[rack] takes no id");
		for (uint32_t i = 0; i < r->section; i++)
			if (f->sections[i].is_rack)
				return refuse(r, s->header, "there is a [rack] already (line %u)",
					(unsigned)f->sections[i].header + 1);
		s->is_rack = true;
		return STATUS_OK;
	}
	s->module = fits ? registry_find(type) : NULL;
	if (s->module)
		return open_slot(r, s, id);
	if (fits && in_small_letters(type, word))
		return refuse(r, s->header, "[%.40s] is written in small letters: [%.40s]", type, word);
	const char *meant = NULL;
	for (uint32_t i = r->n_guesses++ < GUESSES_MAX ? 0 : registry_count(); i < registry_count() && !meant; i++)
		if (typo_is_near(type, registry_at(i)->id))
			meant = registry_at(i)->id;
	warn(r, s->header, "unknown module '%.40s', its section is kept and has no effect%s%s%s", type,
		meant ? " (did you mean " : "", meant ? meant : "", meant ? "?)" : "");
	return STATUS_OK;
}

/* ---- Keys */

/* Later lines of a section win over earlier ones. */
static void count_line(struct reader *r, uint32_t at)
{
	struct line *line = &r->file->lines[at];
	uint32_t *set_at = &r->set_at[line->param - KEY_LEAST];
	if (*set_at) {
		char key[WORD_SIZE];
		rackfile_copy(r->file, line->name, key, sizeof key);
		warn(r, at, "'%.40s' is set on line %u already, this one counts", key, (unsigned)*set_at + 1);
		r->file->lines[*set_at].counts = false;
	}
	line->counts = true;
	*set_at = at;
}

static enum status read_number(struct reader *r, uint32_t at, const struct param *row, float *value)
{
	struct line *line = &r->file->lines[at];
	char word[WORD_SIZE];
	struct reason why;
	if (line->value.length == 0)
		return refuse(r, at, "the value is missing");
	if (!rackfile_copy(r->file, line->value, word, sizeof word))
		return refuse(r, at, "the value is too long");
	if (param_parse(row, word, &line->number, &why) != STATUS_OK)
		return refuse(r, at, "%s", why.text);
	*value = line->number;
	count_line(r, at);
	return STATUS_OK;
}

static void read_title(struct reader *r, uint32_t at)
{
	struct line *line = &r->file->lines[at];
	char *title = r->rack.title;
	if (!rackfile_copy(r->file, line->value, title, RACK_TITLE_SIZE)) {
		size_t n = strlen(title);
		/* Not in the middle of a character. */
		while (n && (r->file->text[line->value.start + n] & 0xc0) == 0x80)
			n--;
		title[n] = '\0';
		warn(r, at, "the title is longer than %d bytes and shown cut", RACK_TITLE_SIZE - 1);
	}
	strcpy(r->file->title, title);
	count_line(r, at);
}

static int find_rack_param(char *key)
{
	for (char *c = key; (c = strchr(c, '.'));)
		*c = '/';
	for (int i = 0; i < N_RACK_PARAMS; i++)
		if (strcmp(rack_params[i].id, key) == 0)
			return i;
	return strcmp(key, "format") == 0       ? KEY_FORMAT
	       : strcmp(key, "title") == 0      ? KEY_TITLE
	       : strcmp(key, rack_rate.id) == 0 ? KEY_RATE
						: KEY_UNKNOWN;
}

/* A key that no row has; the likeliest row is named, as rack files have it. */
static void warn_of_key(struct reader *r, uint32_t at, bool in_rack, const char *key)
{
	const struct rack_slot *slot = in_rack ? NULL : &r->rack.slots[r->slot];
	uint32_t n = slot ? slot_n_params(slot) : N_RACK_PARAMS;
	char meant[WORD_SIZE] = "";
	for (uint32_t i = r->n_guesses++ < GUESSES_MAX ? 0 : n; i < n && !*meant; i++) {
		const char *id = slot ? slot_param(slot, i)->id : rack_params[i].id;
		if (typo_is_near(key, id))
			snprintf(meant, sizeof meant, "%s", id);
	}
	for (char *c = meant; (c = strchr(c, '/'));)
		*c = '.';
	warn(r, at, "unknown parameter '%.40s', kept%s%s%s", key, *meant ? " (did you mean " : "", meant,
		*meant ? "?)" : "");
}

static enum status read_key(struct reader *r, uint32_t at, bool in_section)
{
	if (!in_section)
		return refuse(r, at, "a key before the first section");
	struct line *line = &r->file->lines[at];
	const struct section *s = &r->file->sections[r->section];
	line->param = KEY_UNKNOWN;
	if (!s->is_rack && !s->module)
		return STATUS_OK;
	char key[WORD_SIZE], asked[WORD_SIZE];
	bool fits = rackfile_copy(r->file, line->name, key, sizeof key);
	strcpy(asked, key);
	struct rack_slot *slot = &r->rack.slots[r->slot];
	if (fits)
		line->param = s->is_rack ? find_rack_param(asked) : slot_find_param(slot, asked);
	if (line->param >= 0)
		return s->is_rack ? read_number(r, at, &rack_params[line->param], &r->rack.values[line->param])
				  : read_number(
					    r, at, slot_param(slot, (uint32_t)line->param), &slot->values[line->param]);
	if (line->param == KEY_RATE)
		return read_number(r, at, &rack_rate, &r->rack.rate);
	if (line->param == KEY_TITLE)
		read_title(r, at);
	else if (line->param == KEY_FORMAT)
		count_line(r, at);
	else
		warn_of_key(r, at, s->is_rack, key);
	return STATUS_OK;
}

static enum status read_line(struct reader *r, uint32_t at)
{
	const struct line *line = &r->file->lines[at];
	if (line->kind == LINE_BAD)
		return refuse(r, at, "%s", line->problem);
	if (line->kind == LINE_KEY)
		return read_key(r, at, r->in_section);
	if (line->kind != LINE_SECTION)
		return STATUS_OK;
	r->section += r->in_section;
	r->in_section = true;
	return open_section(r);
}

/* Whose keys follow a header that is refused cannot be told. */
static bool is_header(const struct reader *r, const struct line *line)
{
	const char *text = r->file->text + line->whole.start;
	return line->kind == LINE_SECTION || (line->kind == LINE_BAD && text[strspn(text, " \t")] == '[');
}

static enum status read_lines(struct reader *r)
{
	enum status worst = STATUS_OK;
	uint32_t n_errors = 0;
	bool lost = false;
	for (uint32_t i = 0; i < r->file->n_lines; i++) {
		const struct line *line = &r->file->lines[i];
		if (lost && line->kind == LINE_KEY)
			continue;
		enum status status = read_line(r, i);
		if (is_header(r, line))
			lost = status != STATUS_OK;
		if (status == STATUS_OK)
			continue;
		if (!r->refused)
			return status;
		worst = status;
		if (line->no_text)
			return status; /* more of them would say nothing */
		if (++n_errors == ERRORS_MAX)
			return refuse(r, UINT32_MAX, "more than %d errors", ERRORS_MAX - 1);
	}
	if (r->in_section || worst != STATUS_OK)
		return worst;
	return refuse(r, UINT32_MAX, "not a rack file: there is no section in it");
}

static enum status parse(struct reader *r, const char *text, size_t size)
{
	if (size > RACKFILE_SIZE_MAX)
		return refuse(r, UINT32_MAX, "longer than %d bytes", RACKFILE_SIZE_MAX);
	r->file = rackfile_cut(text, (uint32_t)size);
	if (!r->file)
		return reason_set(r->reason, STATUS_NO_MEMORY, "no memory for a rack file");
	rack_clear(&r->rack);
	enum status status = check_format(r);
	return status == STATUS_OK ? read_lines(r) : status;
}

enum status rackfile_parse(const char *name, const char *text, size_t size, struct rack *rack, struct rackfile **file,
	rackfile_warn *tell, void *user, struct reason *reason)
{
	struct reader r = { .name = name, .warn = tell, .user = user, .reason = reason };
	enum status status = parse(&r, text, size);
	if (status == STATUS_OK)
		*rack = r.rack;
	if (status == STATUS_OK && file)
		*file = r.file;
	else
		rackfile_free(r.file);
	return status;
}

bool rackfile_check(
	const char *name, const char *text, size_t size, rackfile_warn *tell, rackfile_refused *refused, void *user)
{
	struct reason reason;
	struct reader r = { .name = name, .warn = tell, .refused = refused, .user = user, .reason = &reason };
	enum status status = parse(&r, text, size);
	rackfile_free(r.file);
	if (status == STATUS_NO_MEMORY)
		refused(user, reason.text);
	return status == STATUS_OK;
}
