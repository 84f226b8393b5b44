/* The way to the audio thread: what is dirty goes as one transaction when there is room, and chains come back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include "rack/audio/chain.h"
#include "rack/audio/change.h"
#include "rack/base/worker.h"
#include "rack/model/registry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 2, RETURN_MS = 20 }; /* retry when the ring was full; look for returned chains */

/* ---- Delay */

static uint32_t slot_needs(const struct control *c, const struct rack_slot *slot)
{
	return slot->module->latency ? slot->module->latency(&c->spec, slot->values) : 0;
}

static uint32_t promised_to(const struct control *c, uint32_t uid)
{
	for (uint32_t i = 0; i < RACK_SLOTS_MAX; i++)
		if (c->promised[i].uid == uid)
			return c->promised[i].frames;
	return 0;
}

void control_replan(struct control *c)
{
	if (!c->engine)
		return;
	uint32_t frames[RACK_SLOTS_MAX], sum = 0;
	for (uint32_t i = 0; i < c->rack.n_slots; i++) {
		const struct rack_slot *slot = &c->rack.slots[i];
		uint32_t before = promised_to(c, slot->uid), needed = slot_needs(c, slot);
		frames[i] = needed > before ? needed : before;
		c->chain_dirty |= needed > before;
		sum += frames[i];
	}
	memset(c->promised, 0, sizeof c->promised);
	for (uint32_t i = 0; i < c->rack.n_slots; i++) {
		c->promised[i].uid = c->rack.slots[i].uid;
		c->promised[i].frames = frames[i];
	}
	if (sum <= c->latency)
		return;
	c->latency = sum;
	if (c->analysis)
		analysis_set_delay(c->analysis, sum);
	for (uint32_t i = 0; i < c->n_listeners; i++)
		if (c->listeners[i].latency)
			c->listeners[i].latency(c->listeners[i].user, sum);
}

uint32_t control_latency(const struct control *c)
{
	return c->engine ? c->latency : 0;
}

/* ---- Sending */

static bool effective_bypass(const struct rack *rack, uint32_t index)
{
	bool any_solo = false;
	for (uint32_t i = 0; i < rack->n_slots; i++)
		any_solo |= rack->slots[i].values[rack->slots[i].module->n_params + HOST_SOLO] != 0;
	const struct rack_slot *slot = &rack->slots[index];
	const float *host = slot->values + slot->module->n_params;
	return host[HOST_BYPASS] != 0 || (any_solo && host[HOST_SOLO] == 0);
}

/* Rows that are to glide slowly start the new chain where they are in the old one. */
static void start_from(struct rack *rack, const struct rack *before)
{
	for (uint32_t i = 0; i < rack->n_slots; i++)
		for (uint32_t k = 0; k < before->n_slots; k++) {
			struct rack_slot *slot = &rack->slots[i];
			if (before->slots[k].uid != slot->uid)
				continue;
			for (uint32_t p = 0; p < slot->module->n_params; p++)
				if (param_glides(&slot->module->params[p]))
					slot->values[p] = before->slots[k].values[p];
		}
}

/* The lowest ceiling that a slot at work keeps; positive: none does. *any: a slot could. */
static float lowest_ceiling(const struct rack *rack, bool *any)
{
	float lowest = 1;
	*any = false;
	for (uint32_t i = 0; i < rack->n_slots; i++) {
		int row = module_find_role(rack->slots[i].module, ROLE_CEILING);
		*any |= row >= 0;
		if (row >= 0 && !effective_bypass(rack, i))
			lowest = fminf(lowest, rack->slots[i].values[row]);
	}
	return lowest;
}

/* What is heard when the machine cannot keep up: a gain and, where the rack keeps a ceiling and its delay leaves room,
 * a limiter. NULL: no memory. */
static struct chain *make_safe(struct control *c)
{
	struct rack rack;
	struct spec spec = { .rate = c->spec.rate }; /* nothing in it hears a key */
	struct chain_plan plan = { .rack = &rack, .latency = c->latency };
	const struct module *trim = registry_find_role(ROLE_TRIM), *limiter = registry_find_role(ROLE_LIMITER);
	bool any;
	float ceiling = lowest_ceiling(&c->rack, &any);
	rack_clear(&rack);
	rack_insert(&rack, 0, trim, NULL, NULL);
	rack.slots[0].uid = CHANGE_SAFE_GAIN_UID;
	if (any) {
		rack_insert(&rack, 1, limiter, NULL, NULL);
		struct rack_slot *slot = &rack.slots[1];
		slot->uid = CHANGE_SAFE_LIMITER_UID;
		int lookahead = module_find_role(limiter, ROLE_LOOKAHEAD);
		slot->values[lookahead] = limiter->params[lookahead].min;
		slot->values[module_find_role(limiter, ROLE_CEILING)] = fminf(ceiling, 0);
		plan.bypass[1] = ceiling > 0;
		plan.slot_latency[1] = slot_needs(c, slot);
		rack.n_slots -= plan.slot_latency[1] > c->latency;
	}
	return chain_new(&spec, &plan);
}

