/* The meter bridge: memory of the analysers, the measures that they share, and their functions in turn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/bridge.h"

#include "rack/base/memory.h"
#include "rack/base/poison.h"
#include "rack/meters/loudness.h"

#include <math.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

/* An analyser at a tap. */
struct listener {
	const struct analyser *analyser;
	enum tap tap;
	void *state;
	uint32_t first; /* of its values */
};

struct bridge {
	unsigned taps;
	uint32_t n_channels; /* two a tap */
	uint32_t n_listeners;
	struct listener *listeners;
	struct loudness *loudness[N_TAPS];
	float *channels[2 * N_TAPS]; /* of the hop, in the order of a frame */
	struct hops hops;
};

static bool has(const struct bridge *b, int tap)
{
	return b->taps & 1u << tap;
}

/* ---- Memory */

/* The bridge and all that hangs on it lie in one block; this is where the next thing goes. */
struct room {
	char *block; /* NULL: only counted */
	size_t used;
};

static void *take_room(struct room *room, size_t size)
{
	void *at = room->block ? room->block + room->used : NULL;
	room->used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return at;
}

static uint32_t count_listeners(unsigned taps)
{
	const struct analyser *analyser;
	uint32_t n = 0;
	for (uint32_t i = 0; (analyser = analysers_at(i)); i++)
		for (int tap = 0; tap < N_TAPS; tap++)
			n += (taps & analyser->taps & 1u << tap) != 0;
	return n;
}

static void place_listeners(struct bridge *b, struct room *room, const struct spec *spec)
{
	uint32_t first = 0;
	const struct analyser *analyser;
	for (int tap = 0; tap < N_TAPS; tap++)
		for (uint32_t i = 0; (analyser = analysers_at(i)); i++) {
			if (!has(b, tap) || !(analyser->taps & 1u << tap))
				continue;
			void *state = take_room(room, analyser->size ? analyser->size(spec) : 0);
			if (room->block)
				b->listeners[b->n_listeners++] =
					(struct listener){ analyser, (enum tap)tap, state, first };
			first += level_values(analyser->rows, analyser->n_rows);
		}
}

static void place_all(struct bridge *b, struct room *room, const struct spec *spec)
{
	b->listeners = take_room(room, count_listeners(b->taps) * sizeof *b->listeners);
	uint32_t padded = (b->hops.n + ANALYSER_LANES - 1) / ANALYSER_LANES * ANALYSER_LANES;
	for (int tap = 0; tap < N_TAPS; tap++)
		for (int c = 0; has(b, tap) && c < 2; c++) {
			b->channels[b->n_channels] = take_room(room, padded * sizeof(float));
			b->hops.of[tap].x[c] = b->channels[b->n_channels++];
		}
	place_listeners(b, room, spec);
}

/* Of what the slots make only the loudness of each hop is wanted. */
static struct loudness *loudness_of(enum tap tap, uint32_t rate)
{
	struct loudness *loudness = loudness_new(rate, 2);
	if (loudness && tap == TAP_PROCESSED) {
		loudness_skip_peaks(loudness);
		loudness_pause(loudness, 1);
	}
	return loudness;
}

struct bridge *bridge_new(const struct spec *spec, unsigned taps)
{
	uint32_t rate = (uint32_t)(spec->rate + 0.5);
	struct bridge empty = { .taps = taps, .hops.n = loudness_hop_frames(rate) };
	struct bridge counted = empty;
	struct room room = { 0 };
	take_room(&room, sizeof empty);
	place_all(&counted, &room, spec);
	room = (struct room){ .block = memory_new(room.used) };
	if (!room.block)
		return NULL;
	struct bridge *b = take_room(&room, sizeof *b);
	*b = empty;
	place_all(b, &room, spec);
	for (int tap = 0; tap < N_TAPS; tap++) {
		if (!has(b, tap))
			continue;
		b->loudness[tap] = loudness_of((enum tap)tap, rate);
		if (!b->loudness[tap]) {
			bridge_free(b);
			return NULL;
		}
		b->hops.of[tap].loudness = b->loudness[tap];
	}
	for (uint32_t i = 0; i < b->n_listeners; i++)
		if (b->listeners[i].analyser->init)
			b->listeners[i].analyser->init(b->listeners[i].state, spec);
	return b;
}

void bridge_free(struct bridge *b)
{
	for (int tap = 0; b && tap < N_TAPS; tap++)
		loudness_free(b->loudness[tap]);
	free(b);
}

uint32_t bridge_hop_frames(const struct bridge *b)
{
	return b->hops.n;
}

/* ---- Sound */

static void take_hop(struct bridge *b, const float *frames)
{
	for (uint32_t k = 0; k < b->n_channels; k++)
		for (uint32_t i = 0; i < b->hops.n; i++)
			b->channels[k][i] = poison_out(frames[(size_t)i * b->n_channels + k]);
}

void bridge_hear(struct bridge *b, const float *frames)
{
	take_hop(b, frames);
	for (int tap = 0; tap < N_TAPS; tap++) {
		struct hop *hop = &b->hops.of[tap];
		if (!has(b, tap))
			continue;
		loudness_add_channels(b->loudness[tap], hop->x, b->hops.n);
		loudness_take_peaks(b->loudness[tap], hop->peak, hop->true_peak);
	}
	for (uint32_t i = 0; i < b->n_listeners; i++) {
		const struct listener *l = &b->listeners[i];
		if (l->analyser->hear)
			l->analyser->hear(l->state, &b->hops, l->tap);
	}
}

void bridge_read(struct bridge *b, float *values)
{
	for (uint32_t i = 0; i < b->n_listeners; i++) {
		const struct listener *l = &b->listeners[i];
		l->analyser->read(l->state, &b->hops, l->tap, values + l->first);
	}
}

uint64_t bridge_frames(const struct bridge *b)
{
	struct loudness_values values = { 0 };
	for (int tap = 0; tap < N_TAPS; tap++)
		if (has(b, tap) && tap != TAP_PROCESSED) {
			loudness_read(b->loudness[tap], &values);
			break;
		}
	return values.frames;
}

/* ---- What the integrated rows are over */

void bridge_reset(struct bridge *b)
{
	for (int tap = 0; tap < N_TAPS; tap++)
		if (has(b, tap))
			loudness_reset(b->loudness[tap]);
	for (uint32_t i = 0; i < b->n_listeners; i++)
		if (b->listeners[i].analyser->reset)
			b->listeners[i].analyser->reset(b->listeners[i].state);
}

void bridge_pause(struct bridge *b, bool paused)
{
	for (int tap = 0; tap < N_TAPS; tap++)
		if (has(b, tap) && tap != TAP_PROCESSED)
			loudness_pause(b->loudness[tap], paused);
	for (uint32_t i = 0; i < b->n_listeners; i++)
		if (b->listeners[i].analyser->pause)
			b->listeners[i].analyser->pause(b->listeners[i].state, paused);
}

void bridge_set_delay(struct bridge *b, uint32_t frames)
{
	b->hops.delay_frames = frames;
}
