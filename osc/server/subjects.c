/* Lists the addresses of a rack: the fixed ones, then those of its slots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/subjects.h"

#include "osc/server/serving.h"

#include <stdio.h>
#include <stdlib.h>

static struct subject *add(struct subjects *s, enum subject_kind kind, uint32_t slot, uint32_t index)
{
	struct subject *subject = &s->list[s->n++];
	subject->kind = kind;
	subject->slot = slot;
	subject->index = index;
	return subject;
}

static void add_fixed(struct subjects *s)
{
	static const struct {
		enum subject_kind kind;
		const char *address;
	} fixed[] = {
		{ SUBJECT_CHAIN, "/chain" },
		{ SUBJECT_TITLE, "/title" },
		{ SUBJECT_INFO, "/info" },
		{ SUBJECT_STATUS, "/status" },
	};
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		snprintf(add(s, fixed[i].kind, 0, 0)->address, ADDRESS_SIZE, "%s", fixed[i].address);
	for (uint32_t out = 0; out < 2; out++)
		for (int m = 0; level_name(m); m++)
			snprintf(add(s, SUBJECT_LEVEL, out, (uint32_t)m)->address, ADDRESS_SIZE, "/meter/%s/%s",
				out ? "out" : "in", level_name(m));
}

static void add_slot(struct subjects *s, const struct rack *rack, uint32_t slot)
{
	const struct module *module = rack->slots[slot].module;
	s->slot_rows[slot] = s->n;
	for (uint32_t i = 0; i < slot_n_params(&rack->slots[slot]); i++)
		address_of_row(rack, slot, i, add(s, SUBJECT_ROW, slot, i)->address);
	for (uint32_t i = 0; i < module->n_meters; i++)
		snprintf(add(s, SUBJECT_METER, slot, i)->address, ADDRESS_SIZE, "/meter/%s/%s", rack->slots[slot].id,
			module->meters[i].id);
}

static size_t count(const struct rack *rack)
{
	enum { FIXED = 4, LEVELS = 32 };
	size_t n = FIXED + LEVELS + N_RACK_PARAMS;
	for (uint32_t i = 0; i < rack->n_slots; i++)
		n += slot_n_params(&rack->slots[i]) + rack->slots[i].module->n_meters;
	return n;
}

bool subjects_build(struct subjects *s, const struct rack *rack)
{
	size_t room = count(rack);
	s->n = 0;
	s->n_slots = 0;
	if (room > s->room) {
		struct subject *list = realloc(s->list, room * sizeof *list);
		if (!list)
			return false;
		s->list = list;
		s->room = room;
	}
	add_fixed(s);
	s->rack_rows = s->n;
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		address_of_row(rack, RACK_ITSELF, i, add(s, SUBJECT_ROW, RACK_ITSELF, i)->address);
	for (; s->n_slots < rack->n_slots; s->n_slots++)
		add_slot(s, rack, s->n_slots);
	return true;
}

bool subject_is_steady(const struct subject *subject)
{
	return subject->kind == SUBJECT_STATUS || subject->kind == SUBJECT_LEVEL || subject->kind == SUBJECT_METER;
}

void subjects_free(struct subjects *s)
{
	free(s->list);
}

size_t subjects_of_row(const struct subjects *s, uint32_t slot, uint32_t param)
{
	if (slot != RACK_ITSELF && slot >= s->n_slots)
		return s->n;
	size_t i = (slot == RACK_ITSELF ? s->rack_rows : s->slot_rows[slot]) + param;
	bool same = i < s->n && s->list[i].kind == SUBJECT_ROW && s->list[i].slot == slot && s->list[i].index == param;
	return same ? i : s->n;
}