struct chain *control_make_chain(struct control *c)
{
	struct rack rack = c->rack;
	struct chain_plan plan = { .rack = &rack, .latency = c->latency, .number = c->sequence + 1 };
	if (c->glide_from)
		start_from(&rack, c->glide_from);
	for (uint32_t i = 0; i < c->rack.n_slots; i++) {
		plan.slot_latency[i] = promised_to(c, c->rack.slots[i].uid);
		plan.bypass[i] = effective_bypass(&c->rack, i);
	}
	struct chain *chain = chain_new(&c->spec, &plan), *safe = make_safe(c);
	if (!chain || !safe) {
		chain_free(chain);
		chain_free(safe);
		return NULL;
	}
	chain_give_safe(chain, safe, (uint32_t)module_find_role(registry_find_role(ROLE_TRIM), ROLE_GAIN));
	return chain;
}

/* A new chain carries every value; what glides slowly starts from the old ones and is told where to. */
static bool is_due(const struct control *c, uint32_t slot, uint32_t param)
{
	const struct module *module = c->rack.slots[slot].module;
	if (!c->chain_dirty)
		return c->slot_dirty[slot][param];
	return c->glide_from && param < module->n_params && param_glides(&module->params[param]);
}

static void stage_slot(struct control *c, struct ring *ring, uint32_t index, uint64_t frame, uint32_t *n)
{
	const struct rack_slot *slot = &c->rack.slots[index];
	for (uint32_t p = 0; p < slot_n_params(slot); p++) {
		if (!is_due(c, index, p))
			continue;
		struct change set = {
			.type = CHANGE_SET, .uid = slot->uid, .param = (uint16_t)p, .glide_ms = c->glide_ms
		};
		bool bypass = p == slot->module->n_params + HOST_BYPASS;
		set.value = bypass ? effective_bypass(&c->rack, index) : slot->values[p];
		ring_stage(ring, &set);
		(*n)++;
		control_expect(c, frame, slot->uid, p, slot->values[p]);
	}
}

enum { SAFE_ROWS = 2 };

static void stage_safe(struct control *c, struct ring *ring, uint32_t *n)
{
	bool any;
	const struct module *limiter = registry_find_role(ROLE_LIMITER);
	float ceiling = lowest_ceiling(&c->rack, &any);
	const struct change sets[SAFE_ROWS] = {
		{ .param = (uint16_t)module_find_role(limiter, ROLE_CEILING), .value = fminf(ceiling, 0) },
		{ .param = (uint16_t)(limiter->n_params + HOST_BYPASS), .value = ceiling > 0 },
	};
	for (uint32_t i = 0; i < SAFE_ROWS; i++, (*n)++) {
		struct change set = sets[i];
		set.type = CHANGE_SET;
		set.uid = CHANGE_SAFE_LIMITER_UID;
		ring_stage(ring, &set);
	}
}

static uint32_t count_dirty(const struct control *c)
{
	uint32_t n = (uint32_t)c->chain_dirty + c->match.dirty;
	n += c->ceiling_dirty && !c->chain_dirty ? SAFE_ROWS : 0;
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		n += c->rack_dirty[i];
	for (uint32_t i = 0; i < c->rack.n_slots; i++)
		for (uint32_t p = 0; p < slot_n_params(&c->rack.slots[i]); p++)
			n += is_due(c, i, p);
	return n;
}

static void stage_all(struct control *c, struct ring *ring, struct chain *chain, uint64_t frame, uint32_t *n)
{
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		if (c->rack_dirty[i]) {
			struct change set = { .type = CHANGE_SET, .param = (uint16_t)i, .value = c->rack.values[i] };
			ring_stage(ring, &set);
			(*n)++;
			control_expect(c, frame, 0, i, c->rack.values[i]);
		}
	if (c->match.dirty) {
		struct change match = { .type = CHANGE_MATCH };
		match.match.processed = powf(10, c->match.processed_db / 20);
		match.match.unprocessed = powf(10, c->match.unprocessed_db / 20);
		ring_stage(ring, &match);
		(*n)++;
	}
	if (c->ceiling_dirty && !chain)
		stage_safe(c, ring, n);
	if (chain) {
		struct change change = { .type = CHANGE_CHAIN, .chain = chain };
		ring_stage(ring, &change);
		(*n)++;
	}
	for (uint32_t i = 0; i < c->rack.n_slots; i++)
		stage_slot(c, ring, i, frame, n);
}

