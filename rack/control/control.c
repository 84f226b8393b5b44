/* The model: what every change does to it, and who is told. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include "rack/base/utf8.h"
#include "rack/base/worker.h"
#include "rack/model/registry.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct control *control_new(struct reason *reason)
{
	struct control *c = calloc(1, sizeof *c);
	if (!c) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the model");
		return NULL;
	}
	c->last_uid = CONTROL_FIRST_NUMBER;
	c->sequence = CONTROL_FIRST_NUMBER;
	rack_clear(&c->rack);
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	c->n_listeners = 0; /* what the worker still finishes changes a model that nobody has any more */
	worker_free(c->worker);
	control_stop(c);
	control_free_states(c);
	rackfile_free(c->file);
	free(c);
}

bool control_listen(struct control *c, const struct control_listener *listener)
{
	if (c->n_listeners == LISTENERS_MAX)
		return false;
	c->listeners[c->n_listeners++] = *listener;
	return true;
}

void control_tell_value(struct control *c, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	for (uint32_t i = 0; i < c->n_listeners; i++)
		if (c->listeners[i].value)
			c->listeners[i].value(c->listeners[i].user, slot, param, value, origin);
}

void control_tell_chain(struct control *c, unsigned origin)
{
	for (uint32_t i = 0; i < c->n_listeners; i++)
		if (c->listeners[i].chain)
			c->listeners[i].chain(c->listeners[i].user, origin);
}

void control_tell_states(struct control *c)
{
	for (uint32_t i = 0; i < c->n_listeners; i++)
		if (c->listeners[i].states)
			c->listeners[i].states(c->listeners[i].user);
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
	control_take_later(c);
	if (c->depth++ > 0)
		return;
	if (frame)
		control_flush(c, 0);
	else
		control_flush_newest(c);
	c->undo.noted = false;
	/* Where something older still waits for room, this one goes with it rather than hold it up. */
	c->stamp = c->any_dirty ? 0 : frame;
}

void control_end(struct control *c)
{
	if (--c->depth > 0)
		return;
	if (c->stamp)
		control_flush(c, c->stamp);
	else
		control_flush_newest(c);
	c->stamp = 0;
}

/* After every change: one outside begin and end is a transaction of its own. */
void control_changed(struct control *c)
{
	c->any_dirty = true;
	if (c->depth == 0)
		control_flush_newest(c);
}

/* ---- Values */

void control_row_changed(struct control *c, uint32_t slot, uint32_t param)
{
	const struct rack_slot *model = &c->rack.slots[slot];
	c->slot_dirty[slot][param] = true;
	if (param == model->module->n_params + HOST_SOLO) /* decides on the bypass of every slot */
		for (uint32_t i = 0; i < c->rack.n_slots; i++)
			c->slot_dirty[i][c->rack.slots[i].module->n_params + HOST_BYPASS] = true;
	c->ceiling_dirty |= param >= model->module->n_params || model->module->params[param].role == ROLE_CEILING;
	if (param < model->module->n_params && !param_glides(&model->module->params[param]) && model->module->latency)
		control_replan(c);
}

enum status control_set(struct control *c, uint32_t slot, uint32_t param, float value, unsigned origin, float *real,
	struct reason *reason)
{
	if (!isfinite(value))
		return reason_set(reason, STATUS_BAD_VALUE, "the value is not a finite number");
	value = param_clamp(control_param(c, slot, param), value);
	if (real)
		*real = value;
	control_take_later(c);
	if (control_value(c, slot, param) == value)
		return STATUS_OK;
	control_record(c, slot == RACK_ITSELF ? 0 : c->rack.slots[slot].uid, param, origin);
	if (slot == RACK_ITSELF) {
		c->rack.values[param] = value;
		c->rack_dirty[param] = true;
	} else {
		c->rack.slots[slot].values[param] = value;
		control_row_changed(c, slot, param);
	}
	control_changed(c);
	control_tell_value(c, slot, param, value, origin);
	return STATUS_OK;
}

/* ---- The title */

