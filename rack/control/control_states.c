/* Scenes, the four sides, locks: whole models that the model becomes in one transaction. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include "rack/base/memory.h"
#include "rack/base/name.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Locks */

bool control_locked(const struct control *c, uint32_t slot, uint32_t param)
{
	if (slot == RACK_ITSELF)
		return false;
	const struct rack_slot *model = &c->rack.slots[slot];
	for (uint32_t i = 0; i < c->n_locks; i++)
		if (c->locks[i].uid == model->uid && c->locks[i].param == param)
			return c->locks[i].locked;
	return slot_param(model, param)->lock;
}

static uint32_t find_lock(const struct control *c, uint32_t uid, uint32_t param)
{
	uint32_t i = 0;
	while (i < c->n_locks && !(c->locks[i].uid == uid && c->locks[i].param == param))
		i++;
	return i;
}

static void drop_lock(struct control *c, uint32_t uid, uint32_t param)
{
	uint32_t i = find_lock(c, uid, param);
	if (i < c->n_locks)
		c->locks[i] = c->locks[--c->n_locks];
}

/* Slots that have gone may come back by undo, and find their locks unless others need the room. */
static void drop_gone(struct control *c)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < c->n_locks; i++)
		for (uint32_t k = 0; k < c->rack.n_slots; k++)
			if (c->rack.slots[k].uid == c->locks[i].uid)
				c->locks[kept++] = c->locks[i];
	c->n_locks = kept;
}

static bool add_lock(struct control *c, uint32_t uid, uint32_t param, bool locked)
{
	if (find_lock(c, uid, param) == LOCKS_MAX)
		drop_gone(c);
	uint32_t i = find_lock(c, uid, param);
	if (i == LOCKS_MAX)
		return false;
	c->locks[i].uid = uid;
	c->locks[i].param = param;
	c->locks[i].locked = locked;
	c->n_locks += i == c->n_locks;
	return true;
}

enum status control_lock(struct control *c, uint32_t slot, uint32_t param, bool locked, struct reason *reason)
{
	if (slot == RACK_ITSELF)
		return reason_set(
			reason, STATUS_BAD_VALUE, "scenes and presets leave the rack's own rows alone anyway");
	if (locked == slot_param(&c->rack.slots[slot], param)->lock)
		drop_lock(c, c->rack.slots[slot].uid, param);
	else if (!add_lock(c, c->rack.slots[slot].uid, param, locked))
		return reason_set(reason, STATUS_FULL, "%d locks at most can differ from the rows' own", LOCKS_MAX);
	control_tell_states(c);
	return STATUS_OK;
}

/* ---- Becoming another model */

/* Slots that both have (same id and type) stay the same slots; one that was there before is itself again. */
static void give_uids(struct control *c, struct rack *wanted)
{
	for (uint32_t i = 0; i < wanted->n_slots; i++) {
		struct rack_slot *slot = &wanted->slots[i];
		int same = rack_find_slot(&c->rack, slot->id);
		bool stays = same >= 0 && c->rack.slots[same].module == slot->module;
		if (stays)
			slot->uid = c->rack.slots[same].uid;
		else if (!slot->uid)
			slot->uid = control_new_uid(c);
	}
}

static void keep_locked(const struct control *c, struct rack *wanted)
{
	for (uint32_t i = 0; i < c->rack.n_slots; i++)
		for (uint32_t k = 0; k < wanted->n_slots; k++) {
			const struct rack_slot *now = &c->rack.slots[i];
			for (uint32_t p = 0; now->uid == wanted->slots[k].uid && p < slot_n_params(now); p++)
				if (control_locked(c, i, p))
					wanted->slots[k].values[p] = now->values[p];
		}
}

static bool same_chain(const struct rack *a, const struct rack *b)
{
	bool same = a->n_slots == b->n_slots;
	for (uint32_t i = 0; same && i < a->n_slots; i++)
		same = a->slots[i].uid == b->slots[i].uid;
	return same;
}

