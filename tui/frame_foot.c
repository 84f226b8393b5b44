/* The three lines at the bottom: what the parameter under the cursor is and does, and what was said or can be pressed.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/bindings.h"
#include "tui/frame.h"

#include <stdio.h>
#include <string.h>

/* Longer ones are what steps add up to, not what somebody typed. */
enum { DIGITS_MAX = 7 };

static void range_text(const struct param *row, char *text, size_t size)
{
	char min[48], max[48], def[48];
	param_format(row, row->def, def, sizeof def);
	if (row->scale == SCALE_TOGGLE) {
		snprintf(text, size, "on or off, default %s", def);
		return;
	}
	if (row->scale == SCALE_CHOICE) {
		snprintf(text, size, "%d choices, default %s", (int)row->max + 1, def);
		return;
	}
	param_format(row, row->min, min, sizeof min);
	param_format(row, row->max, max, sizeof max);
	char *unit = strchr(min, ' '), *same = strchr(max, ' ');
	if (unit && same && strcmp(unit, same) == 0) /* it need not stand twice */
		*unit = '\0';
	snprintf(text, size, "%s to %s, default %s", min, max, def);
}

/* What of a text does not fit into the columns, from the last whole word on. */
static const char *overflow(const char *text, int columns)
{
	int at = columns;
	if ((int)strlen(text) <= columns)
		return "";
	while (at > 0 && text[at] != ' ')
		at--;
	return text + at;
}

/* As in the list, but with all digits where that rounds. */
static void value_text(const struct remote_param *p, char *text, size_t size)
{
	float shown;
	char exact[48];
	param_format(&p->row, p->value, text, size);
	if (param_parse(&p->row, text, &shown, NULL) == STATUS_OK && shown == p->value)
		return;
	param_format_exact(&p->row, p->value, exact, sizeof exact);
	if (strlen(exact) <= DIGITS_MAX)
		snprintf(text, size, "%s%s%s", exact, p->row.unit == UNIT_RATIO ? "" : " ", unit_text(p->row.unit));
}

static void draw_param(struct screen *s, int y)
{
	const struct remote_slot *slot = screen_slot(s);
	const struct remote_param *param = screen_param(s);
	char value[64], range[160], text[400];
	int room = s->layout.columns - 1;
	if (!slot || !param)
		return;
	value_text(param, value, sizeof value);
	range_text(&param->row, range, sizeof range);
	snprintf(text, sizeof text, " %s/%s  %s  (%s)%s", slot->id, param->id, value, range,
		param->locked ? " locked" : "");
	canvas_put(&s->canvas, y, 0, s->layout.columns, STYLE_TITLE, text);
	/* Broken where draw_hints takes it up. */
	snprintf(text, sizeof text, "%.*s", (int)(strlen(param->row.help) - strlen(overflow(param->row.help, room))),
		param->row.help);
	canvas_put(&s->canvas, y + 1, 1, s->layout.columns - 1, STYLE_PLAIN, text);
}

/* The names of the keys with a hint, as many as fit; a long help sentence goes on before them. */
static void draw_hints(struct screen *s, int y)
{
	const struct remote_param *param = screen_param(s);
	const char *rest = param ? overflow(param->row.help, s->layout.columns - 1) : "";
	int x = 0, columns = s->layout.columns;
	if (*rest)
		canvas_put(&s->canvas, y, 0, columns, STYLE_PLAIN, rest);
	x = *rest ? (int)strlen(rest) + 2 : 0;
	struct binding key;
	for (size_t i = 0; bindings_at(s, i, &key); i++) {
		char text[64];
		if (!key.hint)
			continue;
		snprintf(text, sizeof text, " %.*s %s ", (int)strcspn(key.name, " "), key.name, key.hint);
		if (x + (int)strlen(text) > columns)
			return;
		canvas_put(&s->canvas, y, x, columns - x, STYLE_DIM, text);
		x += (int)strlen(text);
	}
}

/* What does not fit into one line begins in the one above, where the help stands otherwise. */
static void draw_message(struct screen *s, int y, const char *text)
{
	enum style style = s->message_bad ? STYLE_BAD : STYLE_MARK;
	const char *rest = overflow(text, s->layout.columns);
	if (*rest && rest > text) {
		char first[sizeof s->message + 16];
		snprintf(first, sizeof first, "%.*s", (int)(rest - text), text);
		canvas_clear(&s->canvas, y, 0);
		canvas_put(&s->canvas, y, 0, s->layout.columns, style, first);
		text = rest;
	}
	canvas_put(&s->canvas, y + 1, 0, s->layout.columns, style, text);
}

void frame_foot(struct screen *s)
{
	int y = s->layout.foot_y;
	draw_param(s, y);
	if (s->message[0] && s->now_ms < s->message_until_ms) {
		char text[sizeof s->message + 16];
		snprintf(text, sizeof text, " %s%s", s->message_bad ? "error: " : "", s->message);
		draw_message(s, y + 1, text);
	} else {
		draw_hints(s, y + 2);
	}
}
