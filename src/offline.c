/* The offline loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/offline.h"

#include "rack/audio/engine.h"
#include "rack/control/control.h"

#include <math.h>
#include <string.h>

/* Input that was read and not run yet: n frames from `at` on. */
struct offline_block {
	uint32_t at, n;
	bool ended; /* the source has nothing more */
	float in[2][OFFLINE_BLOCK], out[2][OFFLINE_BLOCK];
};

/* The first n frames of what was read. */
static void process(struct offline *o, struct offline_block *b, uint32_t n)
{
	float *const in[2] = { b->in[0] + b->at, b->in[1] + b->at };
	if (o->control) {
		const struct buses buses = { .in = { in[0], in[1] }, .out = { b->out[0], b->out[1] } };
		engine_process(control_engine(o->control), &buses, n, 0);
		control_tick(o->control);
	} else {
		for (int c = 0; c < 2; c++)
			memcpy(b->out[c], in[c], n * sizeof in[c][0]);
	}
	o->run_frames += n;
	b->at += n;
	b->n -= n;
}

static bool give(struct offline *o, const struct offline_block *b, uint32_t n)
{
	uint64_t before = o->run_frames - n, skip = before < o->skip ? o->skip - before : 0;
	uint32_t first = skip < n ? (uint32_t)skip : n, count = n - first;
	const float *const channels[2] = { b->out[0] + first, b->out[1] + first };
	for (uint32_t i = 0; count && i < o->n_sinks; i++)
		if (!o->sinks[i].put(o->sinks[i].user, channels, count))
			return false;
	o->out_frames += count;
	return true;
}

/* Silence behind the source's end: for the tail, and until the latency has passed. */
static void read_silence(struct offline *o, struct offline_block *b)
{
	uint64_t left = o->in_frames + o->tail + o->skip - o->run_frames;
	memset(b->in, 0, sizeof b->in);
	b->at = 0;
	b->n = left < OFFLINE_BLOCK ? (uint32_t)left : OFFLINE_BLOCK;
}

/* The next frames to be run; none where the output is whole. */
static enum status read_more(struct offline *o, struct offline_block *b, struct reason *reason)
{
	float *const in[2] = { b->in[0], b->in[1] };
	enum status status = STATUS_OK;
	if (!b->ended && b->n == 0) {
		b->at = 0;
		status = o->source.read(o->source.user, in, OFFLINE_BLOCK, &b->n, reason);
		b->ended = b->n < OFFLINE_BLOCK;
		o->in_frames += b->n;
	}
	if (b->ended && b->n == 0)
		read_silence(o, b);
	return status;
}

static uint64_t next_event(const struct offline *o)
{
	return o->events ? o->events->next(o->events->user) : UINT64_MAX;
}

static enum status fail(struct offline *o, enum offline_part part, enum status status)
{
	o->failed = part;
	return status;
}

enum status offline_run(struct offline *o, struct reason *reason)
{
	struct offline_block b;
	b.n = 0;
	b.ended = false;
	o->in_frames = o->run_frames = o->out_frames = 0;
	for (;;) {
		enum status status = read_more(o, &b, reason);
		if (status != STATUS_OK)
			return fail(o, OFFLINE_SOURCE, status);
		if (b.n == 0)
			return STATUS_OK;
		if (next_event(o) <= o->run_frames)
			status = o->events->apply(o->events->user, o->run_frames, reason);
		if (status != STATUS_OK)
			return fail(o, OFFLINE_EVENTS, status);
		uint64_t to_event = next_event(o) - o->run_frames;
		uint32_t n = to_event < b.n ? (uint32_t)to_event : b.n;
		process(o, &b, n);
		if (!give(o, &b, n))
			return fail(o, OFFLINE_SINK, STATUS_IO);
		if (o->stop && o->stop(o->stop_user, o->out_frames))
			return fail(o, OFFLINE_STOPPED, STATUS_UNAVAILABLE);
	}
}

float offline_ring(struct offline *o, uint32_t frames)
{
	struct offline_block b = { .in = { { 0 } } };
	float peak = 0;
	for (uint32_t done = 0, n; done < frames; done += n) {
		n = frames - done < OFFLINE_BLOCK ? frames - done : OFFLINE_BLOCK;
		b.at = 0;
		process(o, &b, n);
		for (int c = 0; c < 2; c++)
			for (uint32_t i = 0; i < n; i++)
				peak = fmaxf(peak, fabsf(b.out[c][i]));
	}
	return peak;
}
