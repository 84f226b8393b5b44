/* The model: every change is applied here, told to listeners, and handed to send.c, which brings it to the audio
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/change.h"
#include "rack/audio/engine.h"
#include "rack/audio/telemetry.h"
#include "rack/base/clock.h"
#include "rack/control/control_private.h"
#include "rack/model/registry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Who is told */

void control_listen(struct control *c, struct control_listener *listener)
{
	struct control_listener **end = &c->listeners;
	while (*end)
		end = &(*end)->next;
	listener->next = NULL;
	*end = listener;
}

void control_unlisten(struct control *c, struct control_listener *listener)
{
	struct control_listener **at = &c->listeners;
	while (*at && *at != listener)
		at = &(*at)->next;
	if (*at)
		*at = listener->next;
}

static void tell_value(struct control *c, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	for (const struct control_listener *l = c->listeners; l; l = l->next)
		if (l->value)
			l->value(l->user, slot, param, value, origin);
}

static void tell_chain(struct control *c, unsigned origin)
{
	for (const struct control_listener *l = c->listeners; l; l = l->next)
		if (l->chain)
			l->chain(l->user, origin);
}

void control_tell_states(struct control *c)
{
	for (const struct control_listener *l = c->listeners; l; l = l->next)
		if (l->states)
			l->states(l->user);
}

static void tell_latency(struct control *c)
{
	uint32_t frames = send_latency(c->send);
	if (!c->engine || frames == c->latency)
		return;
	c->latency = frames;
	if (c->analysis)
		analysis_set_delay(c->analysis, frames);
	for (const struct control_listener *l = c->listeners; l; l = l->next)
		if (l->latency)
			l->latency(l->user, frames);
}

/* ---- Asking */

const struct rack *control_rack(const struct control *c)
{
	return &c->rack;
}

const struct param *control_param(const struct control *c, uint32_t slot, uint32_t param)
{
	return slot == RACK_ITSELF ? &rack_params[param] : slot_param(&c->rack.slots[slot], param);
}

float control_value(const struct control *c, uint32_t slot, uint32_t param)
{
	return slot == RACK_ITSELF ? c->rack.values[param] : c->rack.slots[slot].values[param];
}

/* ---- Transactions */

void control_begin(struct control *c, uint64_t frame)
{
	control_take_due(c);
	if (c->depth++ > 0)
		return;
	if (frame)
		send_flush(c->send, &c->rack, 0);
	else
		send_flush_newest(c->send, &c->rack);
	undo_open(c->undo);
	/* Where something older still waits for room, this one goes with it rather than hold it up. */
	c->frame = send_waits(c->send) ? 0 : frame;
}

void control_end(struct control *c)
{
	if (--c->depth > 0)
		return;
	tell_latency(c);
	if (c->frame)
		send_flush(c->send, &c->rack, c->frame);
	else
		send_flush_newest(c->send, &c->rack);
	undo_close(c->undo);
	c->frame = 0;
}

/* After every change: one outside begin and end is a transaction of its own. */
static void changed(struct control *c)
{
	if (c->depth > 0)
		return;
	tell_latency(c);
	send_flush_newest(c->send, &c->rack);
}

/* Time of the audio where it runs, so that rendered events undo as live ones do. */
static double now_s(const struct control *c)
{
	if (c->engine)
		return (double)engine_read_telemetry(c->engine)->frame / c->spec.rate;
	return 1e-6 * (double)clock_now_us();
}

void control_record(struct control *c, uint32_t uid, uint32_t param, unsigned origin)
{
	struct gesture gesture = { .uid = uid, .param = param, .origin = origin, .time_s = now_s(c) };
	undo_record(c->undo, &c->rack, c->states.heard, &gesture);
}

/* ---- Values */

static void put_value(struct control *c, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	*(slot == RACK_ITSELF ? &c->rack.values[param] : &c->rack.slots[slot].values[param]) = value;
	send_value(c->send, &c->rack, slot, param);
	changed(c);
	tell_value(c, slot, param, value, origin);
}

enum status control_set(struct control *c, uint32_t slot, uint32_t param, float value, unsigned origin, float *real,
	struct reason *reason)
{
	if (!isfinite(value))
		return reason_set(reason, STATUS_BAD_VALUE, "the value is not a finite number");
	value = param_clamp(control_param(c, slot, param), value);
	if (real)
		*real = value;
	control_take_due(c);
	if (control_value(c, slot, param) == value)
		return STATUS_OK;
	control_record(c, slot == RACK_ITSELF ? 0 : c->rack.slots[slot].uid, param, origin);
	put_value(c, slot, param, value, origin);
	return STATUS_OK;
}

