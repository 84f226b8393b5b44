/* What the terminal UI knows besides the rack: where the cursor is, what is asked, what was said. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MS = 6000 };

void screen_select(struct screen *s, uint32_t index)
{
	uint32_t n = remote_n_slots(s->remote);
	s->slot[0] = '\0';
	s->slot_index = 0;
	if (n == 0)
		return;
	s->slot_index = index < n ? index : n - 1;
	snprintf(s->slot, sizeof s->slot, "%s", remote_slot(s->remote, s->slot_index)->id);
}

/* Others edit the chain too: follow the slot by its id, and where it is gone stay at its place. */
static void follow(struct screen *s)
{
	uint32_t n = remote_n_slots(s->remote);
	if (s->awaited_slots && n >= s->awaited_slots) {
		s->awaited_slots = 0;
		screen_select(s, s->awaited_index);
	}
	for (uint32_t i = 0; i < n; i++)
		if (strcmp(remote_slot(s->remote, i)->id, s->slot) == 0) {
			s->slot_index = i;
			return;
		}
	screen_select(s, s->slot_index);
}

static uint32_t n_known(const struct remote_slot *slot)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < slot->n_rows; i++)
		n += slot->params[i].known;
	return n;
}

const struct remote_slot *screen_slot(struct screen *s)
{
	follow(s);
	if (!s->slot[0])
		return NULL;
	const struct remote_slot *slot = remote_slot(s->remote, s->slot_index);
	char key[sizeof s->page_key];
	snprintf(key, sizeof key, "%s/%s/%u/%u", slot->id, slot->type, slot->n_rows, n_known(slot));
	if (strcmp(key, s->page_key) != 0) {
		page_build(&s->page, slot);
		memcpy(s->page_key, key, sizeof key);
	}
	return slot;
}

static struct place *find_place(struct screen *s)
{
	for (uint32_t i = 0; i < SCREEN_SLOTS_MAX; i++)
		if (strcmp(s->places[i].slot, s->slot) == 0)
			return &s->places[i];
	struct place *place = &s->places[s->next_place++ % SCREEN_SLOTS_MAX];
	memset(place, 0, sizeof *place);
	snprintf(place->slot, sizeof place->slot, "%s", s->slot);
	return place;
}

struct place *screen_place(struct screen *s)
{
	const struct remote_slot *slot = screen_slot(s);
	struct place *place = find_place(s);
	uint32_t line, cell;
	if (slot && !page_find(&s->page, place->param, &line, &cell))
		place->param = 0;
	return place;
}

const struct remote_param *screen_param(struct screen *s)
{
	const struct remote_slot *slot = screen_slot(s);
	if (!slot)
		return NULL;
	const struct remote_param *param = &slot->params[screen_place(s)->param];
	return param->known ? param : NULL;
}

void screen_subject(struct screen *s, char *text, size_t size)
{
	const struct remote_slot *slot = screen_slot(s);
	snprintf(text, size, "%s%s%s", slot ? slot->id : "", slot ? " " : "", slot ? slot->type : "");
}

void screen_say(struct screen *s, bool bad, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	vsnprintf(s->message, sizeof s->message, format, values);
	va_end(values);
	s->message_bad = bad;
	s->message_until_ms = s->now_ms + MESSAGE_MS;
}
