/* One slot of the mirror: its rows, values and meters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/mirror_slot.h"

#include "osc/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t n_rows(const struct mirror_slot *s)
{
	return s->shown.n_params + N_HOST_PARAMS;
}

static void free_rows(struct mirror_slot *s)
{
	for (uint32_t i = 0; s->params && i < n_rows(s); i++) {
		free(s->params[i].texts);
		free(s->params[i].choices);
	}
	free(s->params);
	free(s->meters);
	free(s->shown.params);
	free(s->shown.meters);
}

/* The host's rows are the same in every rack, so they are there before any answer. */
static void name_rows(struct mirror_slot *s, const char *const *ids)
{
	for (uint32_t i = 0; i < n_rows(s); i++) {
		struct remote_param *p = &s->shown.params[i];
		bool of_host = i >= s->shown.n_params;
		if (of_host)
			p->row = host_params[i - s->shown.n_params];
		utf8_copy(p->id, sizeof p->id, of_host ? p->row.id : ids[i]);
		if (!of_host)
			p->row.label = p->row.help = "";
		p->row.id = p->id;
		s->params[i].row.answered = of_host;
	}
}

static bool make_rows(struct mirror_slot *s, uint32_t n_params, const char *const *ids, uint32_t n_meters)
{
	struct mirror_slot made = { .shown = { .n_params = n_params, .n_meters = n_meters } };
	made.params = calloc(n_params + N_HOST_PARAMS, sizeof *made.params);
	made.meters = calloc(n_meters + 1, sizeof *made.meters);
	made.shown.params = calloc(n_params + N_HOST_PARAMS, sizeof *made.shown.params);
	made.shown.meters = calloc(n_meters + 1, sizeof *made.shown.meters);
	if (!made.params || !made.meters || !made.shown.params || !made.shown.meters) {
		free_rows(&made);
		return false;
	}
	name_rows(&made, ids);
	free_rows(s);
	s->params = made.params;
	s->meters = made.meters;
	s->shown.n_params = n_params;
	s->shown.params = made.shown.params;
	s->shown.n_meters = n_meters;
	s->shown.meters = made.shown.meters;
	return true;
}

struct mirror_slot *mirror_slot_new(const char *id)
{
	struct mirror_slot *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	utf8_copy(s->shown.id, sizeof s->shown.id, id);
	if (!make_rows(s, 0, NULL, 0)) {
		free(s);
		return NULL;
	}
	return s;
}

void mirror_slot_free(struct mirror_slot *s)
{
	free_rows(s);
	free(s);
}

void mirror_slot_doubt(struct mirror_slot *s)
{
	s->info.answered = false;
	for (uint32_t i = 0; i < n_rows(s); i++) {
		s->params[i].value.answered = false;
		if (i < s->shown.n_params)
			s->params[i].row.answered = false;
	}
	for (uint32_t i = 0; i < s->shown.n_meters; i++)
		s->meters[i].answered = false;
}

/* ---- /rack/<slot>/info */

/* The count at index and as many texts behind it; returns the index behind them, 0 when malformed. */
static int read_list(const struct message *msg, int index, const char **ids, uint32_t most, uint32_t *n)
{
	double count;
	if (!message_number(msg, index, &count) || count < 0 || count > most)
		return 0;
	index++;
	for (*n = 0; *n < most && message_text(msg, index); index++)
		ids[(*n)++] = message_text(msg, index);
	return index;
}

static bool same_shape(const struct mirror_slot *s, const char *type, const char **ids, uint32_t n_params,
	const char **meters, uint32_t n_meters)
{
	if (strcmp(s->shown.type, type) != 0 || s->shown.n_params != n_params || s->shown.n_meters != n_meters)
		return false;
	for (uint32_t i = 0; i < n_params; i++)
		if (strcmp(s->shown.params[i].id, ids[i]) != 0)
			return false;
	for (uint32_t i = 0; i < n_meters; i++)
		if (strcmp(s->shown.meters[i].id, meters[i]) != 0)
			return false;
	return true;
}

