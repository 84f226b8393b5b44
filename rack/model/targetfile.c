/* Reads files of loudness targets, and finds targets by name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/targetfile.h"

#include "rack/base/file.h"
#include "rack/base/share.h"
#include "rack/base/typo.h"
#include "rack/model/rackfile_lines.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "targets.conf"

/* Keys that are text: where a target keeps them, and what is missing without them. */
static const struct text_key {
	const char *id;
	size_t field;
	const char *missing; /* NULL: may be left out */
} text_keys[] = {
	{ "label", offsetof(struct target, label), "label is missing: what people call it" },
	{ "note", offsetof(struct target, note), NULL },
	{ "source", offsetof(struct target, source), "source is missing: where the figures are from" },
	{ "date", offsetof(struct target, date), "date is missing: when the source was read" },
};
enum { N_TEXT_KEYS = sizeof text_keys / sizeof text_keys[0], WORD_SIZE = 64, ERRORS_MAX = 50 };

struct reader {
	const char *name;
	struct rackfile *file;
	struct targets *found; /* of this file */
	struct target *target; /* that is being read; NULL: keys here belong to none */
	uint32_t header;       /* its line */
	targetfile_refused *refused;
	void *user;
	unsigned n_errors;
	struct reason *reason; /* of the first */
};

static void __attribute__((format(printf, 3, 4))) refuse(struct reader *r, uint32_t line, const char *format, ...)
{
	char place[RACKFILE_PLACE_SIZE], text[256];
	struct reason reason;
	va_list args;
	if (r->n_errors++ >= ERRORS_MAX)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	rackfile_place(r->name, line, place, sizeof place);
	reason_set(&reason, STATUS_BAD_VALUE, "%s: %s", place, text);
	if (r->n_errors == 1 && r->reason)
		*r->reason = reason;
	if (r->refused)
		r->refused(r->user, reason.text);
}

static char *text_of(struct target *t, const struct text_key *key)
{
	return (char *)t + key->field;
}

/* ---- A target's end */

static bool is_date(const char *text)
{
	unsigned year, month, day = 1;
	int month_end = 0, end = 0;
	if (sscanf(text, "%4u-%2u%n-%2u%n", &year, &month, &month_end, &day, &end) < 2)
		return false;
	size_t length = strlen(text);
	return (length == 7 || (length == 10 && end == 10)) && month_end == 7 && year >= 1970 && month >= 1 &&
	       month <= 12 && day >= 1 && day <= 31;
}

/* What the section as a whole lacks is told at its header. */
static void finish_target(struct reader *r)
{
	struct target *t = r->target;
	if (!t)
		return;
	for (unsigned i = 0; i < N_TEXT_KEYS; i++)
		if (text_keys[i].missing && !*text_of(t, &text_keys[i]))
			refuse(r, r->header, "[%s]: %s", t->name, text_keys[i].missing);
	if (*t->date && !is_date(t->date))
		refuse(r, r->header, "[%s]: date is not YYYY-MM or YYYY-MM-DD", t->name);
	if (!t->asks[TARGET_INTEGRATED] && !t->asks[TARGET_SHORT_TERM] && !t->asks[TARGET_TRUE_PEAK])
		refuse(r, r->header, "[%s]: asks for nothing: integrated, short_term or true_peak is missing", t->name);
	r->target = NULL;
}

/* ---- Its beginning */

