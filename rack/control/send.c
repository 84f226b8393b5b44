/* The way to the audio thread: marks of what has changed, and the transactions that are made of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/send.h"

#include "rack/audio/chain.h"
#include "rack/audio/change.h"
#include "rack/audio/engine.h"
#include "rack/audio/retired.h"
#include "rack/audio/telemetry.h"
#include "rack/base/ring.h"
#include "rack/control/build.h"
#include "rack/control/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	RETRY_MS = 2,
	RETURN_MS = 20
}; /* when the ring was full; while chains are to come back, or values to come due */
enum { ROWS_MAX = MODULE_PARAMS_MAX + N_HOST_PARAMS };

/* Transactions are numbered from shortly before 32 bits are full, so that every longer run crosses it. */
#define FIRST_SEQUENCE 0xfffffff0u

/* What the audio thread does not know yet. A new chain carries every value of its slots, so `slots` covers them. */
struct waiting {
	bool any, slots, match, ceiling; /* ceiling: what the safe chain has to keep */
	bool value[RACK_SLOTS_MAX][ROWS_MAX];
	bool of_rack[N_RACK_PARAMS];
};

struct send {
	struct waiting waiting;
	float processed_db, unprocessed_db;
	uint32_t glide_ms;       /* how long values that glide may take in the transaction that waits */
	struct rack *glide_from; /* where they start, if a new chain comes with it */

	uint64_t sequence;      /* of the newest transaction sent */
	uint64_t base_sequence; /* applied by definition: sent to an engine that is gone */
	uint32_t chains_out;    /* chains given to the engine and not back, the running one left out */
	struct due due;
	struct latency latency;
	struct kernels *kernels;
	struct spec spec;
	struct engine *engine;
};

struct send *send_new(struct kernels *kernels)
{
	struct send *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->kernels = kernels;
	s->sequence = FIRST_SEQUENCE;
	return s;
}

static void forget(struct send *s)
{
	s->waiting = (struct waiting){ 0 };
	s->glide_ms = 0;
	free(s->glide_from);
	s->glide_from = NULL;
}

void send_free(struct send *s)
{
	if (!s)
		return;
	forget(s);
	free(s);
}

/* ---- The engine's life */

struct chain *send_start(struct send *s, const struct rack *rack, const struct spec *spec)
{
	forget(s);
	s->spec = *spec;
	s->chains_out = 0;
	s->due.n = 0;
	s->base_sequence = s->sequence;
	s->latency = (struct latency){ 0 };
	latency_grow(&s->latency, rack, spec);
	kernels_want(s->kernels, rack, 0);
	return build_chain(rack, &s->latency, s->kernels, spec, s->sequence + 1, NULL);
}

void send_use(struct send *s, struct engine *engine)
{
	s->engine = engine;
	kernels_return_to(s->kernels, engine ? engine_returns(engine) : NULL);
	if (!engine)
		forget(s);
}

/* ---- Changes */

static void grow(struct send *s, const struct rack *rack)
{
	if (s->engine)
		s->waiting.slots |= latency_grow(&s->latency, rack, &s->spec);
}

void send_value(struct send *s, const struct rack *rack, uint32_t slot, uint32_t param)
{
	s->waiting.any = true;
	if (slot == RACK_ITSELF) {
		s->waiting.of_rack[param] = true;
		return;
	}
	const struct module *module = rack->slots[slot].module;
	s->waiting.value[slot][param] = true;
	if (param == module->n_params + HOST_SOLO) /* decides on the bypass of every slot */
		for (uint32_t i = 0; i < rack->n_slots; i++)
			s->waiting.value[i][rack->slots[i].module->n_params + HOST_BYPASS] = true;
	s->waiting.ceiling |= build_moves_ceiling(&rack->slots[slot], param);
	if (param < module->n_params && !param_glides(&module->params[param]) && module->latency)
		grow(s, rack);
}

void send_slots(struct send *s, const struct rack *rack)
{
	s->waiting.any = s->waiting.slots = true;
	grow(s, rack);
}

bool send_can_release(const struct send *s, const struct rack *rack)
{
	struct latency l = s->latency;
	return s->engine && latency_release(&l, rack, &s->spec);
}

