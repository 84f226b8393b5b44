/* The audio side: applies changes on their frame, runs the chain, cross-fades to a new one, publishes meters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/engine.h"

#include "rack/audio/kernel.h"
#include "rack/audio/overload.h"
#include "rack/audio/retired.h"
#include "rack/audio/schedule.h"
#include "rack/audio/stage.h"
#include "rack/audio/telemetry.h"
#include "rack/base/flush.h"
#include "rack/base/memory.h"
#include "rack/base/poison.h"
#include "rack/base/ring.h"
#include "rack/base/triple.h"
#include "rack/dsp/fade.h"
#include "rack/meters/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A power of two with room for all chains and kernels that may come back before the control thread looks. */
enum { RETURN_RING_SIZE = 256 };
_Static_assert(RETURN_RING_SIZE >= 2 * CHANGE_CHAINS_MAX + CHANGE_KERNELS_MAX, "the audio thread never finds it full");

#define STREAM_FADE_MS 20
#define WARNING_LOAD 0.8f
#define SILENCE 1e-6f /* -120 dBFS */

struct engine {
	struct spec spec;
	struct analysis *analysis;
	struct ring *changes, *returns;
	struct schedule schedule;
	uint64_t frame, applied, poisoned, silent_frames;
	uint32_t last_n; /* frames of the newest block */

	struct stage stage;
	struct overload overload;

	_Atomic bool audible, silent;
	uint32_t stream_at, stream_length; /* place in the stream's fade: 0 silence, length full level */

	float load_mean, load_worst[2];
	uint64_t load_turn; /* frame at which the windows of the worst load change places */

	struct triple triple;
	struct telemetry telemetry[3];
};

/* ---- Control thread */

struct engine *engine_new(
	const struct spec *spec, struct chain *chain, struct analysis *analysis, bool audible, uint64_t first)
{
	struct engine *e = memory_new(sizeof *e);
	if (!e)
		return NULL;
	e->spec = *spec;
	e->analysis = analysis;
	e->frame = e->load_turn = first;
	for (int i = 0; i < 3; i++)
		e->telemetry[i].frame = e->telemetry[i].at_frame = first;
	e->changes = ring_new(CHANGE_RING_SIZE, sizeof(struct change));
	e->returns = ring_new(RETURN_RING_SIZE, sizeof(struct retired));
	e->stream_length = fade_frames(spec->rate, STREAM_FADE_MS);
	e->stream_at = audible ? e->stream_length : 0;
	atomic_init(&e->audible, audible);
	atomic_init(&e->silent, !audible);
	schedule_init(&e->schedule);
	triple_init(&e->triple);
	if (!e->changes || !e->returns) {
		engine_free(e);
		return NULL;
	}
	stage_init(&e->stage, spec->rate, chain, e->returns);
	return e;
}

static void free_change(const struct change *change)
{
	if (change->type == CHANGE_CHAIN)
		chain_free(change->chain);
	else if (change->type == CHANGE_KERNEL)
		kernel_release(change->kernel);
}

static void free_sent(struct engine *e)
{
	for (uint32_t i = 0; i < ring_ready(e->changes); i++)
		free_change(ring_peek(e->changes, i));
	while (schedule_next(&e->schedule) != UINT64_MAX) {
		struct change change = schedule_take(&e->schedule);
		free_change(&change);
	}
	struct retired returned;
	while (ring_read(e->returns, &returned, 1))
		retired_free(&returned);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	if (e->changes && e->returns)
		free_sent(e);
	stage_drop(&e->stage);
	ring_free(e->changes);
	ring_free(e->returns);
	free(e);
}

struct ring *engine_changes(struct engine *e)
{
	return e->changes;
}

struct ring *engine_returns(struct engine *e)
{
	return e->returns;
}

const struct telemetry *engine_read_telemetry(struct engine *e)
{
	return &e->telemetry[triple_read(&e->triple, NULL)];
}

/* ---- Any thread */

void engine_fade(struct engine *e, bool audible) RT
{
	atomic_store_explicit(&e->audible, audible, memory_order_relaxed);
}

bool engine_is_silent(struct engine *e) RT
{
	return atomic_load_explicit(&e->silent, memory_order_relaxed);
}

/* ---- Audio thread: changes */

