/* The analysis thread: takes hops of 10 ms from the ring to the meter bridge, publishes the values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analysis.h"

#include "rack/base/clock.h"
#include "rack/base/memory.h"
#include "rack/base/ring.h"
#include "rack/base/thread.h"
#include "rack/base/triple.h"
#include "rack/meters/bridge.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAP_MS = 33, /* waking up costs more than measuring a hop, and values are sent 30 times a second at most */
	LONG_NAP_MS = 100, /* once nobody has read for AWAKE_MS */
	AWAKE_MS = 1000,
	FEED_CHUNK = 64,
	CHANNELS_MAX = 2 * N_TAPS,
};

/* Of TAPS_RACK. */
struct frame {
	float samples[6];
};

struct analysis {
	struct ring *ring; /* of frames: left and right of each tap, in their order */
	unsigned taps;
	uint32_t n_channels;
	_Atomic uint32_t delay_frames;
	_Atomic uint64_t lost;
	_Atomic unsigned resets, reads;
	atomic_bool paused, stop;
	pthread_t thread;

	/* The thread's own. */
	struct bridge *bridge;
	float *hop;
	unsigned resets_done, reads_seen, unread_ms;
	bool is_paused;
	uint64_t lost_before_reset;

	float *values[3];
	struct levels levels[3];
	struct triple triple;
};

/* ---- Audio thread */

/* The taps of most racks, a frame at a time: a third faster than channel by channel. */
static void interleave_usual(struct frame *frames, const struct analysis_block *block, uint32_t at, uint32_t n) RT
{
	const float *const *in = block->of[TAP_IN], *const *out = block->of[TAP_OUT];
	const double *const *processed = block->processed;
	for (uint32_t i = 0; i < n; i++)
		frames[i] = (struct frame){ { in[0][at + i], in[1][at + i], (float)processed[0][at + i],
			(float)processed[1][at + i], out[0][at + i], out[1][at + i] } };
}

static void interleave(
	float *frames, const struct analysis *a, const struct analysis_block *block, uint32_t at, uint32_t n) RT
{
	for (int tap = 0; tap < N_TAPS; tap++)
		for (int c = 0; a->taps & 1u << tap && c < 2; c++, frames++) {
			const float *from = block->of[tap][c];
			for (uint32_t i = 0; i < n; i++)
				frames[i * a->n_channels] = tap == TAP_PROCESSED ? (float)block->processed[c][at + i]
							    : from               ? from[at + i]
										 : 0;
		}
}

static void feed_part(struct analysis *a, const struct analysis_block *block, uint32_t at, uint32_t n) RT
{
	union {
		struct frame usual[FEED_CHUNK];
		float any[FEED_CHUNK * CHANNELS_MAX];
	} frames;
	if (a->taps == TAPS_RACK)
		interleave_usual(frames.usual, block, at, n);
	else
		interleave(frames.any, a, block, at, n);
	if (!ring_write(a->ring, &frames, n))
		atomic_fetch_add_explicit(&a->lost, n, memory_order_relaxed);
}

void analysis_feed(struct analysis *a, const struct analysis_block *block, uint32_t n) RT
{
	for (uint32_t at = 0; at < n; at += FEED_CHUNK)
		feed_part(a, block, at, n - at < FEED_CHUNK ? n - at : FEED_CHUNK);
}

/* ---- The thread */

static void publish(struct analysis *a)
{
	int back = a->triple.back;
	bridge_read(a->bridge, a->values[back]);
	struct levels *levels = &a->levels[back];
	levels->frames = bridge_frames(a->bridge);
	levels->lost_frames = atomic_load_explicit(&a->lost, memory_order_relaxed) - a->lost_before_reset;
	levels->paused = a->is_paused;
	triple_publish(&a->triple);
}

/* True when something was asked that readers should see at once. */
static bool obey(struct analysis *a)
{
	unsigned resets = atomic_load_explicit(&a->resets, memory_order_relaxed);
	bool paused = atomic_load_explicit(&a->paused, memory_order_relaxed);
	bridge_set_delay(a->bridge, atomic_load_explicit(&a->delay_frames, memory_order_relaxed));
	if (resets == a->resets_done && paused == a->is_paused)
		return false;
	if (resets != a->resets_done) {
		a->resets_done = resets;
		a->lost_before_reset = atomic_load_explicit(&a->lost, memory_order_relaxed);
		bridge_reset(a->bridge);
	}
	a->is_paused = paused;
	bridge_pause(a->bridge, paused);
	return true;
}

