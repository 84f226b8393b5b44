/* The delay given to each slot and to the rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/latency.h"

uint32_t latency_needed(const struct rack_slot *slot, const struct spec *spec)
{
	return slot->module->latency ? slot->module->latency(spec, slot->values) : 0;
}

uint32_t latency_of(const struct latency *l, uint32_t uid)
{
	for (uint32_t i = 0; i < RACK_SLOTS_MAX; i++)
		if (l->slots[i].uid == uid)
			return l->slots[i].frames;
	return 0;
}

bool latency_grow(struct latency *l, const struct rack *rack, const struct spec *spec)
{
	struct latency grown = { 0 };
	bool more = false;
	for (uint32_t i = 0; i < rack->n_slots; i++) {
		uint32_t given = latency_of(l, rack->slots[i].uid), needed = latency_needed(&rack->slots[i], spec);
		grown.slots[i].uid = rack->slots[i].uid;
		grown.slots[i].frames = needed > given ? needed : given;
		grown.frames += grown.slots[i].frames;
		more |= needed > given;
	}
	if (grown.frames < l->frames)
		grown.frames = l->frames;
	*l = grown;
	return more;
}

bool latency_release(struct latency *l, const struct rack *rack, const struct spec *spec)
{
	struct latency least = { .frames = 0 };
	latency_grow(&least, rack, spec);
	bool more = l->frames > least.frames;
	*l = least;
	return more;
}