/* Only values differ: each that does is told by itself. */
static void become_values(struct control *c, const struct rack *wanted, unsigned origin)
{
	for (uint32_t i = 0; i < wanted->n_slots; i++)
		for (uint32_t p = 0; p < slot_n_params(&wanted->slots[i]); p++) {
			float value = wanted->slots[i].values[p];
			if (c->rack.slots[i].values[p] == value)
				continue;
			c->rack.slots[i].values[p] = value;
			control_row_changed(c, i, p);
			control_tell_value(c, i, p, value, origin);
		}
	control_changed(c);
}

static void become_chain(struct control *c, const struct rack *wanted, uint32_t glide_ms, unsigned origin)
{
	if (glide_ms && !c->glide_from)
		c->glide_from = malloc(sizeof *c->glide_from);
	if (c->glide_from)
		*c->glide_from = c->rack; /* without memory for it the slots' rows just glide as fast as they can */
	memcpy(c->rack.slots, wanted->slots, sizeof c->rack.slots);
	c->rack.n_slots = wanted->n_slots;
	control_edited(c, origin);
}

void control_recall(struct control *c, const struct rack *rack, unsigned what, uint32_t glide_ms, unsigned origin)
{
	struct rack wanted = *rack;
	give_uids(c, &wanted);
	if (!(what & RECALL_LOCKED))
		keep_locked(c, &wanted);
	control_record(c, UINT32_MAX, 0, origin);
	if (glide_ms && c->depth == 0)
		control_flush(c, 0); /* what waits is no part of the glide */
	control_begin(c, c->stamp);
	c->glide_ms = glide_ms;
	bool retitled = strcmp(c->rack.title, wanted.title) != 0;
	memcpy(c->rack.title, wanted.title, sizeof c->rack.title);
	for (uint32_t i = 0; (what & RECALL_RACK_ROWS) && i < N_RACK_PARAMS; i++) {
		if (c->rack.values[i] == wanted.values[i])
			continue;
		c->rack.values[i] = wanted.values[i];
		c->rack_dirty[i] = true;
		control_tell_value(c, RACK_ITSELF, i, wanted.values[i], origin);
	}
	if (!same_chain(&c->rack, &wanted)) {
		become_chain(c, &wanted, glide_ms, origin);
	} else {
		become_values(c, &wanted, origin);
		if (retitled)
			control_tell_chain(c, origin);
	}
	control_end(c);
}

void control_load(struct control *c, const struct rack *rack, unsigned origin)
{
	control_recall(c, rack, RECALL_LOCKED | RECALL_RACK_ROWS, 0, origin);
}

/* ---- Scenes */

static struct scene *find_scene(const struct control *c, const char *name)
{
	for (uint32_t i = 0; i < c->n_scenes; i++)
		if (strcmp(c->scenes[i]->name, name) == 0)
			return c->scenes[i];
	return NULL;
}

enum status control_scene_put(struct control *c, const char *name, const struct rack *rack, struct reason *reason)
{
	struct scene *scene = find_scene(c, name);
	enum status status = name_check(NAME_OF_SCENE, name, reason);
	if (status != STATUS_OK)
		return status;
	if (!scene && c->n_scenes == SCENES_MAX)
		return reason_set(reason, STATUS_FULL, "there are %d scenes already", SCENES_MAX);
	if (!scene) {
		scene = memory_new(sizeof *scene);
		if (!scene)
			return reason_set(reason, STATUS_NO_MEMORY, "no memory for the scene");
		snprintf(scene->name, sizeof scene->name, "%s", name);
		c->scenes[c->n_scenes++] = scene;
	}
	scene->rack = *rack;
	control_tell_states(c);
	return STATUS_OK;
}

enum status control_scene_store(struct control *c, const char *name, struct reason *reason)
{
	return control_scene_put(c, name, &c->rack, reason);
}