static void clean_title(char *out, const char *title)
{
	char copy[RACK_TITLE_SIZE];
	size_t n = 0;
	utf8_copy(copy, sizeof copy, title);
	for (const char *at = copy; *at; at++)
		if (*at != '#' && (n || *at != ' '))
			out[n++] = *at;
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

void control_set_title(struct control *c, const char *title, unsigned origin)
{
	char clean[RACK_TITLE_SIZE];
	clean_title(clean, title);
	if (strcmp(clean, c->rack.title) == 0)
		return;
	control_record(c, UINT32_MAX, 0, origin);
	memset(c->rack.title, 0, sizeof c->rack.title);
	strcpy(c->rack.title, clean);
	control_tell_chain(c, origin);
}

/* ---- The chain */

void control_edited(struct control *c, unsigned origin)
{
	c->chain_dirty = true;
	control_replan(c);
	control_changed(c);
	control_tell_chain(c, origin);
}

static enum status find_module(const char *type, const struct module **module, struct reason *reason)
{
	*module = registry_find(type);
	return *module ? STATUS_OK : reason_set(reason, STATUS_UNKNOWN, "there is no module '%.40s'", type);
}

static enum status find_slot(const struct control *c, const char *id, uint32_t *index, struct reason *reason)
{
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
	if (position > c->rack.n_slots)
		position = c->rack.n_slots;
	struct rack with = c->rack;
	status = rack_insert(&with, position, module, id, reason);
	if (status != STATUS_OK)
		return status;
	control_record(c, UINT32_MAX, 0, origin);
	c->rack = with;
	c->rack.slots[position].uid = control_new_uid(c);
	control_edited(c, origin);
	return STATUS_OK;
}

enum status control_remove(struct control *c, const char *id, unsigned origin, struct reason *reason)
{
	uint32_t index = 0;
	enum status status = find_slot(c, id, &index, reason);
	if (status != STATUS_OK)
		return status;
	control_record(c, UINT32_MAX, 0, origin);
	rack_remove(&c->rack, index);
	control_edited(c, origin);
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
	control_record(c, UINT32_MAX, 0, origin);
	rack_move(&c->rack, index, position);
	control_edited(c, origin);
	return STATUS_OK;
}

/* "eq" or "eq_2", which a slot of type eq got by itself. */
static bool is_made_id(const struct rack_slot *slot)
{
	size_t n = strlen(slot->module->id);
	return strncmp(slot->id, slot->module->id, n) == 0 &&
	       (slot->id[n] == '\0' || (slot->id[n] == '_' && slot->id[n + 1] &&
					       slot->id[n + 1 + strspn(slot->id + n + 1, "0123456789")] == '\0'));
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
	control_record(c, UINT32_MAX, 0, origin);
	struct rack_slot old = c->rack.slots[index];
	rack_remove(&c->rack, index);
	/* A name that a person gave stays; one that came from the type goes with it. Cannot fail: the place is free. */
	rack_insert(&c->rack, index, module, is_made_id(&old) ? NULL : old.id, reason);
	struct rack_slot *new = &c->rack.slots[index];
	for (uint32_t i = 0; i < N_HOST_PARAMS; i++)
		new->values[module->n_params + i] = old.values[old.module->n_params + i];
	new->uid = control_new_uid(c);
	control_edited(c, origin);
	return STATUS_OK;
}

/* ---- Figures */

void control_set_host(struct control *c, const struct host_status *host)
{
	c->host = *host;
}

void control_read_status(struct control *c, struct control_status *status)
{
	const struct telemetry *t = c->engine ? engine_read_telemetry(c->engine) : NULL;
	*status = (struct control_status){ .host = c->host, .latency_frames = control_latency(c) };
	if (!t)
		return;
	status->load_mean = t->load_mean;
	status->load_worst = t->load_worst;
	status->frames = t->frame;
	status->poisoned = t->poisoned;
	status->overload = t->overload;
}

const struct levels *control_analysis(struct control *c)
{
	return c->analysis ? analysis_read(c->analysis) : NULL;
}

void control_analysis_reset(struct control *c)
{
	if (c->analysis)
		analysis_reset(c->analysis);
}

void control_analysis_pause(struct control *c, bool paused)
{
	if (c->analysis)
		analysis_pause(c->analysis, paused);
}

float control_meter(struct control *c, uint32_t slot, uint32_t meter)
{
	const struct telemetry *t = c->engine ? engine_read_telemetry(c->engine) : NULL;
	for (uint32_t i = 0; t && i < t->n_slots; i++)
		if (t->slots[i].uid == c->rack.slots[slot].uid)
			return t->slots[i].meters[meter];
	return 0;
}

uint64_t control_frame_at(struct control *c, uint64_t time_us)
{
	const struct telemetry *t = c->engine ? engine_read_telemetry(c->engine) : NULL;
	if (!t || t->time_us == 0)
		return 0;
	double ahead = ((double)time_us - (double)t->time_us) * 1e-6 * c->spec.rate;
	double frame = (double)t->at_frame + ahead;
	return frame < 1 ? 1 : (uint64_t)llround(frame);
}