void mirror_slot_take_info(struct mirror_slot *s, const struct message *msg)
{
	const char *ids[MIRROR_PARAMS_MAX], *meters[MODULE_METERS_MAX], *type = message_text(msg, 0);
	uint32_t n_ids = 0, n_meters = 0;
	if (!type || !message_text(msg, 1) || !message_text(msg, 2))
		return;
	int at = read_list(msg, 3, ids, MIRROR_PARAMS_MAX, &n_ids);
	if (!at || n_ids < N_HOST_PARAMS || !read_list(msg, at, meters, MODULE_METERS_MAX, &n_meters))
		return;
	n_ids -= N_HOST_PARAMS;
	if (!same_shape(s, type, ids, n_ids, meters, n_meters)) {
		if (!make_rows(s, n_ids, ids, n_meters))
			return;
		for (uint32_t i = 0; i < n_meters; i++)
			utf8_copy(s->shown.meters[i].id, sizeof s->shown.meters[i].id, meters[i]);
	}
	utf8_copy(s->shown.type, sizeof s->shown.type, type);
	utf8_copy(s->shown.label, sizeof s->shown.label, message_text(msg, 1));
	s->info.answered = true;
}

/* ---- Rows */

static enum unit read_unit(const char *text)
{
	for (int i = 0; i < N_UNITS; i++)
		if (strcmp(text, unit_text((enum unit)i)) == 0)
			return (enum unit)i;
	return UNIT_NONE;
}

/* -1: no such scale. */
static int read_scale(const char *text)
{
	for (int i = SCALE_LINEAR; i <= SCALE_CHOICE; i++)
		if (strcmp(text, scale_text((enum scale)i)) == 0)
			return i;
	return -1;
}

/* Appends a text to what *at points into. */
static const char *keep(char **at, const char *text)
{
	char *kept = *at;
	utf8_copy(kept, strlen(text) + 1, text);
	*at += strlen(kept) + 1;
	return kept;
}

/* A row that the drawing and stepping code can rely on. */
static bool row_sound(const struct param *row, int n_choices)
{
	if (!(isfinite(row->min) && isfinite(row->max) && isfinite(row->def) && isfinite(row->step)))
		return false;
	if (row->scale == SCALE_CHOICE)
		return n_choices > 0 && row->min == 0 && row->max == (float)(n_choices - 1);
	return row->min <= row->max && (row->scale != SCALE_LOG || (row->min > 0 && row->step > 0));
}

/* label unit scale min max default step help choices... */
enum { ROW_LABEL, ROW_UNIT, ROW_SCALE, ROW_MIN, ROW_MAX, ROW_DEFAULT, ROW_STEP, ROW_HELP, ROW_CHOICES };

static bool read_row(const struct message *msg, struct param *row)
{
	double numbers[4];
	for (int i = 0; i < 4; i++)
		if (!message_number(msg, ROW_MIN + i, &numbers[i]))
			return false;
	if (!message_text(msg, ROW_LABEL) || !message_text(msg, ROW_UNIT) || !message_text(msg, ROW_SCALE))
		return false;
	int scale = read_scale(message_text(msg, ROW_SCALE));
	row->unit = read_unit(message_text(msg, ROW_UNIT));
	row->scale = (enum scale)scale;
	row->min = (float)numbers[0];
	row->max = (float)numbers[1];
	row->def = (float)numbers[2];
	row->step = (float)numbers[3];
	return scale >= 0 && row_sound(row, msg->n - ROW_CHOICES);
}

