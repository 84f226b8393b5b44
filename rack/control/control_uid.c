/* Numbers of slots: by them the audio thread knows a slot again, so none is given that anything still holds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/change.h"
#include "rack/control/control_private.h"

static bool holds(const struct rack *rack, uint32_t uid)
{
	for (uint32_t i = 0; rack && i < rack->n_slots; i++)
		if (rack->slots[i].uid == uid)
			return true;
	return false;
}

static bool is_held(const struct control *c, uint32_t uid)
{
	bool held = holds(&c->rack, uid) || holds(c->glide_from, uid);
	for (uint32_t i = 0; i < c->undo.n_past; i++)
		held |= holds(&c->undo.past[i]->rack, uid);
	for (uint32_t i = 0; i < c->undo.n_future; i++)
		held |= holds(&c->undo.future[i]->rack, uid);
	for (uint32_t i = 0; i < c->n_scenes; i++)
		held |= holds(&c->scenes[i]->rack, uid);
	for (int i = 0; i < AB_SIDES; i++)
		held |= holds(c->sides[i], uid);
	for (uint32_t i = 0; i < c->n_locks; i++)
		held |= c->locks[i].uid == uid;
	return held;
}

uint32_t control_new_uid(struct control *c)
{
	do
		c->last_uid++;
	while (c->last_uid == 0 || c->last_uid >= CHANGE_SAFE_GAIN_UID || is_held(c, c->last_uid));
	return c->last_uid;
}
