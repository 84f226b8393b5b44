/* Fuzz target for control and engine without JACK: any edits, values, states and blocks leave the sound finite and
 * under its ceiling, the rack valid, the delay growing only, every sequence applied. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/engine.h"
#include "rack/audio/overload.h"
#include "rack/control/control_private.h"
#include "rack/model/registry.h"
#include "tests/fuzz/fuzz_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 2048, FRAMES_MAX = 30000, STEPS_MAX = 400, DRAIN_BLOCKS = 4000 };

struct run {
	const unsigned char *data;
	size_t left;
	struct control *control;
	struct rack kept; /* an earlier model, to load again */
	uint32_t latency; /* the highest yet of this engine */
	double rate;
	uint64_t frames; /* of this engine */
	uint64_t since;  /* the frame from which on nothing changes */
	uint32_t noise;  /* state of the generator */
	uint32_t total;  /* frames of all engines */
	int begun;
};

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_engine: %s\n", what);
	abort();
}

/* ---- What the bytes say; zeros behind their end */

static uint32_t take(struct run *r, uint32_t below)
{
	if (r->left == 0)
		return 0;
	r->left--;
	return *r->data++ % below;
}

static uint32_t take_16(struct run *r)
{
	uint32_t high = take(r, 256);
	return high << 8 | take(r, 256);
}

static uint32_t take_slot(struct run *r)
{
	uint32_t n = control_rack(r->control)->n_slots;
	return n ? take(r, n) : 0;
}

static const char *take_type(struct run *r)
{
	/* Twice as often the one that the ceiling's check needs. */
	uint32_t type = take(r, registry_count() + 3);
	return type < registry_count() ? registry_at(type)->id : type == registry_count() ? "nothing" : "limiter";
}

/* Within the row and at its ends, far beyond, and what is no number. */
static float take_value(struct run *r, const struct param *row)
{
	switch (take(r, 8)) {
	case 0:
		return row->min;
	case 1:
		return row->max;
	case 2:
		return take(r, 2) ? 1e30f : -1e30f;
	case 3:
		return take(r, 2) ? (float)NAN : (float)INFINITY;
	case 4:
		return row->def;
	default:
		return param_from_norm(row, (float)take(r, 256) / 255);
	}
}

/* ---- Oracles */

static void check_model(struct run *r)
{
	const struct rack *rack = control_rack(r->control);
	expect(rack->n_slots <= RACK_SLOTS_MAX, "more slots than there is room for");
	for (uint32_t s = 0; s < rack->n_slots; s++) {
		const struct rack_slot *slot = &rack->slots[s];
		expect(rack_id_valid(slot->id) && rack_find_slot(rack, slot->id) == (int)s, "a slot's id");
		expect(slot->uid != 0, "a slot that the engine has no name for");
		for (uint32_t k = 0; k < s; k++)
			expect(rack->slots[k].uid != slot->uid, "two slots of one uid");
		for (uint32_t p = 0; p < slot_n_params(slot); p++) {
			const struct param *row = slot_param(slot, p);
			expect(slot->values[p] >= row->min && slot->values[p] <= row->max, "a value beyond its row");
			bool whole = row->scale == SCALE_TOGGLE || row->scale == SCALE_CHOICE;
			expect(!whole || slot->values[p] == roundf(slot->values[p]), "half a choice");
		}
	}
	if (!control_engine(r->control))
		return;
	expect(control_latency(r->control) >= r->latency, "the delay shrank");
	r->latency = control_latency(r->control);
}