static void apply(struct engine *e, const struct change *change) RT
{
	switch (change->type) {
	case CHANGE_SET:
		stage_set(&e->stage, change->uid, change->param, change->value, change->glide_ms);
		break;
	case CHANGE_MATCH:
		stage_match(&e->stage, (double)change->match.processed, (double)change->match.unprocessed);
		break;
	case CHANGE_CHAIN:
		stage_change(&e->stage, change->chain);
		break;
	case CHANGE_KERNEL:
		stage_use_kernel(&e->stage, change->uid, change->kernel);
		kernel_drop(change->kernel);
		break;
	default:
		break;
	}
}

/* Everything on the ring is whole transactions: they are published so. A transaction for a later frame is put aside;
 * where there is no room for that, it is applied early rather than lost. */
static void drain(struct engine *e, uint32_t n_frames) RT
{
	uint32_t ready = ring_ready(e->changes), taken = 0, most = CHANGES_A_BLOCK * (1 + n_frames / BLOCK_MAX);
	while (taken < ready && taken < most) {
		const struct change *begin = ring_peek(e->changes, 0);
		uint32_t n = begin->uid + 1;
		e->applied = begin->sequence;
		bool later = begin->frame > e->frame && schedule_add(&e->schedule, e->changes, n, begin->frame);
		for (uint32_t i = 1; i < n; i++) {
			const struct change *change = ring_peek(e->changes, i);
			if (!later)
				apply(e, change);
			else if (change->type == CHANGE_CHAIN)
				stage_expect(&e->stage, change->chain);
		}
		ring_drop(e->changes, n);
		taken += n;
	}
}

static void apply_due(struct engine *e) RT
{
	while (schedule_next(&e->schedule) <= e->frame) {
		struct change change = schedule_take(&e->schedule);
		apply(e, &change);
	}
}

/* ---- Audio thread: sound */

/* Poison becomes silence here, sample by sample. taken: what is left of the bus, io: the same as double. */
static void take_bus(struct engine *e, const float *const in[2], uint32_t at, float *const taken[2],
	double *const io[2], uint32_t n) RT
{
	uint32_t poisoned = 0;
	for (int c = 0; c < 2; c++) {
		const float *from = in[c] + at;
		float *to = taken[c];
		double *wide = io[c];
		for (uint32_t i = 0; i < n; i++) {
			poisoned |= poison_is(from[i]) ? UINT32_MAX : 0;
			to[i] = poison_out(from[i]);
		}
		for (uint32_t i = 0; i < n; i++)
			wide[i] = (double)to[i];
	}
	e->poisoned += poisoned != 0;
}

static uint32_t frames_to_boundary(const struct engine *e) RT
{
	uint64_t left = schedule_next(&e->schedule) - e->frame;
	uint32_t boundary = stage_boundary(&e->stage);
	return left < boundary ? (uint32_t)left : boundary;
}

static void give_output(struct engine *e, double *const io[2], const struct buses *buses, uint32_t at, uint32_t n) RT
{
	bool audible = atomic_load_explicit(&e->audible, memory_order_relaxed);
	if (audible && e->stream_at == e->stream_length) {
		for (int c = 0; c < 2; c++) {
			const double *from = io[c];
			float *to = buses->out[c] + at;
			for (uint32_t i = 0; i < n; i++)
				to[i] = (float)from[i];
		}
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		double w = e->stream_at == 0 ? 0 : fade_weight(e->stream_at, e->stream_length);
		for (int c = 0; c < 2; c++)
			buses->out[c][at + i] = (float)(w * io[c][i]);
		if (audible && e->stream_at < e->stream_length)
			e->stream_at++;
		else if (!audible && e->stream_at > 0)
			e->stream_at--;
	}
	atomic_store_explicit(&e->silent, e->stream_at == 0, memory_order_relaxed);
}

static void take_key(struct engine *e, const struct buses *buses, uint32_t at, double *const key[2], uint32_t n) RT
{
	float heard[2][BLOCK_MAX];
	if (buses->key[0])
		take_bus(e, buses->key, at, (float *const[2]){ heard[0], heard[1] }, key, n);
	else
		for (int c = 0; c < 2; c++)
			memset(key[c], 0, n * sizeof(double));
}

/* Without branches, so that it vectorises. */
static bool is_silent(const float *samples, uint32_t n) RT
{
	uint32_t loud = 0;
	for (uint32_t i = 0; i < n; i++)
		loud |= fabsf(samples[i]) > SILENCE ? UINT32_MAX : 0;
	return !loud;
}

