/* Chains for the audio thread from the model: the rack's own and the safe one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/build.h"

#include "rack/audio/chain.h"
#include "rack/audio/change.h"
#include "rack/model/registry.h"

#include <math.h>

/* ---- The safe chain: a gain and, where the rack keeps a ceiling and its delay leaves room, a limiter */

struct ceiling {
	bool any, kept; /* a slot could keep one, and one that is not bypassed does */
	float lowest;
};

static struct ceiling ceiling_of(const struct rack *rack)
{
	struct ceiling c = { .lowest = 0 };
	for (uint32_t i = 0; i < rack->n_slots; i++) {
		int row = module_find_role(rack->slots[i].module, ROLE_CEILING);
		c.any |= row >= 0;
		if (row < 0 || rack_bypassed(rack, i))
			continue;
		c.kept = true;
		c.lowest = fminf(c.lowest, rack->slots[i].values[row]);
	}
	return c;
}

bool build_moves_ceiling(const struct rack_slot *slot, uint32_t param)
{
	return slot_param(slot, param)->role == ROLE_CEILING || param >= slot->module->n_params;
}

void build_safe_sets(const struct rack *rack, struct build_set sets[BUILD_SAFE_SETS])
{
	const struct module *limiter = registry_find_role(ROLE_LIMITER);
	struct ceiling ceiling = ceiling_of(rack);
	sets[0] = (struct build_set){ (uint32_t)module_find_role(limiter, ROLE_CEILING), ceiling.lowest };
	sets[1] = (struct build_set){ limiter->n_params + HOST_BYPASS, !ceiling.kept };
}

static void add_safe_limiter(
	struct rack *safe, struct chain_plan *plan, const struct spec *spec, const struct ceiling *ceiling)
{
	const struct module *limiter = registry_find_role(ROLE_LIMITER);
	struct rack_slot *slot = &safe->slots[1];
	rack_insert(safe, 1, limiter, NULL, NULL);
	slot->uid = CHANGE_SAFE_LIMITER_UID;
	int lookahead = module_find_role(limiter, ROLE_LOOKAHEAD);
	slot->values[lookahead] = limiter->params[lookahead].min;
	slot->values[module_find_role(limiter, ROLE_CEILING)] = ceiling->lowest;
	plan->bypass[1] = !ceiling->kept;
	plan->slot_latency[1] = latency_needed(slot, spec);
	if (plan->slot_latency[1] > plan->latency)
		safe->n_slots--;
}

static struct chain *build_safe(const struct rack *rack, uint32_t latency, const struct spec *spec)
{
	struct rack safe;
	struct spec keyless = { .rate = spec->rate }; /* nothing in it hears a key */
	struct chain_plan plan = { .rack = &safe, .latency = latency };
	struct ceiling ceiling = ceiling_of(rack);
	rack_clear(&safe);
	rack_insert(&safe, 0, registry_find_role(ROLE_TRIM), NULL, NULL);
	safe.slots[0].uid = CHANGE_SAFE_GAIN_UID;
	if (ceiling.any)
		add_safe_limiter(&safe, &plan, &keyless, &ceiling);
	return chain_new(&keyless, &plan);
}

/* ---- The rack's own */

static void start_from(struct rack *rack, const struct rack *before)
{
	for (uint32_t i = 0; i < rack->n_slots; i++) {
		struct rack_slot *slot = &rack->slots[i];
		int k = rack_find_uid(before, slot->uid);
		for (uint32_t p = 0; k >= 0 && p < slot->module->n_params; p++)
			if (param_glides(&slot->module->params[p]))
				slot->values[p] = before->slots[k].values[p];
	}
}

struct chain *build_chain(const struct rack *model, const struct latency *latency, const struct kernels *kernels,
	const struct spec *spec, uint64_t number, const struct rack *glide_from)
{
	struct rack rack = *model;
	struct chain_plan plan = { .rack = &rack, .latency = latency->frames, .number = number };
	if (glide_from)
		start_from(&rack, glide_from);
	for (uint32_t i = 0; i < rack.n_slots; i++) {
		plan.slot_latency[i] = latency_of(latency, rack.slots[i].uid);
		plan.bypass[i] = rack_bypassed(model, i);
		plan.kernels[i] = kernels_of(kernels, rack.slots[i].uid);
	}
	struct chain *chain = chain_new(spec, &plan), *safe = build_safe(model, latency->frames, spec);
	if (!chain || !safe) {
		chain_free(chain);
		chain_free(safe);
		return NULL;
	}
	chain_give_safe(chain, safe, (uint32_t)module_find_role(registry_find_role(ROLE_TRIM), ROLE_GAIN));
	return chain;
}
