/* A slot's rows, values and meters as the rack's answers tell them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/mirror_value.h"

#include "rack/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
	struct param row = { .id = p->id, .role = p->row.role };
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

void mirror_value_take(struct mirror_slot *s, const char *name, const struct message *msg, uint64_t now_ms)
{
	size_t length = strlen(name);
	bool info = length > 5 && strcmp(name + length - 5, "/info") == 0;
	if (info)
		length -= 5;
	for (uint32_t i = 0; i < s->shown.n_rows; i++) {
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

void mirror_value_take_meter(struct mirror_slot *s, const char *name, const struct message *msg)
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