static bool is_name(const char *name)
{
	return name[0] >= 'a' && name[0] <= 'z' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static struct target *find(struct targets *targets, const char *name)
{
	for (uint32_t i = 0; i < targets->n; i++)
		if (strcmp(targets->list[i].name, name) == 0)
			return &targets->list[i];
	return NULL;
}

static struct target *add_target(struct targets *targets, const char *name, const char *profile)
{
	struct target *t = &targets->list[targets->n++];
	*t = (struct target){ .asks = { false } };
	strcpy(t->name, name);
	strcpy(t->profile, profile);
	for (unsigned i = 0; i < N_TARGET_ROWS; i++)
		t->values[i] = target_rows[i].def;
	return t;
}

static void open_target(struct reader *r, uint32_t at)
{
	enum { PART_SIZE = TARGET_NAME_SIZE / 2 };
	char first[PART_SIZE], second[PART_SIZE], name[TARGET_NAME_SIZE];
	const struct line *line = &r->file->lines[at];
	finish_target(r);
	r->header = at;
	bool fits = rackfile_copy(r->file, line->name, first, sizeof first);
	fits = rackfile_copy(r->file, line->value, second, sizeof second) && fits;
	snprintf(name, sizeof name, "%s%s%s", first, *second ? "-" : "", second);
	if (!fits)
		refuse(r, at, "a target's name has at most %d letters", PART_SIZE - 1);
	else if (!is_name(name))
		refuse(r, at, "'%s' is no name for a target: small letters, digits and '-'", name);
	else if (find(r->found, name))
		refuse(r, at, "a second target with the name '%s'", name);
	else if (r->found->n == TARGETS_MAX)
		refuse(r, at, "more than %d targets", TARGETS_MAX);
	else
		r->target = add_target(r->found, name, *second ? first : "");
}

/* ---- Its keys */

static void read_number(struct reader *r, uint32_t at, unsigned row, const char *text)
{
	struct reason why;
	if (r->target->asks[row])
		refuse(r, at, "%s stands here a second time", target_rows[row].id);
	else if (param_parse(&target_rows[row], text, &r->target->values[row], &why) != STATUS_OK)
		refuse(r, at, "%s", why.text);
	r->target->asks[row] = true;
}

static void refuse_key(struct reader *r, uint32_t at, const char *key)
{
	const char *meant = NULL;
	for (unsigned i = 0; i < N_TARGET_ROWS && !meant; i++)
		meant = typo_is_near(key, target_rows[i].id) ? target_rows[i].id : NULL;
	for (unsigned i = 0; i < N_TEXT_KEYS && !meant; i++)
		meant = typo_is_near(key, text_keys[i].id) ? text_keys[i].id : NULL;
	refuse(r, at, "unknown key '%.40s'%s%s%s", key, meant ? " (did you mean " : "", meant ? meant : "",
		meant ? "?)" : "");
}

static void read_text(struct reader *r, uint32_t at, const struct text_key *key, const char *text)
{
	if (*text_of(r->target, key))
		refuse(r, at, "%s stands here a second time", key->id);
	else
		strcpy(text_of(r->target, key), text);
}

static void read_pair(struct reader *r, uint32_t at, const char *key, const char *value)
{
	for (unsigned i = 0; i < N_TARGET_ROWS; i++)
		if (strcmp(key, target_rows[i].id) == 0) {
			read_number(r, at, i, value);
			return;
		}
	for (unsigned i = 0; i < N_TEXT_KEYS; i++)
		if (strcmp(key, text_keys[i].id) == 0) {
			read_text(r, at, &text_keys[i], value);
			return;
		}
	refuse_key(r, at, key);
}

static void read_key(struct reader *r, uint32_t at)
{
	const struct line *line = &r->file->lines[at];
	char key[WORD_SIZE], value[TARGET_TEXT_SIZE];
	if (!r->target)
		return;
	rackfile_copy(r->file, line->name, key, sizeof key);
	if (!rackfile_copy(r->file, line->value, value, sizeof value))
		refuse(r, at, "the value is longer than %d bytes", TARGET_TEXT_SIZE - 1);
	else if (!*value)
		refuse(r, at, "the value is missing");
	else
		read_pair(r, at, key, value);
}

/* Whose keys follow a header that is refused cannot be told. */
static bool is_header(const struct rackfile *f, const struct line *line)
{
	const char *text = f->text + line->whole.start;
	return text[strspn(text, " \t")] == '[';
}

static void read_lines(struct reader *r)
{
	bool in_section = false;
	for (uint32_t i = 0; i < r->file->n_lines; i++) {
		const struct line *line = &r->file->lines[i];
		if (line->kind == LINE_BAD) {
			refuse(r, i, "%s", line->problem);
			if (line->no_text)
				return; /* more of them would say nothing */
			if (is_header(r->file, line))
				finish_target(r);
		}
		if (line->kind == LINE_SECTION)
			open_target(r, i);
		in_section |= is_header(r->file, line);
		if (line->kind == LINE_KEY && !in_section)
			refuse(r, i, "a key before the first section");
		else if (line->kind == LINE_KEY)
			read_key(r, i);
	}
	finish_target(r);
	if (!in_section)
		refuse(r, UINT32_MAX, "there is no target in it");
}

/* All of one file, or none where there is no room for it. */
static enum status merge(struct targets *to, const struct targets *from, const char *name, struct reason *reason)
{
	uint32_t n_new = 0;
	for (uint32_t i = 0; i < from->n; i++)
		n_new += !find(to, from->list[i].name);
	if (to->n + n_new > TARGETS_MAX)
		return reason_set(reason, STATUS_FULL, "%s: makes more than %d targets", name, TARGETS_MAX);
	for (uint32_t i = 0; i < from->n; i++) {
		struct target *same = find(to, from->list[i].name);
		*(same ? same : &to->list[to->n++]) = from->list[i];
	}
	return STATUS_OK;
}

enum status targetfile_parse(const char *name, const char *text, size_t size, struct targets *targets,
	targetfile_refused *refused, void *user, struct reason *reason)
{
	struct reader r = { .name = name, .refused = refused, .user = user, .reason = reason };
	enum status status = STATUS_BAD_VALUE;
	if (size > TARGETFILE_SIZE_MAX) {
		refuse(&r, UINT32_MAX, "longer than %d bytes", TARGETFILE_SIZE_MAX);
		return status;
	}
	r.found = calloc(1, sizeof *r.found);
	r.file = rackfile_cut(text, (uint32_t)size);
	if (r.found && r.file) {
		read_lines(&r);
		if (r.n_errors == 0)
			status = merge(targets, r.found, name, reason);
	} else
		status = reason_set(reason, STATUS_NO_MEMORY, "no memory for targets");
	rackfile_free(r.file);
	free(r.found);
	return status;
}

/* ---- The files */

static enum status load_file(struct targets *targets, const char *path, struct reason *reason)
{
	struct reason why;
	char *text;
	size_t size;
	enum status status = file_read(path, TARGETFILE_SIZE_MAX, &text, &size, &why);
	if (status != STATUS_OK)
		return reason_set(reason, status, "%s: %s", path, why.text);
	status = targetfile_parse(path, text, size, targets, NULL, NULL, reason);
	free(text);
	return status;
}

enum status targets_load(struct targets *targets, struct reason *reason)
{
	char path[PATH_MAX];
	enum status status = STATUS_OK;
	bool found = false;
	targets->n = 0;
	for (int i = 0; i < SHARE_PLACES && !found; i++) {
		found = share_path(i, FILE_NAME, path, sizeof path) && access(path, F_OK) == 0;
		if (found)
			status = load_file(targets, path, reason);
	}
	if (status == STATUS_OK && file_place(FILE_CONFIG, FILE_NAME, path, sizeof path, NULL) == STATUS_OK &&
		access(path, F_OK) == 0)
		status = load_file(targets, path, reason);
	return status;
}

/* ---- By name */

static enum status tell_unknown(const struct targets *targets, const char *name, struct reason *reason)
{
	for (uint32_t i = 0; i < targets->n; i++)
		if (typo_is_near(name, targets->list[i].name))
			return reason_set(reason, STATUS_UNKNOWN, "there is no target '%.40s' (did you mean %s?)", name,
				targets->list[i].name);
	char list[200] = "";
	for (uint32_t i = 0; i < targets->n; i++) {
		size_t used = strlen(list);
		if (used + strlen(targets->list[i].name) + 3 < sizeof list)
			snprintf(list + used, sizeof list - used, "%s%s", used ? " " : "", targets->list[i].name);
	}
	return reason_set(reason, STATUS_UNKNOWN, "there is no target '%.40s'; there are: %s", name, list);
}

/* Each once, however often it is named. */
static bool add_named(const struct targets *targets, const char *name, const struct target **chosen, uint32_t *n_chosen)
{
	bool found = false;
	for (uint32_t i = 0; i < targets->n; i++) {
		const struct target *t = &targets->list[i];
		if (strcmp(t->name, name) != 0 && strcmp(t->profile, name) != 0)
			continue;
		bool there = false;
		for (uint32_t k = 0; k < *n_chosen; k++)
			there |= chosen[k] == t;
		if (!there)
			chosen[(*n_chosen)++] = t;
		found = true;
	}
	return found;
}

enum status targets_choose(const struct targets *targets, const char *names, const struct target **chosen,
	uint32_t *n_chosen, struct reason *reason)
{
	*n_chosen = 0;
	for (const char *at = names;; at++) {
		char name[TARGET_NAME_SIZE];
		size_t length = strcspn(at, ",");
		snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name), at);
		if (!*name)
			return reason_set(reason, STATUS_BAD_VALUE, "a target's name is missing in '%.60s'", names);
		if (!add_named(targets, name, chosen, n_chosen))
			return tell_unknown(targets, name, reason);
		at += length;
		if (!*at)
			return STATUS_OK;
	}
}
