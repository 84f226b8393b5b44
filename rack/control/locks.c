/* Locked parameters: where a person's word differs from the row's, and what stays for them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/locks.h"

#include <stdio.h>

static uint32_t find(const struct locks *l, uint32_t uid, uint32_t param)
{
	uint32_t i = 0;
	while (i < l->n && !(l->list[i].uid == uid && l->list[i].param == param))
		i++;
	return i;
}

bool locks_is(const struct locks *l, const struct rack_slot *slot, uint32_t param)
{
	uint32_t i = find(l, slot->uid, param);
	return i < l->n ? l->list[i].locked : slot_param(slot, param)->lock;
}

static void drop_gone(struct locks *l, const struct rack *now)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < l->n; i++)
		if (rack_find_uid(now, l->list[i].uid) >= 0)
			l->list[kept++] = l->list[i];
	l->n = kept;
}

enum status locks_set(
	struct locks *l, const struct rack *now, uint32_t slot, uint32_t param, bool locked, struct reason *reason)
{
	uint32_t uid = now->slots[slot].uid, i = find(l, uid, param);
	if (locked == slot_param(&now->slots[slot], param)->lock) {
		if (i < l->n)
			l->list[i] = l->list[--l->n];
		return STATUS_OK;
	}
	if (i == LOCKS_MAX) {
		drop_gone(l, now);
		i = l->n;
	}
	if (i == LOCKS_MAX)
		return reason_set(
			reason, STATUS_FULL, "%d locks at most can differ from the parameters' own", LOCKS_MAX);
	l->list[i].uid = uid;
	l->list[i].param = param;
	l->list[i].locked = locked;
	l->n += i == l->n;
	return STATUS_OK;
}

/* A sentence that grows; what finds no room is counted. */
struct sentence {
	const char *source;
	struct reason *text; /* NULL: nobody wants it */
	size_t used;
	uint32_t left_out;
};

enum { ROOM_FOR_COUNT = 24 };

static void say(struct sentence *s, const struct rack_slot *slot, const struct param *p, float kept, float wanted)
{
	char is[32], has[32];
	if (!s->text)
		return;
	size_t room = sizeof s->text->text - ROOM_FOR_COUNT - s->used;
	param_format(p, kept, is, sizeof is);
	param_format(p, wanted, has, sizeof has);
	int n = snprintf(s->text->text + s->used, room, "%s%s %s %s, the %s has %s",
		s->used ? "; " : "kept, locked: ", slot->id, p->id, is, s->source, has);
	if (n > 0 && (size_t)n < room)
		s->used += (size_t)n;
	else
		s->left_out++;
	s->text->text[s->used] = '\0';
}

static void keep_slot(const struct locks *l, const struct rack_slot *now, struct rack_slot *wanted, struct sentence *s)
{
	for (uint32_t p = 0; p < slot_n_params(now); p++) {
		if (!locks_is(l, now, p) || wanted->values[p] == now->values[p])
			continue;
		say(s, now, slot_param(now, p), now->values[p], wanted->values[p]);
		wanted->values[p] = now->values[p];
	}
}

void locks_keep(
	const struct locks *l, const struct rack *now, struct rack *wanted, const char *source, struct reason *kept)
{
	struct sentence sentence = { .source = source, .text = kept };
	if (kept)
		kept->text[0] = '\0';
	for (uint32_t i = 0; i < now->n_slots; i++)
		for (uint32_t k = 0; k < wanted->n_slots; k++)
			if (wanted->slots[k].uid == now->slots[i].uid)
				keep_slot(l, &now->slots[i], &wanted->slots[k], &sentence);
	if (sentence.left_out)
		snprintf(kept->text + sentence.used, ROOM_FOR_COUNT, "; and %u more", sentence.left_out);
}

bool locks_hold(const struct locks *l, uint32_t uid)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->list[i].uid == uid)
			return true;
	return false;
}
