/* What the keys do: slots selected, switched, moved, inserted, replaced, removed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"

#include <stdio.h>
#include <string.h>

static void move_selection(struct screen *s, int n)
{
	uint32_t count = remote_n_slots(s->remote);
	if (screen_slot(s))
		screen_select(s, (uint32_t)((int)s->slot_index + n + (int)count) % count);
}

static void flip_host(struct screen *s, enum host_param which)
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
	if (slot && action_subject_stays(s))
		remote_replace(s->remote, slot->id, type);
	return true;
}

static const char *const *yes_no(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "keep it", "remove it", NULL };
	return names;
}

static bool remove_slot(struct screen *s, int index, const char *text)
{
	(void)text;
	const struct remote_slot *slot = screen_slot(s);
	if (index == 1 && slot && action_subject_stays(s))
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

void action_slot(struct screen *s, enum action action, int n)
{
	switch (action) {
	case ACTION_SLOT:
		move_selection(s, n);
		break;
	case ACTION_SLOT_BYPASS:
		flip_host(s, HOST_BYPASS);
		break;
	case ACTION_SOLO:
		flip_host(s, HOST_SOLO);
		break;
	case ACTION_DELTA:
		flip_host(s, HOST_DELTA);
		break;
	case ACTION_MOVE:
		move_slot(s, n);
		break;
	case ACTION_INSERT:
		dialog_menu(s, "Insert", types, insert);
		break;
	case ACTION_REPLACE:
		ask_replace(s);
		break;
	case ACTION_REMOVE:
		ask_remove(s);
		break;
	default:
		break;
	}
}