bool send_release(struct send *s, const struct rack *rack)
{
	if (!s->engine || !latency_release(&s->latency, rack, &s->spec))
		return false;
	s->waiting.any = s->waiting.slots = true;
	return true;
}

void send_match(struct send *s, float processed_db, float unprocessed_db)
{
	s->waiting.any = s->waiting.match = true;
	s->processed_db = processed_db;
	s->unprocessed_db = unprocessed_db;
}

void send_glide(struct send *s, uint32_t ms, const struct rack *from)
{
	s->glide_ms = ms;
	if (from && ms && !s->glide_from)
		s->glide_from = malloc(sizeof *s->glide_from);
	if (from && s->glide_from)
		*s->glide_from = *from; /* without memory for it values just glide as fast as they can */
}

/* ---- A transaction: counted, then written to the ring change by change */

/* A new chain carries every value; what glides slowly starts from the old ones and is told where to. */
static bool is_due(const struct send *s, const struct rack *rack, uint32_t slot, uint32_t param)
{
	const struct module *module = rack->slots[slot].module;
	if (!s->waiting.slots)
		return s->waiting.value[slot][param];
	return s->glide_from && param < module->n_params && param_glides(&module->params[param]);
}

static bool tells_safe(const struct send *s)
{
	return s->waiting.ceiling && !s->waiting.slots;
}

static uint32_t count(const struct send *s, const struct rack *rack)
{
	uint32_t n = kernels_ready(s->kernels) + (uint32_t)s->waiting.slots + s->waiting.match +
		     (tells_safe(s) ? BUILD_SAFE_SETS : 0u);
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		n += s->waiting.of_rack[i];
	for (uint32_t i = 0; i < rack->n_slots; i++)
		for (uint32_t p = 0; p < slot_n_params(&rack->slots[i]); p++)
			n += is_due(s, rack, i, p);
	return n;
}

static void stage_set(struct ring *ring, uint32_t uid, uint32_t param, float value, uint32_t glide_ms)
{
	struct change set = { .type = CHANGE_SET, .uid = uid, .param = (uint16_t)param, .glide_ms = glide_ms };
	set.value = value;
	ring_stage(ring, &set);
}

/* value: of the model, which may be another than what is sent. */
static void expect(struct send *s, uint64_t frame, uint32_t uid, uint32_t param, float value)
{
	if (frame)
		due_expect(&s->due, &(struct due_value){ frame, uid, param, value });
}

static void stage_slot(struct send *s, struct ring *ring, const struct rack *rack, uint32_t index, uint64_t frame)
{
	const struct rack_slot *slot = &rack->slots[index];
	for (uint32_t p = 0; p < slot_n_params(slot); p++) {
		if (!is_due(s, rack, index, p))
			continue;
		bool bypass = p == slot->module->n_params + HOST_BYPASS;
		float value = bypass ? rack_bypassed(rack, index) : slot->values[p];
		stage_set(ring, slot->uid, p, value, s->glide_ms);
		expect(s, frame, slot->uid, p, slot->values[p]);
	}
}

static void stage_rack(struct send *s, struct ring *ring, const struct rack *rack, uint64_t frame)
{
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++) {
		if (!s->waiting.of_rack[i])
			continue;
		stage_set(ring, 0, i, rack->values[i], 0);
		expect(s, frame, 0, i, rack->values[i]);
	}
	if (s->waiting.match) {
		struct change match = { .type = CHANGE_MATCH };
		match.match.processed = powf(10, s->processed_db / 20);
		match.match.unprocessed = powf(10, s->unprocessed_db / 20);
		ring_stage(ring, &match);
	}
}

static void stage_safe(struct ring *ring, const struct rack *rack)
{
	struct build_set sets[BUILD_SAFE_SETS];
	build_safe_sets(rack, sets);
	for (int i = 0; i < BUILD_SAFE_SETS; i++)
		stage_set(ring, CHANGE_SAFE_LIMITER_UID, sets[i].param, sets[i].value, 0);
}

/* Designed by kernels_want offline, for the frame of this transaction. */
static void stage_kernel(struct send *s, struct ring *ring)
{
	struct change kernel = { .type = CHANGE_KERNEL };
	uint64_t frame;
	kernel.kernel = kernels_take(s->kernels, &kernel.uid, &frame);
	ring_stage(ring, &kernel);
}