/* The ceiling that the output keeps now, as a gain; infinite where nothing is promised. */
static double promised_ceiling(struct run *r)
{
	const struct control *c = r->control;
	const struct rack *rack = &c->rack;
	struct control_status status;
	if (rack->n_slots == 0 || c->depth || send_wait_ms(c->send) >= 0 || rack->values[RACK_BYPASS] != 0 ||
		control_applied(r->control) < control_sequence(r->control))
		r->since = r->frames;
	control_read_status(r->control, &status);
	if (status.overload != OVERLOAD_NONE)
		r->since = r->frames;
	if ((double)(r->frames - r->since) < 0.12 * r->rate + 2 * r->latency || rack->n_slots == 0)
		return INFINITY;
	const struct rack_slot *last = &rack->slots[rack->n_slots - 1];
	const float *host = last->values + last->module->n_params;
	if (strcmp(last->module->id, "limiter") != 0 || host[HOST_BYPASS] != 0 || host[HOST_DELTA] != 0)
		return INFINITY;
	for (uint32_t s = 0; s < rack->n_slots && host[HOST_SOLO] == 0; s++)
		if (rack->slots[s].values[rack->slots[s].module->n_params + HOST_SOLO] != 0)
			return INFINITY; /* another slot is heard alone */
	return pow(10, ((double)last->values[slot_find_param(last, "ceiling")] + 0.1) / 20);
}

static void check_output(struct run *r, const float *const out[2], uint32_t n, double ceiling)
{
#if PLANTED_FAULT == 1
	bool planted = control_rack(r->control)->n_slots == 3;
#else
	bool planted = false;
#endif
#if PLANTED_FAULT == 2
	ceiling *= 0.9;
#endif
	(void)r;
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < n; i++) {
			expect(isfinite(out[side][i]) && !planted, "an output that is not finite");
			expect(fabs((double)out[side][i]) <= ceiling, "an output above the ceiling");
		}
}

/* ---- Sound */

static float noise(struct run *r)
{
	r->noise = r->noise * 1664525u + 1013904223u;
	return (float)(r->noise >> 8) / 8388608.0f - 1;
}

static void fill(struct run *r, float *side, uint32_t n, uint32_t kind, float level)
{
	static const float poison[] = { NAN, INFINITY, -INFINITY, 1e38f, 1e-40f, 2e6f };
	for (uint32_t i = 0; i < n; i++)
		switch (kind) {
		case 0:
			side[i] = 0;
			break;
		case 1:
			side[i] = level * sinf(0.05f * (float)(r->frames + i) * level);
			break;
		case 2:
			side[i] = (r->frames + i) / 37 % 2 ? level : -level;
			break;
		case 3:
			side[i] = r->noise % 50 ? noise(r) : poison[r->noise % 6] + 0 * noise(r);
			r->noise = r->noise * 22695477u + 1;
			break;
		case 4:
			side[i] = i == n / 2 ? level : 0;
			break;
		default:
			side[i] = level * noise(r);
		}
}

static void play(struct run *r, uint32_t n, uint32_t kind, float level, bool in_place)
{
	static float in[2][BLOCK], out[2][BLOCK], key[2][BLOCK], monitor[2][BLOCK];
	struct engine *engine = control_engine(r->control);
	if (!engine)
		return;
	fill(r, in[0], n, kind, level);
	fill(r, in[1], n, kind, -level);
	fill(r, key[0], n, 5 - kind % 6, level);
	fill(r, key[1], n, 5 - kind % 6, -level);
	const struct buses buses = { .in = { in[0], in[1] },
		.key = { key[0], key[1] },
		.monitor = { monitor[0], monitor[1] },
		.out = { in_place ? in[0] : out[0], in_place ? in[1] : out[1] } };
	double before = promised_ceiling(r);
	engine_process(engine, &buses, n, 0);
	r->frames += n;
	r->total += n;
	double after = promised_ceiling(r);
	check_output(r, (const float *const[2]){ buses.out[0], buses.out[1] }, n, isfinite(before) ? after : INFINITY);
}

static void take_block(struct run *r)
{
	static const float levels[] = { 0.001f, 0.1f, 0.5f, 1, 2, 10, 1000, 999999 };
	static const uint32_t sizes[] = { 0, 1, 7, 64, 333, 1024, BLOCK };
	uint32_t what = take(r, 256), kind = what % 6, n = sizes[take(r, 7)], times = 1 + take(r, 12);
	float level = levels[what / 6 % 8];
	for (uint32_t i = 0; i < times && r->total < FRAMES_MAX; i++) {
		play(r, n, kind, level, what & 128);
		control_tick(r->control);
	}
}

/* ---- Intents */