static void clean(struct control *c)
{
	memset(c->slot_dirty, 0, sizeof c->slot_dirty);
	memset(c->rack_dirty, 0, sizeof c->rack_dirty);
	c->chain_dirty = c->any_dirty = c->match.dirty = c->ceiling_dirty = false;
	c->glide_ms = 0;
	free(c->glide_from);
	c->glide_from = NULL;
}

void control_flush_newest(struct control *c)
{
	bool whole = c->chain_dirty || c->glide_ms; /* no single value: nothing may join it */
	struct ring *ring = c->engine && !whole ? engine_changes(c->engine) : NULL;
	if (!ring || CHANGE_RING_SIZE - ring_space(ring) < CHANGES_A_BLOCK)
		control_flush(c, 0);
}

void control_flush(struct control *c, uint64_t frame)
{
	if (!c->any_dirty)
		return;
	if (!c->engine) {
		clean(c); /* the next engine is made from the model */
		return;
	}
	struct ring *ring = engine_changes(c->engine);
	uint32_t n = count_dirty(c), staged = 0;
	if (ring_space(ring) < n + 1)
		return;
	struct chain *chain = NULL;
	if (c->chain_dirty) {
		if (c->chains_out >= CHANGE_CHAINS_MAX)
			return;
		chain = control_make_chain(c);
		if (!chain)
			return; /* no memory now; stays dirty and is tried again */
		c->chains_out++;
	}
	struct change begin = { .type = CHANGE_BEGIN, .uid = n, .sequence = ++c->sequence, .frame = frame };
	ring_stage(ring, &begin);
	stage_all(c, ring, chain, frame, &staged);
	ring_publish(ring);
	clean(c);
}

static void take_back(struct control *c)
{
	struct chain *chain;
	while (c->engine && ring_read(engine_returns(c->engine), &chain, 1)) {
		chain_free(chain);
		c->chains_out--;
	}
}

int control_tick(struct control *c)
{
	take_back(c);
	control_take_later(c);
	int match_ms = control_match(c);
	if (c->depth == 0)
		control_flush_newest(c);
	if (c->worker)
		worker_collect(c->worker);
	return c->any_dirty ? TICK_MS : c->chains_out ? RETURN_MS : match_ms;
}

uint64_t control_sequence(struct control *c)
{
	return c->sequence + c->any_dirty;
}

uint64_t control_applied(struct control *c)
{
	if (!c->engine)
		return UINT64_MAX;
	uint64_t applied = engine_read_telemetry(c->engine)->applied;
	return applied > c->base_sequence ? applied : c->base_sequence;
}

/* ---- Start and stop */

enum status control_start(struct control *c, const struct spec *spec, unsigned flags, struct reason *reason)
{
	if (c->engine)
		return reason_set(reason, STATUS_UNAVAILABLE, "the engine runs already");
	if (!(spec->rate >= 8000 && spec->rate <= 384000))
		return reason_set(reason, STATUS_BAD_VALUE, "a rate of %g Hz is outside 8 to 384 kHz", spec->rate);
	c->spec = *spec;
	c->flags = flags;
	c->latency = 0;
	c->chains_out = 0;
	c->n_later = 0;
	c->base_sequence = c->sequence;
	c->match = (struct match){ .change_lu = c->match.change_lu };
	memset(c->promised, 0, sizeof c->promised);
	if (!(flags & CONTROL_OFFLINE)) {
		c->analysis = analysis_new(spec, 0, reason);
		if (!c->analysis)
			return STATUS_NO_MEMORY;
	}
	for (uint32_t i = 0; i < c->rack.n_slots; i++) {
		c->promised[i].uid = c->rack.slots[i].uid;
		c->promised[i].frames = slot_needs(c, &c->rack.slots[i]);
		c->latency += c->promised[i].frames;
	}
	if (c->analysis)
		analysis_set_delay(c->analysis, c->latency);
	struct chain *chain = control_make_chain(c);
	uint64_t first_frame = flags & CONTROL_LATE ? CONTROL_LATE_FRAME : 0;
	c->engine = chain ? engine_new(spec, chain, c->analysis, flags & CONTROL_OFFLINE, first_frame) : NULL;
	if (!c->engine) {
		chain_free(chain);
		control_stop(c);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the audio engine");
	}
	clean(c);
	return STATUS_OK;
}

void control_stop(struct control *c)
{
	engine_free(c->engine);
	analysis_free(c->analysis);
	c->engine = NULL;
	c->analysis = NULL;
	clean(c);
}

struct engine *control_engine(struct control *c)
{
	return c->engine;
}
