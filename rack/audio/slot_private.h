/* The inside of a slot, shared by its files alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_SLOT_PRIVATE_H
#define RACK_SLOT_PRIVATE_H

#include "rack/audio/delay.h"
#include "rack/audio/glide.h"
#include "rack/audio/kernel.h"
#include "rack/audio/mix.h"
#include "rack/audio/slot.h"

/* A change that cannot glide (toggle, choice, jump row, another kernel) runs a second copy of the module with the new
 * settings beside the old one, lets it settle, and fades over. */
#define SLOT_SETTLE_MS 10

struct copy {
	void *state;
	float *values;         /* the module's rows as this copy was told */
	uint32_t pad;          /* frames of delay before the module: from its latency to the slot's */
	struct kernel *kernel; /* that it uses; NULL: of a module that designs none, or not there yet */
};

struct slot {
	const struct module *module;
	struct spec spec;
	uint32_t uid, latency;
	uint32_t n_params; /* the module's */
	size_t state_size;

	float *wanted;          /* module and host rows, as last set */
	bool changed;           /* wanted differs from what is under way, in rows that fade */
	struct kernel *pending; /* designed and not used yet: the newest; NULL: none */
	struct glide glide;
	uint32_t tick_left; /* frames until the next tick, while rows move */

	/* A module sleeps until the first sample that is not zero, of the key too, and then starts afresh: what it does
	 * cannot depend on how long the silence before was, and playing a file gives the same bits as rendering it. */
	bool running;
	/* After poison it is silent from that very frame on for so many frames, and then sleeps: what is heard does not
	 * tell how the frames were cut into calls, and a module that is broken for good does not cost a reset at every
	 * frame. */
	uint32_t cure_left, cure_length;
	uint32_t later; /* frames for which the module waits: what it would hear it has heard already */
	bool muted; /* the cure silences the unprocessed path as well: alone it would be the difference's wrong half */
	struct copy copies[2];
	void *shared; /* by both; NULL: nothing is */
	int current;
	bool fading;                           /* copies[!current] runs too */
	uint32_t fade_at, settle, fade_length; /* frames since the fade began; fade_at < settle: not heard yet */

	/* The input's: what is unprocessed, and what a module hears that takes less than the slot. */
	struct delay past;
	struct mix mix;

	float held[2][MODULE_METERS_MAX]; /* this window's and the last one's worst */
	uint32_t hold_left, hold_length;
};

static inline uint32_t slot_module_latency(const struct slot *s, const float *values) RT
{
	return s->module->latency ? s->module->latency(&s->spec, values) : 0;
}

static inline void slot_set_pad(const struct slot *s, struct copy *copy) RT
{
	uint32_t own = slot_module_latency(s, copy->values);
	copy->pad = own < s->latency ? s->latency - own : 0;
}

/* Toggles, choices and jump rows; what a kernel is designed from changes with the kernel. */
static inline bool slot_fades(const struct slot *s, uint32_t param) RT
{
	const struct param *row = &s->module->params[param];
	return !row->design && !param_glides(row);
}

#endif
