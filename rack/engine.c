/* The audio side: applies commands on their frame, runs the chain, cross-fades to a new one, publishes meters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/engine.h"

#include "rack/analysis.h"
#include "rack/chain.h"
#include "rack/dsp/fade.h"
#include "rack/flush.h"
#include "rack/memory.h"
#include "rack/overload.h"
#include "rack/ring.h"
#include "rack/schedule.h"
#include "rack/telemetry.h"
#include "rack/triple.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A new chain runs beside the old one until its look-ahead and filters hold sound, then it is faded in. */
#define WARM_MS 20
#define CHAIN_FADE_MS 30
#define STREAM_FADE_MS 20
#define POWER_S 2.0
#define WARNING_LOAD 0.8f
#define POISON 1e6f

struct engine {
	struct spec spec;
	struct analysis *analysis;
	struct ring *commands, *returns;
	struct schedule schedule;
	uint64_t frame, applied, poisoned;
	uint32_t last_n; /* frames of the newest block */

	struct chain *now, *next, *queued;  /* next: being faded to; queued: after that */
	uint32_t change_at, warm, fade_length; /* frames since the change to next began */

	/* The safe bypass: heard (or on its way) when safe is set. Like a change, it is warmed and faded: turn_at counts up to
	 * turn_length, from the other path to this one. */
	struct overload overload;
	bool safe;
	uint32_t turn_at, turn_warm, turn_length;
	double power_in, power_out; /* mean squares over some seconds: how loud the safe bypass has to be */

	_Atomic bool audible, silent;
	uint32_t stream_at, stream_length;  /* place in the stream's fade: 0 silence, length full level */

	float load_mean, load_worst[2];
	uint64_t load_turn; /* frame at which the windows of the worst load change places */

	struct triple triple;
	struct telemetry telemetry[3];
};

/* ---- Control thread */

struct engine *engine_new(const struct spec *spec, struct chain *chain, struct analysis *analysis, bool audible)
{
	struct engine *e = memory_new(sizeof *e);
	if (!e)
		return NULL;
	e->spec = *spec;
	e->analysis = analysis;
	e->now = chain;
	e->commands = ring_new(COMMAND_RING_SIZE, sizeof(struct command));
	e->returns = ring_new(2 * COMMAND_CHAINS_MAX, sizeof(struct chain *));
	e->fade_length = fade_frames(spec->rate, CHAIN_FADE_MS);
	e->stream_length = fade_frames(spec->rate, STREAM_FADE_MS);
	e->stream_at = audible ? e->stream_length : 0;
	atomic_init(&e->audible, audible);
	atomic_init(&e->silent, !audible);
	schedule_init(&e->schedule);
	triple_init(&e->triple);
	if (!e->commands || !e->returns) {
		e->now = NULL;
		engine_free(e);
		return NULL;
	}
	return e;
}

static void free_sent_chains(struct engine *e)
{
	for (uint32_t i = 0; i < ring_ready(e->commands); i++) {
		const struct command *command = ring_peek(e->commands, i);
		if (command->type == COMMAND_CHAIN)
			chain_free(command->chain);
	}
	while (schedule_next(&e->schedule) != UINT64_MAX) {
		struct command command = schedule_take(&e->schedule);
		if (command.type == COMMAND_CHAIN)
			chain_free(command.chain);
	}
	struct chain *returned;
	while (ring_read(e->returns, &returned, 1))
		chain_free(returned);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	if (e->commands && e->returns)
		free_sent_chains(e);
	chain_free(e->now);
	chain_free(e->next);
	chain_free(e->queued);
	ring_free(e->commands);
	ring_free(e->returns);
	free(e);
}