/* The row's texts, copied: they live until the next answer. */
static bool keep_texts(struct mirror_param *state, struct param *row, const struct message *msg)
{
	size_t size = 1;
	for (int i = 0; i < msg->n; i++)
		if (message_text(msg, i))
			size += strlen(message_text(msg, i)) + 1;
		else if (i >= ROW_HELP)
			return false;
	int n_choices = msg->n - ROW_CHOICES;
	char *texts = malloc(size), *at = texts;
	const char **choices = calloc((size_t)n_choices + 1, sizeof *choices);
	if (!texts || !choices) {
		free(texts);
		free(choices);
		return false;
	}
	row->label = keep(&at, message_text(msg, ROW_LABEL));
	row->help = keep(&at, message_text(msg, ROW_HELP));
	for (int i = 0; i < n_choices; i++)
		choices[i] = keep(&at, message_text(msg, ROW_CHOICES + i));
	row->choices = row->scale == SCALE_CHOICE ? choices : NULL;
	free(state->texts);
	free(state->choices);
	state->texts = texts;
	state->choices = choices;
	return true;
}

static void take_row(struct remote_param *p, struct mirror_param *state, const struct message *msg)
{
	struct param row = { .id = p->id };
	if (msg->n < ROW_CHOICES || !read_row(msg, &row) || !keep_texts(state, &row, msg))
		return;
	p->row = row;
	p->value = param_clamp(&p->row, p->value);
	state->row.answered = true;
}

/* ---- Values and meters */

static void take_value(struct remote_param *p, struct mirror_param *state, const struct message *msg, uint64_t now_ms)
{
	double number = 0;
	const char *name = message_text(msg, 0);
	/* A choice's name or a range means nothing before the row has come; the value stays asked for. */
	if (!state->row.answered)
		return;
	int choice = 0;
	if (name && p->row.choices) {
		while (choice <= (int)p->row.max && strcmp(p->row.choices[choice], name) != 0)
			choice++;
		if (choice > (int)p->row.max)
			return;
		number = choice;
	} else if (!message_number(msg, 0, &number) || !isfinite(number)) {
		return;
	}
	/* While the own hand moves it, older answers would pull it back; it is asked for when the hand rests. */
	if (now_ms < state->held_until_ms)
		return;
	state->value.answered = true;
	p->value = param_clamp(&p->row, (float)number);
	p->known = true;
}

void mirror_slot_take_param(struct mirror_slot *s, const char *name, const struct message *msg, uint64_t now_ms)
{
	size_t length = strlen(name);
	bool info = length > 5 && strcmp(name + length - 5, "/info") == 0;
	if (info)
		length -= 5;
	for (uint32_t i = 0; i < n_rows(s); i++) {
		struct remote_param *p = &s->shown.params[i];
		if (strlen(p->id) != length || memcmp(p->id, name, length) != 0)
			continue;
		if (!info)
			take_value(p, &s->params[i], msg, now_ms);
		else if (i < s->shown.n_params)
			take_row(p, &s->params[i], msg);
		return;
	}
}

/* label unit min max help */
static void take_meter_row(struct remote_meter *meter, struct question *question, const struct message *msg)
{
	double min, max;
	if (!message_text(msg, 0) || !message_text(msg, 1) || !message_number(msg, 2, &min) ||
		!message_number(msg, 3, &max))
		return;
	if (!isfinite(min) || !isfinite(max))
		return;
	utf8_copy(meter->label, sizeof meter->label, message_text(msg, 0));
	meter->unit = read_unit(message_text(msg, 1));
	meter->min = (float)min;
	meter->max = (float)max;
	question->answered = true;
}

void mirror_slot_take_meter(struct mirror_slot *s, const char *name, const struct message *msg)
{
	for (uint32_t i = 0; i < s->shown.n_meters; i++) {
		struct remote_meter *meter = &s->shown.meters[i];
		size_t length = strlen(meter->id);
		double number;
		if (strncmp(name, meter->id, length) != 0)
			continue;
		if (strcmp(name + length, "/info") == 0)
			take_meter_row(meter, &s->meters[i], msg);
		else if (name[length] == '\0' && message_number(msg, 0, &number) && isfinite(number))
			meter->value = (float)number;
	}
}
