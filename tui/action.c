/* What the keys do: the parameter under the cursor, and who is to see to the rest. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"

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

static void toggle(struct screen *s)
{
	const struct remote_param *p = screen_param(s);
	if (!p)
		return;
	if (p->row.scale == SCALE_TOGGLE)
		set(s, p->value == 0);
	else if (p->row.scale == SCALE_CHOICE)
		set(s, p->value < p->row.max ? p->value + 1 : 0);
	else
		screen_say(s, false, "%s is no switch: Enter types a value", p->row.label);
}

bool action_subject_stays(struct screen *s)
{
	char now[DIALOG_SUBJECT_SIZE];
	screen_subject(s, now, sizeof now);
	if (strcmp(now, s->dialog.subject) == 0)
		return true;
	screen_say(s, true, "%s has gone or changed", s->dialog.subject);
	return false;
}

static bool typed(struct screen *s, int index, const char *text)
{
	(void)index;
	struct reason reason;
	float value;
	const struct remote_param *p = screen_param(s);
	if (!action_subject_stays(s) || !p || !text[strspn(text, " ")])
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
	if (action_subject_stays(s))
		set(s, (float)index);
	return true;
}

static void flip_lock(struct screen *s)
{
	const struct remote_param *p = screen_param(s);
	if (!p)
		return;
	enum remote_lock now = remote_lock(s->remote, s->slot_index, screen_place(s)->param);
	if (now == REMOTE_LOCK_UNKNOWN) {
		screen_say(s, true, "whether %s is locked is not known yet", p->id);
		return;
	}
	remote_set_lock(s->remote, s->slot_index, screen_place(s)->param, now == REMOTE_UNLOCKED);
	screen_say(s, false,
		now == REMOTE_UNLOCKED ? "%s is locked: scenes and presets leave it alone"
				       : "%s is not locked: scenes and presets change it",
		p->id);
}

static void type_value(struct screen *s)
{
	const struct remote_param *p = screen_param(s);
	char title[96], value[64];
	if (!p)
		return;
	if (p->row.choices) {
		dialog_menu(s, p->row.label, choices, chosen);
		s->dialog.cursor = (int)p->value;
		return;
	}
	param_format(&p->row, p->value, value, sizeof value);
	snprintf(title, sizeof title, "%s, now %s", p->row.label, value);
	dialog_input(s, title, "", typed);
}

static void move_line(struct screen *s, int lines)
{
	const struct remote_slot *slot = screen_slot(s);
	struct place *place = screen_place(s);
	if (slot)
		place->param = page_move(&s->page, place->param, lines, place->cell);
}

static void move_side(struct screen *s, int n)
{
	struct place *place = screen_place(s);
	uint32_t line, cell;
	if (!screen_slot(s) || !page_find(&s->page, place->param, &line, &cell))
		return;
	if (s->page.lines[line].kind == PAGE_SINGLE) {
		step(s, (float)n);
		return;
	}
	place->param = page_move_cell(&s->page, place->param, n);
	if (page_find(&s->page, place->param, &line, &cell))
		place->cell = cell;
}

static void set_end(struct screen *s, enum action action)
{
	const struct remote_param *p = screen_param(s);
	if (p)
		set(s, action == ACTION_MIN ? p->row.min : action == ACTION_MAX ? p->row.max : p->row.def);
}

void action_run(struct screen *s, const struct key *key)
{
	switch (key->action) {
	case ACTION_LINE:
		move_line(s, (int)key->amount);
		break;
	case ACTION_SIDE:
		move_side(s, (int)key->amount);
		break;
	case ACTION_STEP:
		step(s, key->amount);
		break;
	case ACTION_MIN:
	case ACTION_MAX:
	case ACTION_DEFAULT:
		set_end(s, key->action);
		break;
	case ACTION_TYPE:
		type_value(s);
		break;
	case ACTION_TOGGLE:
		toggle(s);
		break;
	case ACTION_LOCK:
		flip_lock(s);
		break;
	case ACTION_SIDE_ABCD:
		remote_hear_side(s->remote, (char)key->amount);
		screen_say(s, false, "side %c is heard and changed from now on", (char)key->amount);
		break;
	default:
		action_slot(s, key->action, (int)key->amount);
		action_rack(s, key->action);
	}
}