struct ring *engine_commands(struct engine *e)
{
	return e->commands;
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

/* The control thread has at most COMMAND_CHAINS_MAX chains under way, so the ring has room. */
static void give_back(struct engine *e, struct chain *chain) RT
{
	ring_write(e->returns, &chain, 1);
}

static void start_change(struct engine *e, struct chain *chain) RT
{
	chain_adopt(chain, e->now);
	e->next = chain;
	e->change_at = 0;
	e->warm = fade_frames(e->spec.rate, WARM_MS) + chain_latency(chain);
}

/* The loudness that the chain made of its input lately, within what the gain's row allows. */
static void set_safe_gain(struct engine *e) RT
{
	double gain_db = 10 * log10((e->power_out + 1e-12) / (e->power_in + 1e-12));
	gain_db = gain_db < -24 ? -24 : gain_db > 24 ? 24 : gain_db;
	chain_set(chain_safe(e->now), COMMAND_SAFE_GAIN_UID, 0, (float)gain_db, 0);
}

static bool is_turning(const struct engine *e) RT
{
	return e->turn_at < e->turn_length;
}

static void change_chain(struct engine *e, struct chain *chain) RT
{
	if (!e->next && !is_turning(e) && !e->safe) {
		start_change(e, chain);
		return;
	}
	if (e->queued)
		give_back(e, e->queued); /* never heard: the newer one holds everything it held */
	e->queued = chain;
}

static void finish_change(struct engine *e) RT
{
	give_back(e, e->now);
	e->now = e->next;
	e->next = NULL;
	if (e->queued) {
		start_change(e, e->queued);
		e->queued = NULL;
	}
}

/* The safe bypass hears nothing of the chain, so a new one takes its place at once. */
static void change_unheard(struct engine *e) RT
{
	chain_adopt(e->queued, e->now);
	give_back(e, e->now);
	e->now = e->queued;
	e->queued = NULL;
	set_safe_gain(e);
}

static void apply(struct engine *e, const struct command *command) RT
{
	struct chain *const chains[] = { e->now, e->next, e->queued };
	switch (command->type) {
	case COMMAND_SET:
		for (int i = 0; i < 3; i++)
			if (chains[i])
				chain_set(chains[i], command->uid, command->param, command->value, command->glide_ms);
		break;
	case COMMAND_MATCH:
		for (int i = 0; i < 3; i++)
			if (chains[i])
				chain_match(chains[i], (double)command->match.processed, (double)command->match.unprocessed);
		break;
	case COMMAND_CHAIN:
		change_chain(e, command->chain);
		break;
	default:
		break;
	}
}

/* Everything on the ring is whole transactions: they are published so. A transaction for a later frame is put aside; where
 * there is no room for that, it is applied early rather than lost. */
static void drain(struct engine *e) RT
{
	uint32_t ready = ring_ready(e->commands), taken = 0;
	while (taken < ready && taken < COMMANDS_A_BLOCK) {
		const struct command *begin = ring_peek(e->commands, 0);
		uint32_t n = begin->uid + 1;
		e->applied = begin->mark;
		if (begin->frame <= e->frame || !schedule_add(&e->schedule, e->commands, n, begin->frame))
			for (uint32_t i = 1; i < n; i++)
				apply(e, ring_peek(e->commands, i));
		ring_drop(e->commands, n);
		taken += n;
	}
}

static void apply_due(struct engine *e) RT
{
	while (schedule_next(&e->schedule) <= e->frame) {
		struct command command = schedule_take(&e->schedule);
		apply(e, &command);
	}
}

/* ---- Audio thread: sound */

/* Poison becomes silence here, sample by sample. */
static void take_input(struct engine *e, const float *const in[2], uint32_t at, float *const taken[2],
	double *const io[2], uint32_t n) RT
{
	unsigned poisoned = 0;
	for (int c = 0; c < 2; c++)
		for (uint32_t i = 0; i < n; i++) {
			float x = in[c][at + i];
			bool good = fabsf(x) <= POISON; /* false for NaN */
			taken[c][i] = good ? x : 0;
			io[c][i] = (double)taken[c][i];
			poisoned += !good;
		}
	e->poisoned += poisoned > 0;
}

/* n frames in which neither the warming nor the fade of a change ends. */
static void run_change(struct engine *e, double *const io[2], uint32_t n) RT
{
	double beside[2][BLOCK_MAX];
	double *const new[2] = { beside[0], beside[1] };
	for (int c = 0; c < 2; c++)
		memcpy(new[c], io[c], n * sizeof(double));
	e->poisoned += chain_process(e->now, io, n) + chain_process(e->next, new, n);
	for (uint32_t i = 0; i < n && e->change_at + i >= e->warm; i++) {
		double w = fade_weight(e->change_at + i - e->warm, e->fade_length);
		for (int c = 0; c < 2; c++)
			io[c][i] += w * (new[c][i] - io[c][i]);
	}
	e->change_at += n;
	if (e->change_at == e->warm + e->fade_length)
		finish_change(e);
}

/* Both paths run until the one that is turned to has warmed up and is faded in. */
static void run_turn(struct engine *e, double *const io[2], uint32_t n) RT
{
	double beside[2][BLOCK_MAX];
	double *const new[2] = { beside[0], beside[1] };
	struct chain *safe = chain_safe(e->now);
	for (int c = 0; c < 2; c++)
		memcpy(new[c], io[c], n * sizeof(double));
	e->poisoned += chain_process(e->safe ? e->now : safe, io, n) + chain_process(e->safe ? safe : e->now, new, n);
	for (uint32_t i = 0; i < n && e->turn_at + i >= e->turn_warm; i++) {
		double w = fade_weight(e->turn_at + i - e->turn_warm, e->fade_length);
		for (int c = 0; c < 2; c++)
			io[c][i] += w * (new[c][i] - io[c][i]);
	}
	e->turn_at += n;
}

static double mean_square(double *const io[2], uint32_t n) RT
{
	double sum = 0;
	for (uint32_t i = 0; i < n; i++)
		sum += io[0][i] * io[0][i] + io[1][i] * io[1][i];
	return sum / n;
}

/* As loud as the chain made its input lately; silence says nothing. */
static void follow_power(struct engine *e, double before, double after, uint32_t n) RT
{
	if (before < 1e-8)
		return;
	double part = n / (POWER_S * e->spec.rate);
	part = part < 1 ? part : 1;
	e->power_in += part * (before - e->power_in);
	e->power_out += part * (after - e->power_out);
}

static void turn_where_wanted(struct engine *e) RT
{
	if (e->safe == e->overload.safe || is_turning(e) || e->next)
		return;
	e->safe = e->overload.safe;
	e->turn_at = 0;
	e->turn_warm = fade_frames(e->spec.rate, WARM_MS) + chain_latency(e->now);
	e->turn_length = e->turn_warm + e->fade_length;
	if (e->safe)
		set_safe_gain(e);
}

static uint32_t frames_to_boundary(const struct engine *e) RT
{
	uint64_t left = schedule_next(&e->schedule) - e->frame;
	if (is_turning(e)) {
		uint32_t turn = e->turn_at < e->turn_warm ? e->turn_warm - e->turn_at : e->turn_length - e->turn_at;
		left = left < turn ? left : turn;
	}
	if (e->next) {
		uint32_t boundary = e->change_at < e->warm ? e->warm : e->warm + e->fade_length;
		left = left < boundary - e->change_at ? left : boundary - e->change_at;
	}
	return left < BLOCK_MAX ? (uint32_t)left : BLOCK_MAX;
}

/* Weight 1 multiplies exactly, so a settled stream keeps its bits. */
static void give_output(struct engine *e, double *const io[2], float *const out[2], uint32_t at, uint32_t n) RT
{
	bool audible = atomic_load_explicit(&e->audible, memory_order_relaxed);
	for (uint32_t i = 0; i < n; i++) {
		double w = e->stream_at == e->stream_length ? 1 : e->stream_at == 0 ? 0 :
			fade_weight(e->stream_at, e->stream_length);
		for (int c = 0; c < 2; c++)
			out[c][at + i] = (float)(w * io[c][i]);
		if (audible && e->stream_at < e->stream_length)
			e->stream_at++;
		else if (!audible && e->stream_at > 0)
			e->stream_at--;
	}
	atomic_store_explicit(&e->silent, e->stream_at == 0, memory_order_relaxed);
}

static void run(struct engine *e, const float *const in[2], float *const out[2], uint32_t at, uint32_t n) RT
{
	float heard[2][BLOCK_MAX]; /* kept for the analysis: out may be the same memory as in */
	double samples[2][BLOCK_MAX];
	float *const taken[2] = { heard[0], heard[1] };
	double *const io[2] = { samples[0], samples[1] };
	take_input(e, in, at, taken, io, n);
	double power = mean_square(io, n);
	turn_where_wanted(e);
	if (e->queued && e->safe && !is_turning(e))
		change_unheard(e);
	if (is_turning(e))
		run_turn(e, io, n);
	else if (e->next)
		run_change(e, io, n);
	else
		e->poisoned += chain_process(e->safe ? chain_safe(e->now) : e->now, io, n);
	if (!e->safe && !is_turning(e))
		follow_power(e, power, mean_square(io, n), n);
	if (e->queued && !e->next && !e->safe && !is_turning(e)) {
		start_change(e, e->queued);
		e->queued = NULL;
	}
	give_output(e, io, out, at, n);
	if (e->analysis) {
		const float *const before[2] = { heard[0], heard[1] };
		const float *const after[2] = { out[0] + at, out[1] + at };
		analysis_feed(e->analysis, before, after, n);
	}
}

static void publish(struct engine *e, uint64_t time_us, uint64_t at_frame) RT
{
	struct telemetry *t = &e->telemetry[e->triple.back];
	t->frame = e->frame;
	t->time_us = time_us;
	t->at_frame = at_frame;
	uint64_t waiting = schedule_mark(&e->schedule);
	t->applied = waiting <= e->applied ? waiting - 1 : e->applied;
	t->poisoned = e->poisoned;
	t->load_mean = e->load_mean;
	t->load_worst = e->load_worst[0] > e->load_worst[1] ? e->load_worst[0] : e->load_worst[1];
	t->overload = e->safe ? OVERLOAD_SAFE : t->load_worst > WARNING_LOAD ? OVERLOAD_WARNING : OVERLOAD_NONE;
	const struct chain *heard = e->next && e->change_at >= e->warm ? e->next : e->now;
	t->n_slots = chain_n_slots(heard);
	for (uint32_t i = 0; i < t->n_slots; i++)
		t->slots[i].uid = chain_read_meters(heard, i, t->slots[i].meters);
	triple_publish(&e->triple);
}

void engine_process(struct engine *e, const float *const in[2], float *const out[2], uint32_t n, uint64_t time_us) RT
{
	uint32_t saved = flush_denormals();
	uint64_t first = e->frame;
	e->last_n = n;
	drain(e);
	for (uint32_t done = 0; done < n;) {
		apply_due(e);
		uint32_t piece = frames_to_boundary(e);
		if (piece > n - done)
			piece = n - done;
		run(e, in, out, done, piece);
		e->frame += piece;
		done += piece;
	}
	publish(e, time_us, first);
	restore_denormals(saved);
}

void engine_note_load(struct engine *e, float load) RT
{
	e->load_mean += 0.01f * (load - e->load_mean);
	double period_s = e->last_n / e->spec.rate;
	overload_note(&e->overload, load, period_s);
	if (load > e->load_worst[0])
		e->load_worst[0] = load;
	if (e->frame >= e->load_turn) {
		e->load_worst[1] = e->load_worst[0];
		e->load_worst[0] = 0;
		e->load_turn = e->frame + (uint64_t)e->spec.rate / 2;
	}
}
