/* What the keys do: commands into messages to the rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

#define RECALL_S 2.0f

/* ---- The parameter under the cursor */

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

static bool typed(struct screen *s, int index, const char *text)
{
	(void)index;
	struct reason reason;
	float value;
	const struct remote_param *p = screen_param(s);
	if (!p)
		return true;
	if (param_parse(&p->row, text, &value, &reason) != STATUS_OK) {
		screen_say(s, true, "%s: %s", p->id, reason.text);
		return false;
	}
	set(s, value);
	return true;
}

static void type_value(struct screen *s)
{
	const struct remote_param *p = screen_param(s);
	char title[96], value[64];
	if (!p)
		return;
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

/* ---- Slots */

static void move_selection(struct screen *s, int n)
{
	uint32_t count = remote_n_slots(s->remote);
	if (screen_slot(s))
		screen_select(s, (uint32_t)((int)s->slot_index + n + (int)count) % count);
}

static void flip_host(struct screen *s, uint32_t which)
{
	const struct remote_slot *slot = screen_slot(s);
	if (slot)
		remote_set(s->remote, s->slot_index, slot->n_params + which,
			slot->params[slot->n_params + which].value == 0);
}

static void move_slot(struct screen *s, int n)
{
	const struct remote_slot *slot = screen_slot(s);
	int to = (int)s->slot_index + n;
	if (slot && to >= 0 && to < (int)remote_n_slots(s->remote))
		remote_move(s->remote, slot->id, (uint32_t)to);
}

static const char *const *types(struct screen *s)
{
	return remote_types(s->remote);
}

static bool insert(struct screen *s, int index, const char *type)
{
	(void)index;
	uint32_t at = screen_slot(s) ? s->slot_index + 1 : 0;
	remote_insert(s->remote, type, at);
	/* The new slot's id is the rack's choice, so it is known by its place when it comes. */
	s->awaited_slots = remote_n_slots(s->remote) + 1;
	s->awaited_index = at;
	return true;
}

static bool replace(struct screen *s, int index, const char *type)
{
	(void)index;
	const struct remote_slot *slot = screen_slot(s);
	if (slot)
		remote_replace(s->remote, slot->id, type);
	return true;
}

static const char *const *yes_no(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "keep it", "remove it", NULL };
	return names;
}

/* The slot may have gone or moved while the question stood: its name is in the title. */
static bool remove_slot(struct screen *s, int index, const char *text)
{
	(void)text;
	const struct remote_slot *slot = screen_slot(s);
	if (index == 1 && slot)
		remote_remove(s->remote, slot->id);
	return true;
}

static void ask_remove(struct screen *s)
{
	char title[96];
	if (!screen_slot(s))
		return;
	snprintf(title, sizeof title, "Remove %s from the chain?", s->slot);
	dialog_menu(s, title, yes_no, remove_slot);
}

static void ask_replace(struct screen *s)
{
	char title[96];
	if (!screen_slot(s))
		return;
	snprintf(title, sizeof title, "Replace %s by", s->slot);
	dialog_menu(s, title, types, replace);
}

/* ---- Presets and the rack */

static const char *const *presets(struct screen *s)
{
	return remote_presets(s->remote);
}

static bool load_preset(struct screen *s, int index, const char *name)
{
	(void)index;
	remote_preset_load(s->remote, name);
	return true;
}

static const char *const *scenes(struct screen *s)
{
	return remote_scenes(s->remote);
}

static bool recall_scene(struct screen *s, int index, const char *name)
{
	(void)index;
	remote_scene_recall(s->remote, name, RECALL_S);
	return true;
}

static bool store_scene(struct screen *s, int index, const char *name)
{
	(void)index;
	remote_scene_store(s->remote, name);
	return true;
}

static bool save_preset(struct screen *s, int index, const char *name)
{
	(void)index;
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.-");
	if (!*name || name[length] || length > 64 || name[0] == '.') {
		screen_say(s, true, "a name holds letters, digits, space, _ . and -, 1 to 64 of them, no leading dot");
		return false;
	}
	remote_preset_save(s->remote, name);
	return true;
}