static void start(struct run *r)
{
	static const double rates[] = { 48000, 8000, 44100, 96000, 192000, 384000, 7999, 384001 };
	r->rate = rates[take(r, 8)];
	r->latency = 0;
	r->frames = r->since = 0;
	const struct spec spec = { .rate = r->rate, .key = take(r, 2) };
	bool good = r->rate >= 8000 && r->rate <= 384000;
	expect((control_start(r->control, &spec, CONTROL_OFFLINE, NULL) == STATUS_OK) == good, "start");
}

static void set(struct run *r)
{
	const struct rack *rack = control_rack(r->control);
	uint32_t slot = take(r, 16) ? take_slot(r) : RACK_ITSELF;
	if (rack->n_slots == 0)
		slot = RACK_ITSELF;
	uint32_t n = slot == RACK_ITSELF ? N_RACK_PARAMS : slot_n_params(&rack->slots[slot]);
	uint32_t param = take(r, 256) % n;
	const struct param *row = control_param(r->control, slot, param);
	float value = take_value(r, row), real;
	/* The one fault that takes a machine's time and nothing else. */
	if (row->choices && value >= row->max && strcmp(row->choices[(int)row->max], "burn") == 0)
		value = row->max - 1;
	enum status status = control_set(r->control, slot, param, value, take(r, 3), &real, NULL);
	expect((status == STATUS_OK) == (bool)isfinite(value), "a value that is no number, or one refused");
	expect(status != STATUS_OK || control_value(r->control, slot, param) == real, "another value than told");
}

static void edit(struct run *r)
{
	static const char *const ids[] = { NULL, "", "a", "b2", "in", "Bad Id", "a_slot_with_a_name_that_is_too_long" };
	const struct rack *rack = control_rack(r->control);
	uint32_t kind = take(r, 5), slot = take_slot(r);
	char id[RACK_ID_SIZE] = "none";
	if (rack->n_slots)
		memcpy(id, rack->slots[slot].id, sizeof id);
	struct reason reason = { "" };
	enum status status = STATUS_OK;
	if (kind == 0)
		status = control_remove(r->control, id, 0, &reason);
	else if (kind == 1)
		status = control_move(r->control, id, take(r, 30), 0, &reason);
	else if (kind == 2)
		status = control_replace(r->control, id, take_type(r), 0, &reason);
	else {
		const char *type = take_type(r);
		uint32_t position = kind == 3 ? UINT32_MAX : take(r, 30);
		status = control_insert(r->control, type, position, ids[take(r, 7)], 0, &reason);
	}
	expect(status == STATUS_OK || reason.text[0], "refused without a reason");
}

static void change_state(struct run *r)
{
	static const char *const names[] = { "a", "b", "c d", "../e" };
	struct control *c = r->control;
	switch (take(r, 8)) {
	case 0:
		control_scene_store(c, names[take(r, 4)], NULL);
		break;
	case 1:
		control_scene_recall(c, names[take(r, 4)], (float)take(r, 4) * 0.02f, 0, NULL);
		r->since = r->frames + (uint64_t)(0.06 * r->rate);
		break;
	case 2:
		control_snapshot_hear(c, take(r, 5), 0, NULL);
		break;
	case 3:
		control_snapshot_copy(c, take(r, 5), take(r, 5), 0, NULL);
		break;
	case 4:
		control_redo(c, 0, NULL);
		break;
	case 5:
		if (control_rack(c)->n_slots)
			control_lock(c, take_slot(r), 0, take(r, 2), NULL);
		break;
	default:
		for (uint32_t n = 1 + take(r, 4); n > 0; n--)
			control_undo(c, 0, NULL);
	}
}

/* A preset: what was kept, or something new. */
static void load(struct run *r)
{
	struct rack fresh;
	rack_clear(&fresh);
	for (uint32_t n = take(r, 6); n > 0; n--) {
		const struct module *module = registry_find(take_type(r));
		if (module)
			rack_insert(&fresh, take(r, 6), module, NULL, NULL);
	}
	bool keep = take(r, 2), again = take(r, 2);
	struct rack now = *control_rack(r->control);
	control_load(r->control, again ? &r->kept : &fresh, 0);
	if (keep)
		r->kept = now;
}