static unsigned nap_ms(struct analysis *a)
{
	unsigned reads = atomic_load_explicit(&a->reads, memory_order_relaxed);
	if (reads != a->reads_seen)
		a->unread_ms = 0;
	a->reads_seen = reads;
	if (a->unread_ms >= AWAKE_MS)
		return LONG_NAP_MS;
	a->unread_ms += NAP_MS;
	return NAP_MS;
}

/* The audio thread must not call the system, so nobody wakes this one: it looks for itself. */
static void *run(void *user)
{
	struct analysis *a = user;
	uint32_t hop_frames = bridge_hop_frames(a->bridge);
	while (!atomic_load_explicit(&a->stop, memory_order_relaxed)) {
		bool news = obey(a);
		while (ring_ready(a->ring) >= hop_frames) {
			ring_read(a->ring, a->hop, hop_frames);
			bridge_hear(a->bridge, a->hop);
			news = true;
		}
		if (news)
			publish(a);
		clock_sleep_us((int64_t)nap_ms(a) * 1000);
	}
	return NULL;
}

/* ---- Control thread */

static void free_memory(struct analysis *a)
{
	bridge_free(a->bridge);
	ring_free(a->ring);
	for (int i = 0; i < 3; i++)
		free(a->values[i]);
	free(a->hop);
	free(a);
}

static uint32_t ring_capacity(uint32_t frames)
{
	uint32_t capacity = 1;
	while (capacity < frames)
		capacity *= 2;
	return capacity;
}

/* One second of ring. */
static bool take_memory(struct analysis *a, const struct spec *spec)
{
	a->n_channels = 2 * (uint32_t)__builtin_popcount(a->taps);
	size_t frame_size = a->n_channels * sizeof(float);
	uint32_t n_values = levels_count_values(a->taps);
	a->ring = ring_new(ring_capacity((uint32_t)(spec->rate + 0.5)), frame_size);
	a->bridge = bridge_new(spec, a->taps);
	if (!a->ring || !a->bridge)
		return false;
	a->hop = calloc(bridge_hop_frames(a->bridge), frame_size);
	for (int i = 0; i < 3; i++) {
		a->values[i] = calloc(n_values, sizeof(float));
		a->levels[i] = (struct levels){ .taps = a->taps, .n_values = n_values, .values = a->values[i] };
	}
	return a->hop && a->values[0] && a->values[1] && a->values[2];
}

struct analysis *analysis_new(const struct spec *spec, unsigned taps, struct reason *reason)
{
	struct analysis *a = memory_new(sizeof *a);
	if (!a)
		goto no_memory;
	a->taps = taps | TAPS_RACK;
	if (!take_memory(a, spec))
		goto no_memory;
	/* One before they wrap: every run crosses it. */
	a->resets_done = a->reads_seen = UINT_MAX;
	atomic_init(&a->resets, UINT_MAX);
	atomic_init(&a->reads, UINT_MAX);
	triple_init(&a->triple);
	publish(a);
	if (thread_start(&a->thread, "analysis", run, a, reason) == STATUS_OK)
		return a;
	free_memory(a);
	return NULL;

no_memory:
	reason_set(reason, STATUS_NO_MEMORY, "no memory for the analysis");
	if (a)
		free_memory(a);
	return NULL;
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	atomic_store_explicit(&a->stop, true, memory_order_relaxed);
	pthread_join(a->thread, NULL);
	free_memory(a);
}

const struct levels *analysis_read(struct analysis *a)
{
	atomic_fetch_add_explicit(&a->reads, 1, memory_order_relaxed);
	return &a->levels[triple_read(&a->triple, NULL)];
}

const float *levels_of(const struct levels *levels, const struct level_place *at)
{
	bool there = at->row && at->first + level_width(at->row) <= levels->n_values;
	return there ? levels->values + at->first : NULL;
}

const float *levels_of_role(const struct levels *levels, enum tap tap, enum role role)
{
	struct level_place at;
	levels_find_role(&at, levels->taps, tap, role);
	return levels_of(levels, &at);
}

void analysis_set_delay(struct analysis *a, uint32_t frames)
{
	atomic_store_explicit(&a->delay_frames, frames, memory_order_relaxed);
}

void analysis_reset(struct analysis *a)
{
	atomic_fetch_add_explicit(&a->resets, 1, memory_order_relaxed);
}

void analysis_pause(struct analysis *a, bool paused)
{
	atomic_store_explicit(&a->paused, paused, memory_order_relaxed);
}