/* Told to the audio thread again, which ends any race between this one and what overtook it. */
static void take(struct control *c, const struct due_value *come)
{
	int found = come->uid ? rack_find_uid(&c->rack, come->uid) : 0;
	if (found < 0)
		return; /* the slot has gone */
	uint32_t slot = come->uid ? (uint32_t)found : RACK_ITSELF;
	/* What solo and bypass came to when it was sent, and may not any more. */
	if (come->uid && come->param == c->rack.slots[slot].module->n_params + HOST_BYPASS) {
		send_value(c->send, &c->rack, slot, come->param);
		changed(c);
	} else if (control_value(c, slot, come->param) != come->value) {
		put_value(c, slot, come->param, come->value, ORIGIN_HOST);
	}
}

void control_take_due(struct control *c)
{
	struct due_value come;
	while (c->depth == 0 && send_take_due(c->send, &come))
		take(c, &come);
}

bool control_release(struct control *c)
{
	bool released = send_release(c->send, &c->rack);
	if (released)
		changed(c);
	return released;
}

void control_match_gains(struct control *c)
{
	send_match(c->send, c->match.processed_db, c->match.unprocessed_db);
	changed(c);
}

/* ---- The title */

void control_set_title(struct control *c, const char *title, unsigned origin)
{
	char clean[RACK_TITLE_SIZE];
	rack_clean_title(clean, title);
	control_take_due(c);
	if (strcmp(clean, c->rack.title) == 0)
		return;
	control_record(c, UNDO_WHOLE, 0, origin);
	memset(c->rack.title, 0, sizeof c->rack.title);
	strcpy(c->rack.title, clean);
	tell_chain(c, origin);
}

/* ---- The chain */

static bool is_held(const struct control *c, uint32_t uid)
{
	return rack_find_uid(&c->rack, uid) >= 0 || send_holds(c->send, uid) || undo_holds(c->undo, uid) ||
	       states_hold(&c->states, uid) || locks_hold(&c->locks, uid);
}

/* A number by which the audio thread knows a slot again: none that anything still holds. */
static uint32_t new_uid(struct control *c)
{
	do
		c->last_uid++;
	while (c->last_uid == 0 || c->last_uid >= CHANGE_SAFE_GAIN_UID || is_held(c, c->last_uid));
	return c->last_uid;
}

static void edited(struct control *c, unsigned origin)
{
	send_slots(c->send, &c->rack);
	changed(c);
	tell_chain(c, origin);
}

static enum status find_module(const char *type, const struct module **module, struct reason *reason)
{
	*module = registry_find(type);
	return *module ? STATUS_OK : reason_set(reason, STATUS_UNKNOWN, "there is no module '%.40s'", type);
}

static enum status find_slot(struct control *c, const char *id, uint32_t *index, struct reason *reason)
{
	control_take_due(c);
	int found = rack_find_slot(&c->rack, id);
	if (found < 0)
		return reason_set(reason, STATUS_UNKNOWN, "there is no slot '%.40s'", id);
	*index = (uint32_t)found;
	return STATUS_OK;
}

enum status control_insert(
	struct control *c, const char *type, uint32_t position, const char *id, unsigned origin, struct reason *reason)
{
	const struct module *module;
	enum status status = find_module(type, &module, reason);
	if (status != STATUS_OK)
		return status;
	position = position < c->rack.n_slots ? position : c->rack.n_slots;
	control_take_due(c);
	struct rack with = c->rack;
	status = rack_insert(&with, position, module, id, reason);
	if (status != STATUS_OK)
		return status;
	control_record(c, UNDO_WHOLE, 0, origin);
	c->rack = with;
	c->rack.slots[position].uid = new_uid(c);
	edited(c, origin);
	return STATUS_OK;
}

enum status control_remove(struct control *c, const char *id, unsigned origin, struct reason *reason)
{
	uint32_t index = 0;
	enum status status = find_slot(c, id, &index, reason);
	if (status != STATUS_OK)
		return status;
	control_record(c, UNDO_WHOLE, 0, origin);
	rack_remove(&c->rack, index);
	edited(c, origin);
	return STATUS_OK;
}