enum status control_scene_recall(
	struct control *c, const char *name, float seconds, unsigned origin, struct reason *reason)
{
	const struct scene *scene = find_scene(c, name);
	if (!scene)
		return reason_set(reason, STATUS_UNKNOWN, "there is no scene '%.64s'", name);
	if (!(seconds >= 0 && seconds <= SCENE_SECONDS_MAX))
		return reason_set(reason, STATUS_BAD_VALUE, "a scene fades in 0 to %d seconds", SCENE_SECONDS_MAX);
	struct rack rack = scene->rack;
	memcpy(rack.title, c->rack.title, sizeof rack.title);
	control_recall(c, &rack, 0, (uint32_t)lrintf(seconds * 1000), origin);
	return STATUS_OK;
}

enum status control_scene_delete(struct control *c, const char *name, struct reason *reason)
{
	uint32_t i = 0;
	while (i < c->n_scenes && strcmp(c->scenes[i]->name, name) != 0)
		i++;
	if (i == c->n_scenes)
		return reason_set(reason, STATUS_UNKNOWN, "there is no scene '%.64s'", name);
	free(c->scenes[i]);
	memmove(c->scenes + i, c->scenes + i + 1, (--c->n_scenes - i) * sizeof c->scenes[0]);
	control_tell_states(c);
	return STATUS_OK;
}

uint32_t control_n_scenes(const struct control *c)
{
	return c->n_scenes;
}

const char *control_scene_name(const struct control *c, uint32_t index)
{
	return c->scenes[index]->name;
}

const struct rack *control_scene_rack(const struct control *c, uint32_t index)
{
	return &c->scenes[index]->rack;
}

/* ---- A, B, C, D */

enum status control_keep_side(struct control *c, uint32_t side, const struct rack *rack, struct reason *reason)
{
	if (!c->sides[side])
		c->sides[side] = memory_new(sizeof *c->sides[side]);
	if (!c->sides[side])
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the side");
	*c->sides[side] = *rack;
	control_tell_states(c);
	return STATUS_OK;
}

static enum status check_side(uint32_t side, struct reason *reason)
{
	return side < AB_SIDES ? STATUS_OK : reason_set(reason, STATUS_UNKNOWN, "the sides are a, b, c and d");
}

enum status control_ab(struct control *c, uint32_t side, unsigned origin, struct reason *reason)
{
	enum status status = check_side(side, reason);
	if (status != STATUS_OK || side == c->side)
		return status;
	status = control_keep_side(c, c->side, &c->rack, reason);
	if (status != STATUS_OK)
		return status;
	control_begin(c, c->stamp);
	control_record(c, UINT32_MAX, 0, origin); /* undo goes back to the side, too */
	c->side = side;
	control_tell_states(c);
	if (c->sides[side])
		control_recall(c, c->sides[side], 0, 0, origin);
	control_end(c);
	return STATUS_OK;
}

uint32_t control_ab_side(const struct control *c)
{
	return c->side;
}

enum status control_ab_copy(struct control *c, uint32_t from, uint32_t to, unsigned origin, struct reason *reason)
{
	enum status status = check_side(from, reason);
	if (status == STATUS_OK)
		status = check_side(to, reason);
	if (status != STATUS_OK || from == to)
		return status;
	const struct rack *source = from == c->side || !c->sides[from] ? &c->rack : c->sides[from];
	if (to != c->side)
		return control_keep_side(c, to, source, reason);
	control_recall(c, source, 0, 0, origin);
	return STATUS_OK;
}

const struct rack *control_ab_rack(const struct control *c, uint32_t side)
{
	return side == c->side ? NULL : c->sides[side];
}

enum status control_ab_put(struct control *c, uint32_t side, const struct rack *rack, struct reason *reason)
{
	enum status status = check_side(side, reason);
	if (status != STATUS_OK || rack)
		return status == STATUS_OK ? control_keep_side(c, side, rack, reason) : status;
	c->side = side;
	control_tell_states(c);
	return STATUS_OK;
}

void control_free_states(struct control *c)
{
	for (uint32_t i = 0; i < c->n_scenes; i++)
		free(c->scenes[i]);
	for (uint32_t i = 0; i < AB_SIDES; i++)
		free(c->sides[i]);
	control_forget_undo(c);
}