/* False: none can be had now; it is tried again. */
static bool new_chain(struct send *s, const struct rack *rack, struct chain **chain)
{
	if (s->chains_out < CHANGE_CHAINS_MAX)
		*chain = build_chain(rack, &s->latency, s->kernels, &s->spec, s->sequence + 1, s->glide_from);
	s->chains_out += *chain != NULL;
	return *chain != NULL;
}

void send_flush(struct send *s, const struct rack *rack, uint64_t frame)
{
	if (!s->waiting.any)
		s->glide_ms = 0; /* nothing changed in the transaction that was to glide */
	else if (!s->engine)
		forget(s);
	if (!s->waiting.any)
		return;
	send_kernels(s); /* what a worker has designed has a frame of its own */
	if (kernels_ready(s->kernels))
		return;
	kernels_want(s->kernels, rack, frame);
	struct ring *ring = engine_changes(s->engine);
	struct chain *chain = NULL;
	uint32_t n = count(s, rack);
	if (ring_space(ring) < n + 1 || (s->waiting.slots && !new_chain(s, rack, &chain)))
		return;
	struct change begin = { .type = CHANGE_BEGIN, .uid = n, .sequence = ++s->sequence, .frame = frame };
	ring_stage(ring, &begin);
	stage_rack(s, ring, rack, frame);
	if (tells_safe(s))
		stage_safe(ring, rack);
	if (chain)
		ring_stage(ring, &(struct change){ .type = CHANGE_CHAIN, .chain = chain });
	for (uint32_t i = 0; i < rack->n_slots; i++)
		stage_slot(s, ring, rack, i, frame);
	while (kernels_ready(s->kernels))
		stage_kernel(s, ring);
	ring_publish(ring);
	forget(s);
}

void send_flush_newest(struct send *s, const struct rack *rack)
{
	bool whole = s->waiting.slots || s->glide_ms; /* no single values: nothing may join them */
	struct ring *ring = s->engine && !whole ? engine_changes(s->engine) : NULL;
	if (!ring || CHANGE_RING_SIZE - ring_space(ring) < CHANGES_A_BLOCK)
		send_flush(s, rack, 0);
}

void send_kernels(struct send *s)
{
	struct ring *ring = s->engine ? engine_changes(s->engine) : NULL;
	while (ring && kernels_ready(s->kernels) && ring_space(ring) >= 2) {
		struct change kernel = { .type = CHANGE_KERNEL };
		struct change begin = { .type = CHANGE_BEGIN, .uid = 1, .sequence = ++s->sequence };
		kernel.kernel = kernels_take(s->kernels, &kernel.uid, &begin.frame);
		ring_stage(ring, &begin);
		ring_stage(ring, &kernel);
		ring_publish(ring);
	}
}

/* ---- What comes back */

bool send_waits(const struct send *s)
{
	return s->waiting.any;
}

void send_take_back(struct send *s)
{
	struct retired retired;
	while (s->engine && ring_read(engine_returns(s->engine), &retired, 1)) {
		s->chains_out -= retired.type == RETIRED_CHAIN;
		retired_free(&retired);
	}
}

int send_wait_ms(const struct send *s)
{
	if (s->waiting.any || kernels_ready(s->kernels))
		return RETRY_MS;
	return s->chains_out || s->due.n ? RETURN_MS : -1;
}

bool send_take_due(struct send *s, struct due_value *value)
{
	return s->engine && s->due.n && due_take(&s->due, engine_read_telemetry(s->engine)->frame, value);
}

uint64_t send_sequence(const struct send *s)
{
	return s->sequence + s->waiting.any;
}

uint64_t send_applied(const struct send *s)
{
	if (!s->engine)
		return UINT64_MAX;
	uint64_t applied = engine_read_telemetry(s->engine)->applied;
	return applied > s->base_sequence ? applied : s->base_sequence;
}

uint32_t send_latency(const struct send *s)
{
	return s->engine ? s->latency.frames : 0;
}

bool send_holds(const struct send *s, uint32_t uid)
{
	return s->glide_from && rack_find_uid(s->glide_from, uid) >= 0;
}
