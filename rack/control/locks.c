/* Locked parameters: where a person's word differs from the row's, and what stays for them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/locks.h"

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

static void keep_slot(const struct locks *l, const struct rack_slot *now, struct rack_slot *wanted)
{
	for (uint32_t p = 0; p < slot_n_params(now); p++)
		if (locks_is(l, now, p))
			wanted->values[p] = now->values[p];
}

void locks_keep(const struct locks *l, const struct rack *now, struct rack *wanted)
{
	for (uint32_t i = 0; i < now->n_slots; i++)
		for (uint32_t k = 0; k < wanted->n_slots; k++)
			if (wanted->slots[k].uid == now->slots[i].uid)
				keep_slot(l, &now->slots[i], &wanted->slots[k]);
}

bool locks_hold(const struct locks *l, uint32_t uid)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->list[i].uid == uid)
			return true;
	return false;
}
