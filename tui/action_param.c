/* What the keys do: the parameter under the cursor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"
#include "tui/ask.h"

#include <stdio.h>
#include <string.h>

static void set(struct screen *s, float value)
{
	if (screen_param(s))
		remote_set(s->remote, s->slot_index, screen_place(s)->param, value);
}

static void step(struct screen *s, float n)
{
	const struct remote_param *p = screen_param(s);
	if (p)
		set(s, param_step(&p->row, p->value, n));
}

static void set_min(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	if (p)
		set(s, p->row.min);
}

static void set_max(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	if (p)
		set(s, p->row.max);
}

static void set_default(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	if (p)
		set(s, p->row.def);
}

static void toggle(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	if (!p)
		return;
	if (p->row.scale == SCALE_TOGGLE)
		set(s, p->value == 0);
	else if (p->row.scale == SCALE_CHOICE)
		set(s, p->value < p->row.max ? p->value + 1 : 0);
	else
		screen_say(s, false, "%s is not a switch: Enter types a value", p->row.label);
}

static void flip_lock(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	if (!p)
		return;
	if (!remote_locks_known(s->remote)) {
		screen_say(s, true, "the rack has not answered yet whether %s is locked", p->id);
		return;
	}
	remote_set_lock(s->remote, s->slot_index, screen_place(s)->param, !p->locked);
	screen_say(s, false,
		p->locked ? "%s is locked: scenes and presets do not change it"
			  : "%s is unlocked: scenes and presets change it",
		p->id);
}

/* ---- Typing a value */

static bool typed(struct screen *s, int index, const char *text)
{
	(void)index;
	struct reason reason;
	float value;
	const struct remote_param *p = screen_param(s);
	if (!ask_subject_stays(s) || !p || !text[strspn(text, " ")])
		return true;
	if (param_parse(&p->row, text, &value, &reason) != STATUS_OK) {
		screen_say(s, true, "%s: %s", p->id, reason.text);
		return false;
	}
	set(s, value);
	return true;
}

static const char *const *choices(struct screen *s)
{
	static const char *const none[] = { NULL };
	const struct remote_param *p = screen_param(s);
	return p && p->row.choices ? p->row.choices : none;
}

static bool chosen(struct screen *s, int index, const char *text)
{
	(void)text;
	if (ask_subject_stays(s))
		set(s, (float)index);
	return true;
}

static void ask_value(struct screen *s, const struct remote_param *p, const char *text)
{
	char title[96], value[64];
	param_format(&p->row, p->value, value, sizeof value);
	snprintf(title, sizeof title, "%s, now %s", p->row.label, value);
	ask_line(s, title, text, typed);
	s->dialog.selected = false; /* what is typed next goes on behind a first digit */
}

static void type_value(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	if (!p)
		return;
	if (!p->row.choices) {
		ask_value(s, p, "");
		return;
	}
	ask_menu(s, p->row.label, choices, chosen);
	s->dialog.cursor = (int)p->value;
}

/* A digit on a parameter with a number is the first of the value. */
static void type_digit(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_param *p = screen_param(s);
	const char text[2] = { (char)s->code, '\0' };
	if (p && (p->row.scale == SCALE_LINEAR || p->row.scale == SCALE_LOG))
		ask_value(s, p, text);
}

/* ---- Moving the cursor */

static void move_line(struct screen *s, float lines)
{
	const struct remote_slot *slot = screen_slot(s);
	struct place *place = screen_place(s);
	if (slot)
		place->param = page_move(&s->page, place->param, (int)lines, place->cell);
}

static void move_side(struct screen *s, float n)
{
	struct place *place = screen_place(s);
	uint32_t line, cell;
	if (!screen_slot(s) || !page_find(&s->page, place->param, &line, &cell))
		return;
	if (s->page.lines[line].kind == PAGE_SINGLE) {
		step(s, n);
		return;
	}
	place->param = page_move_cell(&s->page, place->param, (int)n);
	if (page_find(&s->page, place->param, &line, &cell))
		place->cell = cell;
}

static const struct key rows[] = {
	{ { KEY_UP, 'k' }, "Up k", NULL, "previous parameter", move_line, -1 },
	{ { KEY_DOWN, 'j' }, "Down j", NULL, "next parameter", move_line, 1 },
	{ { KEY_HOME }, "Home", NULL, "first parameter", move_line, -PAGE_LINES_MAX },
	{ { KEY_END }, "End", NULL, "last parameter", move_line, PAGE_LINES_MAX },
	{ { KEY_LEFT, 'h' }, "Left h", NULL, "one step down; in a table, the cell to the left", move_side, -1 },
	{ { KEY_RIGHT, 'l' }, "Right l", NULL, "one step up; in a table, the cell to the right", move_side, 1 },
	{ { '+', '=' }, "+ =", NULL, "one step up", step, 1 },
	{ { '-', '_' }, "- _", NULL, "one step down", step, -1 },
	{ { KEY_PPAGE }, "PgUp", NULL, "ten steps up", step, 10 },
	{ { KEY_NPAGE }, "PgDn", NULL, "ten steps down", step, -10 },
	{ { '.', KEY_SRIGHT }, ". S-Right", NULL, "a tenth of a step up", step, 0.1f },
	{ { ',', KEY_SLEFT }, ", S-Left", NULL, "a tenth of a step down", step, -0.1f },
	{ { '\r', '\n', KEY_ENTER }, "Enter", "type", "type a value, with or without its unit; choose", type_value, 0 },
	{ { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' }, "0 to 9", NULL, "the first digit of a value to type",
		type_digit, 0 },
	{ { ' ' }, "Space", NULL, "switch on or off; next choice", toggle, 0 },
	{ { 'd', KEY_BACKSPACE, 0x7f }, "d Bksp", NULL, "default value", set_default, 0 },
	{ { '{' }, "{", NULL, "minimum value", set_min, 0 },
	{ { '}' }, "}", NULL, "maximum value", set_max, 0 },
	{ { 'L' }, "L", NULL, "lock or unlock: scenes and presets do not change it", flip_lock, 0 },
};
const struct keymap action_param_keys = KEYMAP(rows);
