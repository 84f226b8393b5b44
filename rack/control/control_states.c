/* Scenes, the snapshots A to D, undo and locks: what is kept of the model, and going back to it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include <math.h>
#include <string.h>

static enum status told(struct control *c, enum status status)
{
	if (status == STATUS_OK)
		control_tell_states(c);
	return status;
}

/* ---- Locks */

bool control_locked(const struct control *c, uint32_t slot, uint32_t param)
{
	return slot != RACK_ITSELF && locks_is(&c->locks, &c->rack.slots[slot], param);
}

enum status control_lock(struct control *c, uint32_t slot, uint32_t param, bool locked, struct reason *reason)
{
	if (slot == RACK_ITSELF)
		return reason_set(
			reason, STATUS_BAD_VALUE, "scenes and presets leave the rack's own parameters alone anyway");
	return told(c, locks_set(&c->locks, &c->rack, slot, param, locked, reason));
}

/* ---- Scenes */

enum status control_scene_put(struct control *c, const char *name, const struct rack *rack, struct reason *reason)
{
	return told(c, states_store_scene(&c->states, name, rack, reason));
}

enum status control_scene_store(struct control *c, const char *name, struct reason *reason)
{
	control_take_due(c);
	return control_scene_put(c, name, &c->rack, reason);
}

enum status control_scene_recall(
	struct control *c, const char *name, float seconds, unsigned origin, struct reason *reason)
{
	uint32_t index;
	enum status status = states_find_scene(&c->states, name, &index, reason);
	if (status != STATUS_OK)
		return status;
	if (!(seconds >= 0 && seconds <= SCENE_SECONDS_MAX))
		return reason_set(reason, STATUS_BAD_VALUE, "a scene fades in 0 to %d seconds", SCENE_SECONDS_MAX);
	struct rack rack = c->states.scenes[index]->rack;
	memcpy(rack.title, c->rack.title, sizeof rack.title);
	rack.rate = c->rack.rate;
	control_keep_locked(c, &rack, "scene", reason);
	control_record(c, UNDO_WHOLE, 0, origin);
	control_become(c, &rack, BECOME_SLOTS, (uint32_t)lrintf(seconds * 1000), origin);
	return STATUS_OK;
}

enum status control_scene_delete(struct control *c, const char *name, struct reason *reason)
{
	uint32_t index;
	enum status status = states_find_scene(&c->states, name, &index, reason);
	if (status == STATUS_OK)
		states_delete_scene(&c->states, index);
	return told(c, status);
}

uint32_t control_n_scenes(const struct control *c)
{
	return c->states.n_scenes;
}

const char *control_scene_name(const struct control *c, uint32_t index)
{
	return c->states.scenes[index]->name;
}

const struct rack *control_scene_rack(const struct control *c, uint32_t index)
{
	return &c->states.scenes[index]->rack;
}

/* ---- Snapshots */

static enum status check(uint32_t snapshot, struct reason *reason)
{
	return snapshot < SNAPSHOTS ? STATUS_OK : reason_set(reason, STATUS_UNKNOWN, "the snapshots are a, b, c and d");
}

static void become(struct control *c, const struct rack *snapshot, unsigned origin, struct reason *kept)
{
	struct rack rack = *snapshot;
	control_keep_locked(c, &rack, "snapshot", kept);
	control_become(c, &rack, BECOME_SLOTS, 0, origin);
}

enum status control_snapshot_hear(struct control *c, uint32_t snapshot, unsigned origin, struct reason *reason)
{
	enum status status = check(snapshot, reason);
	if (status != STATUS_OK || snapshot == c->states.heard)
		return status;
	control_take_due(c);
	status = told(c, states_keep(&c->states, c->states.heard, &c->rack, reason));
	if (status != STATUS_OK)
		return status;
	control_begin(c, 0);
	control_record(c, UNDO_WHOLE, 0, origin); /* undo goes back to the snapshot, too */
	c->states.heard = snapshot;
	control_tell_states(c);
	if (c->states.snapshots[snapshot])
		become(c, c->states.snapshots[snapshot], origin, reason);
	control_end(c);
	return STATUS_OK;
}

uint32_t control_snapshot(const struct control *c)
{
	return c->states.heard;
}

enum status control_snapshot_copy(struct control *c, uint32_t from, uint32_t to, unsigned origin, struct reason *reason)
{
	enum status status = check(from, reason);
	if (status == STATUS_OK)
		status = check(to, reason);
	if (status != STATUS_OK || from == to)
		return status;
	control_take_due(c);
	const struct rack *kept = control_snapshot_rack(c, from), *source = kept ? kept : &c->rack;
	if (to != c->states.heard)
		return told(c, states_keep(&c->states, to, source, reason));
	control_record(c, UNDO_WHOLE, 0, origin);
	become(c, source, origin, reason);
	return STATUS_OK;
}

const struct rack *control_snapshot_rack(const struct control *c, uint32_t snapshot)
{
	return snapshot == c->states.heard ? NULL : c->states.snapshots[snapshot];
}

enum status control_snapshot_put(struct control *c, uint32_t snapshot, const struct rack *rack, struct reason *reason)
{
	enum status status = check(snapshot, reason);
	if (status == STATUS_OK && rack)
		status = states_keep(&c->states, snapshot, rack, reason);
	else if (status == STATUS_OK)
		c->states.heard = snapshot;
	return told(c, status);
}

/* ---- Undo */

static enum status step(struct control *c, bool back, unsigned origin, struct reason *reason)
{
	control_take_due(c);
	struct undo_step step = { .rack = c->rack, .snapshot = c->states.heard };
	if (!(back ? undo_back(c->undo, &step) : undo_forward(c->undo, &step)))
		return reason_set(reason, STATUS_UNAVAILABLE, "there is nothing to %s", back ? "undo" : "redo");
	if (step.snapshot != c->states.heard && states_keep(&c->states, c->states.heard, &c->rack, NULL) == STATUS_OK) {
		c->states.heard = step.snapshot;
		control_tell_states(c);
	}
	control_become(c, &step.rack, BECOME_WHOLE, 0, origin);
	return STATUS_OK;
}

enum status control_undo(struct control *c, unsigned origin, struct reason *reason)
{
	return step(c, true, origin, reason);
}

enum status control_redo(struct control *c, unsigned origin, struct reason *reason)
{
	return step(c, false, origin, reason);
}