enum status control_move(struct control *c, const char *id, uint32_t position, unsigned origin, struct reason *reason)
{
	uint32_t index = 0;
	enum status status = find_slot(c, id, &index, reason);
	if (status != STATUS_OK)
		return status;
	if (position >= c->rack.n_slots)
		position = c->rack.n_slots - 1;
	if (position == index)
		return STATUS_OK;
	control_record(c, UNDO_WHOLE, 0, origin);
	rack_move(&c->rack, index, position);
	edited(c, origin);
	return STATUS_OK;
}

enum status control_replace(struct control *c, const char *id, const char *type, unsigned origin, struct reason *reason)
{
	uint32_t index = 0;
	const struct module *module;
	enum status status = find_slot(c, id, &index, reason);
	if (status == STATUS_OK)
		status = find_module(type, &module, reason);
	if (status != STATUS_OK)
		return status;
	control_record(c, UNDO_WHOLE, 0, origin);
	struct rack_slot old = c->rack.slots[index];
	rack_remove(&c->rack, index);
	/* A name that a person gave stays; one that came from the type goes with it. Cannot fail: the place is free. */
	rack_insert(&c->rack, index, module, rack_id_is_made(&old) ? NULL : old.id, reason);
	struct rack_slot *new = &c->rack.slots[index];
	for (uint32_t i = 0; i < N_HOST_PARAMS; i++)
		new->values[module->n_params + i] = old.values[old.module->n_params + i];
	new->uid = new_uid(c);
	edited(c, origin);
	return STATUS_OK;
}

/* ---- Becoming another model */

/* Slots that both have (same id and type) stay the same slots; one that was there before is itself again. */
static void give_uids(struct control *c, struct rack *wanted)
{
	for (uint32_t i = 0; i < wanted->n_slots; i++) {
		struct rack_slot *slot = &wanted->slots[i];
		int same = rack_find_slot(&c->rack, slot->id);
		if (same >= 0 && c->rack.slots[same].module == slot->module)
			slot->uid = c->rack.slots[same].uid;
		else if (!slot->uid)
			slot->uid = new_uid(c);
	}
}

static bool same_chain(const struct rack *a, const struct rack *b)
{
	bool same = a->n_slots == b->n_slots;
	for (uint32_t i = 0; same && i < a->n_slots; i++)
		same = a->slots[i].uid == b->slots[i].uid;
	return same;
}

static void become_values(struct control *c, uint32_t slot, const float *wanted, uint32_t n, unsigned origin)
{
	for (uint32_t p = 0; p < n; p++)
		if (control_value(c, slot, p) != wanted[p])
			put_value(c, slot, p, wanted[p], origin);
}

void control_keep_locked(struct control *c, struct rack *wanted, const char *source, struct reason *kept)
{
	struct reason text;
	control_take_due(c);
	give_uids(c, wanted);
	locks_keep(&c->locks, &c->rack, wanted, source, &text);
	for (const struct control_listener *l = c->listeners; text.text[0] && l; l = l->next)
		if (l->kept)
			l->kept(l->user, text.text);
	if (kept)
		*kept = text;
}

void control_become(struct control *c, const struct rack *rack, int what, uint32_t glide_ms, unsigned origin)
{
	struct rack wanted = *rack;
	give_uids(c, &wanted);
	bool same = same_chain(&c->rack, &wanted), retitled = strcmp(c->rack.title, wanted.title) != 0;
	if (glide_ms && c->depth == 0)
		send_flush(c->send, &c->rack, 0); /* what waits is no part of the glide */
	control_begin(c, 0);
	send_glide(c->send, glide_ms, same ? NULL : &c->rack);
	memcpy(c->rack.title, wanted.title, sizeof c->rack.title);
	c->rack.rate = wanted.rate;
	if (what == BECOME_WHOLE)
		become_values(c, RACK_ITSELF, wanted.values, N_RACK_PARAMS, origin);
	if (!same) {
		memcpy(c->rack.slots, wanted.slots, sizeof c->rack.slots);
		c->rack.n_slots = wanted.n_slots;
		edited(c, origin);
	} else {
		for (uint32_t i = 0; i < wanted.n_slots; i++)
			become_values(c, i, wanted.slots[i].values, slot_n_params(&wanted.slots[i]), origin);
		if (retitled)
			tell_chain(c, origin);
	}
	control_end(c);
}

void control_load(struct control *c, const struct rack *rack, unsigned origin)
{
	control_take_due(c);
	control_record(c, UNDO_WHOLE, 0, origin);
	control_become(c, rack, BECOME_WHOLE, 0, origin);
}
