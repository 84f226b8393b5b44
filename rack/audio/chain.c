/* The running chain. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/chain.h"

#include "rack/audio/change.h"
#include "rack/audio/delay.h"
#include "rack/audio/key_line.h"
#include "rack/audio/mix.h"
#include "rack/audio/slot.h"
#include "rack/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct chain {
	uint32_t n_slots, latency;
	uint64_t number;
	struct slot *slots[RACK_SLOTS_MAX];
	struct chain *safe;
	uint32_t safe_gain_row;
	struct delay pad;         /* from the slots' delay to the promised one */
	struct delay unprocessed; /* the rack's input, for its bypass */
	struct key_line key;
	struct mix mix;
	bool bypass;
	double match_processed, match_unprocessed; /* gains */
};

static bool make_slots(struct chain *c, const struct spec *spec, const struct chain_plan *plan)
{
	for (uint32_t i = 0; i < plan->rack->n_slots; i++) {
		const struct rack_slot *model = &plan->rack->slots[i];
		float values[MODULE_PARAMS_MAX + N_HOST_PARAMS];
		for (uint32_t p = 0; p < slot_n_params(model); p++)
			values[p] = model->values[p];
		values[model->module->n_params + HOST_BYPASS] = plan->bypass[i];
		c->slots[i] =
			slot_new(spec, model->module, model->uid, values, plan->slot_latency[i], plan->kernels[i]);
		if (!c->slots[i])
			return false;
		c->n_slots++;
	}
	return true;
}

struct chain *chain_new(const struct spec *spec, const struct chain_plan *plan)
{
	struct chain *c = memory_new(sizeof *c);
	if (!c)
		return NULL;
	uint32_t sum = 0;
	for (uint32_t i = 0; i < plan->rack->n_slots; i++)
		sum += plan->slot_latency[i];
	c->latency = plan->latency < sum ? sum : plan->latency;
	c->number = plan->number;
	c->bypass = plan->rack->values[RACK_BYPASS] != 0;
	mix_init(&c->mix, spec->rate, !c->bypass, c->bypass);
	c->match_processed = c->match_unprocessed = 1;
	if (!delay_init(&c->pad, c->latency - sum) || !delay_init(&c->unprocessed, c->latency) ||
		(spec->key && !key_line_init(&c->key, c->latency)) || !make_slots(c, spec, plan)) {
		chain_free(c);
		return NULL;
	}
	return c;
}

void chain_free(struct chain *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->n_slots; i++)
		slot_free(c->slots[i]);
	chain_free(c->safe);
	delay_drop(&c->pad);
	delay_drop(&c->unprocessed);
	key_line_drop(&c->key);
	free(c);
}

void chain_give_safe(struct chain *c, struct chain *safe, uint32_t gain_row)
{
	c->safe = safe;
	c->safe_gain_row = gain_row;
}

struct chain *chain_safe(const struct chain *c) RT
{
	return c->safe;
}

uint32_t chain_latency(const struct chain *c) RT
{
	return c->latency;
}

uint64_t chain_number(const struct chain *c) RT
{
	return c->number;
}

static struct slot *find(const struct chain *c, uint32_t uid) RT
{
	for (uint32_t i = 0; i < c->n_slots; i++)
		if (slot_uid(c->slots[i]) == uid)
			return c->slots[i];
	return NULL;
}

/* From the chain's input to the output of a slot of it. */
static uint32_t delay_at(const struct chain *c, const struct slot *slot) RT
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < c->n_slots; i++) {
		sum += slot_latency(c->slots[i]);
		if (c->slots[i] == slot)
			break;
	}
	return sum;
}

static void aim(struct chain *c) RT
{
	mix_to(&c->mix, c->bypass ? 0 : c->match_processed, c->bypass ? c->match_unprocessed : 0);
}

void chain_adopt(struct chain *c, const struct chain *from) RT
{
	for (uint32_t i = 0; i < c->n_slots; i++) {
		const struct slot *same = find(from, slot_uid(c->slots[i]));
		uint32_t was = same ? delay_at(from, same) : 0, is = delay_at(c, c->slots[i]);
		if (same)
			slot_adopt(c->slots[i], same, is > was ? is - was : 0);
	}
	delay_adopt(&c->pad, &from->pad);
	delay_adopt(&c->unprocessed, &from->unprocessed);
	key_line_adopt(&c->key, &from->key);
	c->mix = from->mix;
	c->match_processed = from->match_processed;
	c->match_unprocessed = from->match_unprocessed;
	aim(c);
	if (c->safe && from->safe)
		chain_adopt(c->safe, from->safe);
}

void chain_set(struct chain *c, uint32_t uid, uint32_t param, float value, uint32_t glide_ms) RT
{
	if (uid == 0 && param == RACK_BYPASS) {
		c->bypass = value != 0;
		aim(c);
	}
	struct slot *slot = uid ? find(c, uid) : NULL;
	if (slot)
		slot_set(slot, param, value, glide_ms);
	else if (uid >= CHANGE_SAFE_GAIN_UID && c->safe)
		chain_set(c->safe, uid, param, value, glide_ms);
}

void chain_set_safe_gain(struct chain *c, float gain_db) RT
{
	chain_set(c->safe, CHANGE_SAFE_GAIN_UID, c->safe_gain_row, gain_db, 0);
}

void chain_use_kernel(struct chain *c, uint32_t uid, struct kernel *kernel) RT
{
	struct slot *slot = find(c, uid);
	if (slot)
		slot_use_kernel(slot, kernel);
}

void chain_match(struct chain *c, double processed, double unprocessed) RT
{
	c->match_processed = processed;
	c->match_unprocessed = unprocessed;
	aim(c);
}

uint32_t chain_process(
	struct chain *c, double *const io[2], const double *const key[2], double *const processed[2], uint32_t n) RT
{
	double unprocessed[2][BLOCK_MAX];
	double *const dry[2] = { unprocessed[0], unprocessed[1] };
	bool needs_dry = mix_needs_dry(&c->mix);
	uint32_t poisoned = 0;

	if (c->latency || needs_dry)
		delay_run(&c->unprocessed, io, needs_dry ? dry : NULL, n);
	struct key_place place = { c->key.line[0] ? &c->key : NULL, n };
	if (place.line)
		key_line_write(&c->key, key, n);
	for (uint32_t i = 0; i < c->n_slots; i++) {
		poisoned += slot_process(c->slots[i], io, place, n);
		place.back += slot_latency(c->slots[i]);
	}
	if (c->pad.frames)
		delay_run(&c->pad, io, io, n);
	for (int channel = 0; processed && channel < 2; channel++)
		memcpy(processed[channel], io[channel], n * sizeof(double));
	mix_run(&c->mix, io, dry, n);
	return poisoned;
}

uint32_t chain_n_slots(const struct chain *c) RT
{
	return c->n_slots;
}

uint32_t chain_read_meters(const struct chain *c, uint32_t slot, float *meters) RT
{
	slot_read_meters(c->slots[slot], meters);
	return slot_uid(c->slots[slot]);
}
