/* What the keys do: slots selected, switched, moved, inserted, replaced, removed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"
#include "tui/ask.h"

#include <stdio.h>
#include <string.h>

static void move_selection(struct screen *s, float n)
{
	uint32_t count = remote_n_slots(s->remote);
	if (screen_slot(s))
		screen_select(s, (uint32_t)((int)s->slot_index + (int)n + (int)count) % count);
}

static void flip(struct screen *s, const struct remote_slot *slot, uint32_t param)
{
	remote_set(s->remote, s->slot_index, param, slot->params[param].value == 0);
}

static void flip_bypass(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_slot *slot = screen_slot(s);
	if (slot)
		flip(s, slot, slot->bypass);
}

static void flip_solo(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_slot *slot = screen_slot(s);
	if (slot)
		flip(s, slot, slot->solo);
}

static void flip_delta(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_slot *slot = screen_slot(s);
	if (slot)
		flip(s, slot, slot->delta);
}

static void move_slot(struct screen *s, float n)
{
	const struct remote_slot *slot = screen_slot(s);
	int to = (int)s->slot_index + (int)n;
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
	if (slot && ask_subject_stays(s))
		remote_replace(s->remote, slot->id, type);
	return true;
}

static const char *const *cancel_or_remove(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "Cancel", "Remove", NULL };
	return names;
}

static bool remove_slot(struct screen *s, int index, const char *text)
{
	(void)text;
	const struct remote_slot *slot = screen_slot(s);
	if (index == 1 && slot && ask_subject_stays(s))
		remote_remove(s->remote, slot->id);
	return true;
}

static void ask_remove(struct screen *s, float amount)
{
	(void)amount;
	char title[96];
	if (!screen_slot(s))
		return;
	snprintf(title, sizeof title, "Remove %s from the chain?", s->slot);
	ask_menu(s, title, cancel_or_remove, remove_slot);
}

static void ask_replace(struct screen *s, float amount)
{
	(void)amount;
	char title[96];
	if (!screen_slot(s))
		return;
	snprintf(title, sizeof title, "Replace %s with", s->slot);
	ask_menu(s, title, types, replace);
}

static void ask_insert(struct screen *s, float amount)
{
	(void)amount;
	ask_menu(s, "Insert", types, insert);
}

static const struct key rows[] = {
	{ { '\t', ']' }, "Tab ]", "slot", "next slot", move_selection, 1 },
	{ { KEY_BTAB, '[' }, "S-Tab [", NULL, "previous slot", move_selection, -1 },
	{ { 'B', 'x' }, "B x", NULL, "bypass this slot", flip_bypass, 0 },
	{ { 'a' }, "a", NULL, "solo: listen to this slot alone", flip_solo, 0 },
	{ { 'c' }, "c", NULL, "delta: listen to what this slot changes", flip_delta, 0 },
	{ { '<' }, "<", NULL, "move this slot towards the input", move_slot, -1 },
	{ { '>' }, ">", NULL, "move this slot towards the output", move_slot, 1 },
	{ { 'i', KEY_IC }, "i Ins", "insert", "insert a module after this slot", ask_insert, 0 },
	{ { 'r' }, "r", NULL, "replace this slot's module", ask_replace, 0 },
	{ { 'D', KEY_DC }, "D Del", NULL, "remove this slot (asks first)", ask_remove, 0 },
};
const struct keymap action_slot_keys = KEYMAP(rows);
