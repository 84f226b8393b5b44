/* The model as a value: finding, inserting, moving slots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rack.h"

#include "rack/base/utf8.h"
#include "rack/model/registry.h"

#include <stdio.h>
#include <string.h>

#define SWITCH(ID, LABEL, HELP)                                                                                        \
	{                                                                                                              \
		.id = ID, .label = LABEL, .scale = SCALE_TOGGLE, .min = 0, .max = 1, .def = 0, .step = 1, .help = HELP \
	}

const struct param host_params[N_HOST_PARAMS] = {
	[HOST_BYPASS] = SWITCH("bypass", "Bypass", "Passes the slot's input through, delay-compensated"),
	[HOST_SOLO] = SWITCH("solo", "Solo", "Listens to this slot alone: every slot that is not soloed is bypassed"),
	[HOST_DELTA] = SWITCH("delta", "Delta", "Listens to the difference (delta): output less input"),
};

const struct param rack_params[N_RACK_PARAMS] = {
	[RACK_BYPASS] = SWITCH("bypass", "Bypass", "Passes the rack's input through, delay-compensated"),
	[RACK_MATCH] =
		SWITCH("bypass/match", "Match", "Bypass at matched loudness: the louder of the two is attenuated"),
};

const struct param rack_rate = { .id = "rate",
	.label = "Rate",
	.unit = UNIT_HZ,
	.scale = SCALE_LINEAR,
	.min = 8000,
	.max = 384000,
	.def = 48000,
	.step = 1,
	.help = "Sample rate that the rack is made for; others are warned of" };

uint32_t slot_n_params(const struct rack_slot *slot)
{
	return slot->module->n_params + N_HOST_PARAMS;
}

const struct param *slot_param(const struct rack_slot *slot, uint32_t index)
{
	uint32_t n = slot->module->n_params;
	return index < n ? &slot->module->params[index] : &host_params[index - n];
}

int slot_find_param(const struct rack_slot *slot, const char *id)
{
	for (int i = 0; i < N_HOST_PARAMS; i++)
		if (strcmp(host_params[i].id, id) == 0)
			return (int)slot->module->n_params + i;
	return module_find_param(slot->module, id);
}

int rack_find_slot(const struct rack *rack, const char *id)
{
	for (uint32_t i = 0; i < rack->n_slots; i++)
		if (strcmp(rack->slots[i].id, id) == 0)
			return (int)i;
	return -1;
}

int rack_find_uid(const struct rack *rack, uint32_t uid)
{
	for (uint32_t i = 0; i < rack->n_slots; i++)
		if (rack->slots[i].uid == uid)
			return (int)i;
	return -1;
}

bool rack_bypassed(const struct rack *rack, uint32_t slot)
{
	bool any_solo = false;
	for (uint32_t i = 0; i < rack->n_slots; i++)
		any_solo |= rack->slots[i].values[rack->slots[i].module->n_params + HOST_SOLO] != 0;
	const float *host = rack->slots[slot].values + rack->slots[slot].module->n_params;
	return host[HOST_BYPASS] != 0 || (any_solo && host[HOST_SOLO] == 0);
}

/* They stand beside the slots below /meter. */
static bool is_taken(const char *id)
{
	static const char *const taken[] = { "reset", "pause", "start" };
	if (tap_find(id, strlen(id)) >= 0)
		return true;
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (strcmp(id, taken[i]) == 0)
			return true;
	return false;
}

bool rack_id_valid(const char *id)
{
	size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_");
	bool formed = id[length] == '\0' && length > 0 && length < RACK_ID_SIZE && id[0] >= 'a' && id[0] <= 'z';
	return formed && !is_taken(id);
}

/* "eq", "eq_2", "eq_3" ... */
static void make_id(const struct rack *rack, const char *type, char *id)
{
	snprintf(id, RACK_ID_SIZE, "%s", type);
	for (unsigned n = 2; rack_find_slot(rack, id) >= 0; n++)
		snprintf(id, RACK_ID_SIZE, "%.20s_%u", type, n);
}

/* "eq" or "eq_2", which a slot of type eq got by itself. */
bool rack_id_is_made(const struct rack_slot *slot)
{
	size_t n = strlen(slot->module->id);
	return strncmp(slot->id, slot->module->id, n) == 0 &&
	       (slot->id[n] == '\0' || (slot->id[n] == '_' && slot->id[n + 1] &&
					       slot->id[n + 1 + strspn(slot->id + n + 1, "0123456789")] == '\0'));
}

static void slot_defaults(struct rack_slot *slot)
{
	for (uint32_t i = 0; i < slot_n_params(slot); i++)
		slot->values[i] = slot_param(slot, i)->def;
}

enum status rack_insert(
	struct rack *rack, uint32_t position, const struct module *module, const char *id, struct reason *reason)
{
	if (rack->n_slots == RACK_SLOTS_MAX)
		return reason_set(reason, STATUS_FULL, "the rack holds %d slots at most", RACK_SLOTS_MAX);
	struct rack_slot slot = { .module = module };
	if (!id || !*id)
		make_id(rack, module->id, slot.id);
	else if (is_taken(id))
		return reason_set(
			reason, STATUS_BAD_VALUE, "'%s' cannot be a slot's id: /meter/%s is something else", id, id);
	else if (!rack_id_valid(id))
		return reason_set(reason, STATUS_BAD_VALUE,
			"'%.40s' cannot be a slot's id: small letters, digits and _, a letter first, %d at most", id,
			RACK_ID_SIZE - 1);
	else if (rack_find_slot(rack, id) >= 0)
		return reason_set(reason, STATUS_BAD_VALUE, "there is a slot '%s' already", id);
	else
		snprintf(slot.id, sizeof slot.id, "%s", id);
	slot_defaults(&slot);
	if (position > rack->n_slots)
		position = rack->n_slots;
	memmove(&rack->slots[position + 1], &rack->slots[position], (rack->n_slots - position) * sizeof rack->slots[0]);
	rack->slots[position] = slot;
	rack->n_slots++;
	return STATUS_OK;
}

void rack_remove(struct rack *rack, uint32_t index)
{
	rack->n_slots--;
	memmove(&rack->slots[index], &rack->slots[index + 1], (rack->n_slots - index) * sizeof rack->slots[0]);
}

void rack_move(struct rack *rack, uint32_t from, uint32_t to)
{
	struct rack_slot slot = rack->slots[from];
	if (to >= rack->n_slots)
		to = rack->n_slots - 1;
	rack_remove(rack, from);
	memmove(&rack->slots[to + 1], &rack->slots[to], (rack->n_slots - to) * sizeof slot);
	rack->slots[to] = slot;
	rack->n_slots++;
}

void rack_clear(struct rack *rack)
{
	memset(rack, 0, sizeof *rack);
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		rack->values[i] = rack_params[i].def;
}

void rack_clean_title(char out[RACK_TITLE_SIZE], const char *title)
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
