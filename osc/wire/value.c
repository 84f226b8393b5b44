/* Reads values from arguments of any type that makes sense, and writes them in the one type that answers have. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/value.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool value_is_question(const struct message *m)
{
	return m->n == 0 || (m->n == 1 && m->types[0] == 'N');
}

static enum status wrong_type(const struct message *m, const char *wanted, struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_VALUE, "wrong type '%.8s': %s", m->types, wanted);
}

/* A number means the choice whose name it is ("24" of slopes), and where none has that name an index from 0. */
static enum status read_choice(const struct param *p, const struct message *m, float *value, struct reason *reason)
{
	char name[32];
	double number;
	if (strchr("TF", m->types[0]) || !message_number(m, 0, &number))
		return wrong_type(m, "a choice is set by its name (s) or its number from 0", reason);
	snprintf(name, sizeof name, "%g", number);
	if (param_parse(p, name, value, NULL) == STATUS_OK)
		return STATUS_OK;
	if (!(number >= 0 && number <= (double)p->max) || number != floor(number))
		return reason_set(reason, STATUS_BAD_VALUE, "there is no choice %g: they count from 0 to %g", number,
			(double)p->max);
	*value = (float)number;
	return STATUS_OK;
}

/* With or without its unit. Beyond the parameter's range it is clamped, as numbers are, and not refused. */
static enum status read_text(const struct param *p, const char *text, float *value, struct reason *reason)
{
	struct param unlimited = *p;
	if (p->scale == SCALE_LINEAR || p->scale == SCALE_LOG) {
		unlimited.min = -FLT_MAX;
		unlimited.max = FLT_MAX;
	}
	return param_parse(&unlimited, text, value, reason);
}

static enum status read_number(const struct message *m, float *value, struct reason *reason)
{
	double number;
	if (!message_number(m, 0, &number))
		return wrong_type(m, "it takes a number (i f d h T F)", reason);
	if (!isfinite(number))
		return reason_set(reason, STATUS_BAD_VALUE, "not a finite number");
	*value = (float)fmax(-FLT_MAX, fmin(FLT_MAX, number));
	return STATUS_OK;
}

enum status value_read(
	const struct param *p, enum form form, const struct message *m, float now, float *value, struct reason *reason)
{
	const char *text = message_text(m, 0);
	if (form == FORM_INFO)
		return reason_set(reason, STATUS_BAD_VALUE, "can be asked only: it takes no arguments");
	if (m->n != 1)
		return reason_set(reason, STATUS_BAD_VALUE, "takes one argument, not %d", m->n);
	if (text && form != FORM_NORM)
		return read_text(p, text, value, reason);
	if (form == FORM_TEXT)
		return wrong_type(m, "it takes text (s)", reason);
	if (form == FORM_VALUE && p->scale == SCALE_CHOICE)
		return read_choice(p, m, value, reason);
	if (p->scale == SCALE_TOGGLE && m->types[0] == 'I') {
		*value = now == 0;
		return STATUS_OK;
	}
	return read_number(m, value, reason);
}

static void add_info(lo_message body, const struct param *p)
{
	message_add(body, "sssffffs", p->label, unit_text(p->unit), scale_text(p->scale), (double)p->min,
		(double)p->max, (double)p->def, (double)p->step, p->help);
	for (int i = 0; p->scale == SCALE_CHOICE && i <= (int)p->max; i++)
		message_add(body, "s", p->choices[i]);
}

void value_add(lo_message body, const struct param *p, enum form form, float value)
{
	char text[64];
	if (form == FORM_INFO) {
		add_info(body, p);
	} else if (form == FORM_NORM) {
		message_add(body, "f", (double)param_to_norm(p, value));
	} else if (form == FORM_TEXT) {
		param_format(p, value, text, sizeof text);
		message_add(body, "s", text);
	} else if (p->scale == SCALE_TOGGLE) {
		message_add(body, value != 0 ? "T" : "F");
	} else if (p->scale == SCALE_CHOICE) {
		message_add(body, "s", p->choices[(int)param_clamp(p, value)]);
	} else {
		message_add(body, "f", (double)value);
	}
}