static const char *const *leave_or_stop(struct screen *s)
{
	static const char *const local[] = { "leave it running", "stop the rack", "cancel", NULL };
	static const char *const far[] = { "leave it running", "cancel", NULL };
	return s->options.may_stop ? local : far;
}

static bool quit(struct screen *s, int index, const char *text)
{
	(void)text;
	if (strcmp(leave_or_stop(s)[index], "cancel") == 0)
		return true;
	s->done = true;
	s->end = index == 1 ? TUI_STOPPED : TUI_LEFT;
	return true;
}

static void reset_meters(struct screen *s)
{
	remote_meter_reset(s->remote);
	memset(s->holds, 0, sizeof s->holds);
	screen_say(s, false, "loudness and held peaks start anew");
}

static void set_end(struct screen *s, enum command command)
{
	const struct remote_param *p = screen_param(s);
	if (p)
		set(s, command == COMMAND_MIN ? p->row.min : command == COMMAND_MAX ? p->row.max : p->row.def);
}

static void on_slot(struct screen *s, enum command command, int n)
{
	switch (command) {
	case COMMAND_SLOT:
		move_selection(s, n);
		break;
	case COMMAND_SLOT_BYPASS:
		flip_host(s, 0);
		break;
	case COMMAND_SOLO:
		flip_host(s, 1);
		break;
	case COMMAND_DELTA:
		flip_host(s, 2);
		break;
	case COMMAND_MOVE:
		move_slot(s, n);
		break;
	case COMMAND_INSERT:
		dialog_menu(s, "Insert", types, insert);
		break;
	case COMMAND_REPLACE:
		ask_replace(s);
		break;
	case COMMAND_REMOVE:
		ask_remove(s);
		break;
	default:
		break;
	}
}

static void on_rack(struct screen *s, enum command command)
{
	switch (command) {
	case COMMAND_BYPASS:
		remote_set_bypass(s->remote, remote_rack_bypass(s->remote)->value == 0);
		break;
	case COMMAND_MATCH:
		remote_set_match(s->remote, remote_rack_match(s->remote)->value == 0);
		screen_say(s, false, "bypass at matched loudness: %s",
			remote_rack_match(s->remote)->value != 0 ? "on" : "off");
		break;
	case COMMAND_UNDO:
		remote_undo(s->remote);
		break;
	case COMMAND_REDO:
		remote_redo(s->remote);
		break;
	case COMMAND_STORE:
		dialog_input(s, "Store scene as", "", store_scene);
		break;
	case COMMAND_RECALL:
		dialog_menu(s, "Recall scene", scenes, recall_scene);
		break;
	case COMMAND_PRESETS:
		dialog_menu(s, "Load preset", presets, load_preset);
		break;
	case COMMAND_SAVE:
		dialog_input(s, "Save preset as", "", save_preset);
		break;
	case COMMAND_RESET:
		reset_meters(s);
		break;
	case COMMAND_CURVE:
		s->curve_flipped = !s->curve_flipped;
		break;
	case COMMAND_REDRAW:
		clearok(curscr, TRUE);
		break;
	case COMMAND_HELP:
		dialog_help(s);
		break;
	case COMMAND_QUIT:
		dialog_menu(s, "Quit: what of the rack?", leave_or_stop, quit);
		break;
	default:
		break;
	}
}

void command_run(struct screen *s, const struct key *key)
{
	switch (key->command) {
	case COMMAND_LINE:
		move_line(s, (int)key->amount);
		break;
	case COMMAND_SIDE:
		move_side(s, (int)key->amount);
		break;
	case COMMAND_STEP:
		step(s, key->amount);
		break;
	case COMMAND_MIN:
	case COMMAND_MAX:
	case COMMAND_DEFAULT:
		set_end(s, key->command);
		break;
	case COMMAND_TYPE:
		type_value(s);
		break;
	case COMMAND_TOGGLE:
		toggle(s);
		break;
	case COMMAND_SIDE_ABCD:
		remote_hear_side(s->remote, (char)key->amount);
		break;
	default:
		on_slot(s, key->command, (int)key->amount);
		on_rack(s, key->command);
	}
}