static void transact(struct run *r)
{
	if (r->begun && take(r, 4)) {
		control_end(r->control);
		r->begun--;
	} else if (r->begun < 3) {
		uint64_t frame = take(r, 2) ? r->frames + take_16(r) % 8192 : take(r, 256);
		control_begin(r->control, frame);
		r->begun++;
	}
}

static void end_all(struct run *r)
{
	for (; r->begun; r->begun--)
		control_end(r->control);
}

/* Loud for longer than any change takes, with a limiter at the end or not, and nothing in the way of its ceiling. */
static void settle(struct run *r)
{
	struct control *c = r->control;
	const struct rack *rack = control_rack(c);
	end_all(r);
	if (take(r, 2))
		control_insert(c, "limiter", UINT32_MAX, NULL, 0, NULL);
	if (!control_engine(c) || rack->n_slots == 0 || r->rate > 100000)
		return;
	const struct rack_slot *last = &rack->slots[rack->n_slots - 1];
	uint32_t host = last->module->n_params;
	control_set(c, rack->n_slots - 1, host + HOST_BYPASS, 0, 0, NULL, NULL);
	control_set(c, rack->n_slots - 1, host + HOST_DELTA, 0, 0, NULL, NULL);
	control_set(c, rack->n_slots - 1, host + HOST_SOLO, (float)take(r, 2), 0, NULL, NULL);
	control_set(c, RACK_ITSELF, RACK_BYPASS, 0, 0, NULL, NULL);
	uint32_t kind = take(r, 6);
	for (double frames = 0.25 * r->rate + 3 * r->latency; frames > 0; frames -= 333) {
		control_tick(c);
		play(r, 333, kind, 4, false);
	}
}

static void step(struct run *r)
{
	r->since = r->frames > r->since ? r->frames : r->since;
	switch (take(r, 16)) {
	case 0:
	case 1:
	case 2:
		edit(r);
		break;
	case 3:
	case 4:
	case 5:
		set(r);
		break;
	case 6:
	case 7:
		change_state(r);
		break;
	case 8:
		load(r);
		break;
	case 9:
		transact(r);
		break;
	case 10:
		if (take(r, 4) == 0) {
			control_stop(r->control);
			start(r);
		}
		break;
	case 11:
		if (control_engine(r->control))
			engine_report_load(control_engine(r->control), (float)take(r, 256) / 64);
		break;
	case 12:
		if (control_engine(r->control))
			engine_fade(control_engine(r->control), take(r, 3));
		break;
	case 13:
		settle(r);
		break;
	default:
		take_block(r);
	}
}

/* Everything that was said is applied after a while. */
static void drain(struct run *r)
{
	end_all(r);
	for (int i = 0; i < DRAIN_BLOCKS; i++) {
		control_tick(r->control);
		if (control_applied(r->control) >= control_sequence(r->control))
			return;
		play(r, 333, 5, 0.5f, false);
	}
	expect(false, "a sequence that is never applied");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct reason reason = { "no control" };
	struct run r = { .data = data, .left = size, .noise = 1 };
	rack_clear(&r.kept);
	r.control = control_new(&reason);
	expect(r.control, reason.text);
	start(&r);
	for (int i = 0; r.left && i < STEPS_MAX && r.total < FRAMES_MAX; i++) {
		step(&r);
		check_model(&r);
	}
	drain(&r);
	settle(&r);
	check_model(&r);
	control_stop(r.control);
	control_free(r.control);
	return 0;
}

#ifndef WITH_LIBFUZZER
/* Without a fuzzer: the target over files, such as inputs that once failed, or (-random RUNS) over random bytes. */
int main(int argc, char **argv)
{
	static unsigned char data[1 << 16];
	uint32_t seed = 1;
	long runs = argc == 3 && strcmp(argv[1], "-random") == 0 ? atol(argv[2]) : 0;
	for (long run = 0; run < runs; run++) {
		for (int i = 0; i < 400; i++) {
			seed = seed * 1664525u + 1013904223u;
			data[i] = (unsigned char)(seed >> 24);
		}
		LLVMFuzzerTestOneInput(data, 400);
	}
	return runs ? 0 : fuzz_files(argc, argv, data, sizeof data);
}
#endif