static void follow_silence(struct engine *e, float *const in[2], float *const out[2], uint32_t at, uint32_t n) RT
{
	bool silent =
		is_silent(in[0], n) && is_silent(in[1], n) && is_silent(out[0] + at, n) && is_silent(out[1] + at, n);
	e->silent_frames = silent ? e->silent_frames + n : 0;
}

static void run(struct engine *e, const struct buses *buses, uint32_t at, uint32_t n) RT
{
	float heard[2][BLOCK_MAX]; /* kept for the analysis: out may be the same memory as in */
	double samples[2][BLOCK_MAX], made[2][BLOCK_MAX], side[2][BLOCK_MAX];
	float *const taken[2] = { heard[0], heard[1] };
	double *const io[2] = { samples[0], samples[1] }, *const processed[2] = { made[0], made[1] },
		      *const key[2] = { side[0], side[1] };
	take_bus(e, buses->in, at, taken, io, n);
	if (e->spec.key)
		take_key(e, buses, at, key, n);
	e->poisoned += stage_process(
		&e->stage, io, e->spec.key ? (const double *const *)key : NULL, e->analysis ? processed : NULL, n);
	give_output(e, io, buses, at, n);
	follow_silence(e, taken, buses->out, at, n);
	for (int c = 0; buses->monitor[0] && c < 2; c++)
		memcpy(buses->monitor[c] + at, buses->out[c] + at, n * sizeof(float));
	if (e->analysis) {
		struct analysis_block block = { .of = { [TAP_IN] = { heard[0], heard[1] } },
			.processed = { processed[0], processed[1] } };
		for (int c = 0; c < 2; c++) {
			block.of[TAP_OUT][c] = buses->out[c] + at;
			block.of[TAP_REF][c] = buses->ref[c] ? buses->ref[c] + at : NULL;
			block.of[TAP_MONITOR][c] = buses->monitor[c] ? buses->monitor[c] + at : NULL;
		}
		analysis_feed(e->analysis, &block, n);
	}
}

static void publish(struct engine *e, uint64_t time_us, uint64_t at_frame) RT
{
	struct telemetry *t = &e->telemetry[e->triple.back];
	t->frame = e->frame;
	t->time_us = time_us;
	t->at_frame = at_frame;
	uint64_t waiting = schedule_sequence(&e->schedule);
	t->applied = waiting <= e->applied ? waiting - 1 : e->applied;
	t->poisoned = e->poisoned;
	t->silent_frames = e->silent_frames;
	t->load_mean = e->load_mean;
	t->load_worst = e->load_worst[0] > e->load_worst[1] ? e->load_worst[0] : e->load_worst[1];
	t->overload = e->stage.safe ? OVERLOAD_SAFE : t->load_worst > WARNING_LOAD ? OVERLOAD_WARNING : OVERLOAD_NONE;
	const struct chain *heard = stage_heard(&e->stage);
	t->n_slots = chain_n_slots(heard);
	for (uint32_t i = 0; i < t->n_slots; i++)
		t->slots[i].uid = chain_read_meters(heard, i, t->slots[i].meters);
	triple_publish(&e->triple);
}

void engine_process(struct engine *e, const struct buses *buses, uint32_t n, uint64_t time_us) RT
{
	uint32_t saved = flush_denormals();
	uint64_t first = e->frame;
	e->last_n = n;
	apply_due(e); /* it came before what drain() finds */
	drain(e, n);
	for (uint32_t done = 0; done < n;) {
		apply_due(e);
		uint32_t piece = frames_to_boundary(e);
		if (piece > n - done)
			piece = n - done;
		run(e, buses, done, piece);
		e->frame += piece;
		done += piece;
	}
	publish(e, time_us, first);
	restore_denormals(saved);
}

void engine_report_load(struct engine *e, float load) RT
{
	e->load_mean += 0.01f * (load - e->load_mean);
	stage_want_safe(&e->stage, overload_report(&e->overload, load, e->last_n / e->spec.rate));
	if (load > e->load_worst[0])
		e->load_worst[0] = load;
	if (e->frame >= e->load_turn) {
		e->load_worst[1] = e->load_worst[0];
		e->load_worst[0] = 0;
		e->load_turn = e->frame + (uint64_t)e->spec.rate / 2;
	}
}
