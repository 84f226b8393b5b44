/* The running slot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/slot.h"

#include "rack/audio/delay.h"
#include "rack/audio/glide.h"
#include "rack/audio/mix.h"
#include "rack/base/memory.h"
#include "rack/base/poison.h"
#include "rack/dsp/fade.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A change that cannot glide (toggle, choice, jump row) runs a second copy of the module with the new settings beside
 * the old one, lets it settle, and fades over. */
#define SETTLE_MS 10
#define FADE_MS 20
#define METER_HOLD_MS 50
#define CURE_MS 10

struct copy {
	void *state;
	float *values; /* the module's rows as this copy was told */
	uint32_t pad;  /* frames of delay before the module: from its latency to the slot's */
};

struct slot {
	const struct module *module;
	struct spec spec;
	uint32_t uid, latency;
	uint32_t n_params; /* the module's */
	size_t state_size;

	float *wanted; /* module and host rows, as last set */
	bool changed;  /* wanted differs from what is under way, in rows that fade */
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

/* ---- Making and freeing, control thread */

static bool copy_init(struct slot *s, struct copy *copy, const float *values)
{
	copy->state = memory_new(s->state_size);
	copy->values = memory_new(s->n_params * sizeof(float));
	if (!copy->state || !copy->values)
		return false;
	memcpy(copy->values, values, s->n_params * sizeof(float));
	s->module->init(copy->state, &s->spec);
	if (s->shared)
		s->module->share(copy->state, s->shared, NULL);
	s->module->set(copy->state, copy->values);
	return true;
}

static uint32_t module_latency(const struct slot *s, const float *values) RT
{
	return s->module->latency ? s->module->latency(&s->spec, values) : 0;
}

static void set_pad(struct slot *s, struct copy *copy) RT
{
	uint32_t own = module_latency(s, copy->values);
	copy->pad = own < s->latency ? s->latency - own : 0;
}

/* Weights of the processed and unprocessed path for the host rows. */
static void wanted_mix(const struct slot *s, double *wet, double *dry) RT
{
	bool bypass = s->wanted[s->n_params + HOST_BYPASS] != 0, delta = s->wanted[s->n_params + HOST_DELTA] != 0;
	*wet = bypass ? 0 : 1;
	*dry = bypass ? !delta : delta ? -1 : 0; /* the difference of a bypassed slot is silence */
}

struct slot *slot_new(
	const struct spec *spec, const struct module *module, uint32_t uid, const float *values, uint32_t latency)
{
	struct slot *s = memory_new(sizeof *s);
	if (!s)
		return NULL;
	*s = (struct slot){ .module = module, .spec = *spec, .uid = uid, .n_params = module->n_params };
	s->state_size = module->size(spec);
	uint32_t own = module_latency(s, values);
	s->latency = latency < own ? own : latency;
	s->settle = fade_frames(spec->rate, SETTLE_MS);
	s->fade_length = fade_frames(spec->rate, FADE_MS);
	s->hold_left = s->hold_length = fade_frames(spec->rate, METER_HOLD_MS);
	s->cure_length = fade_frames(spec->rate, CURE_MS);
	s->wanted = memory_new((module->n_params + N_HOST_PARAMS) * sizeof(float));
	s->shared = module->shared ? memory_new(module->shared(spec)) : NULL;
	if (!s->wanted || (module->shared && !s->shared) ||
		!glide_init(&s->glide, module->params, module->n_params, spec, values) ||
		!copy_init(s, &s->copies[0], values) || !copy_init(s, &s->copies[1], values) ||
		!delay_init(&s->past, s->latency)) {
		slot_free(s);
		return NULL;
	}
	memcpy(s->wanted, values, (module->n_params + N_HOST_PARAMS) * sizeof(float));
	set_pad(s, &s->copies[0]);
	double wet, dry;
	wanted_mix(s, &wet, &dry);
	mix_init(&s->mix, spec->rate, wet, dry);
	return s;
}

void slot_free(struct slot *s)
{
	if (!s)
		return;
	for (int i = 0; i < 2; i++) {
		free(s->copies[i].state);
		free(s->copies[i].values);
	}
	free(s->shared);
	delay_drop(&s->past);
	glide_drop(&s->glide);
	free(s->wanted);
	free(s);
}

/* ---- Audio thread */

uint32_t slot_uid(const struct slot *s) RT
{
	return s->uid;
}

static void aim(struct slot *s) RT
{
	double wet, dry;
	wanted_mix(s, &wet, &dry);
	mix_to(&s->mix, wet, dry);
	if (s->muted) {
		mix_restart(&s->mix);
		s->muted = mix_needs_wet(&s->mix);
	}
}

uint32_t slot_latency(const struct slot *s) RT
{
	return s->latency;
}

void slot_set(struct slot *s, uint32_t param, float value, uint32_t glide_ms) RT
{
	if (s->wanted[param] == value && glide_ms)
		return;
	s->wanted[param] = value;
	if (param >= s->n_params) {
		aim(s);
	} else if (param_glides(&s->module->params[param])) {
		if (s->glide.n_moving == 0)
			s->tick_left = 0;
		glide_to(&s->glide, param, value, (uint32_t)(glide_ms * 1e-3 * s->spec.rate / SET_FRAMES));
	} else {
		s->changed = true;
	}
}

void slot_adopt(struct slot *s, const struct slot *from, uint32_t later) RT
{
	for (int i = 0; i < 2; i++) {
		memcpy(s->copies[i].state, from->copies[i].state, s->state_size);
		if (s->shared)
			s->module->share(s->copies[i].state, s->shared, from->shared);
		memcpy(s->copies[i].values, from->copies[i].values, s->n_params * sizeof(float));
		set_pad(s, &s->copies[i]);
	}
	delay_adopt(&s->past, &from->past);
	glide_adopt(&s->glide, &from->glide);
	s->tick_left = from->tick_left;
	s->running = from->running;
	s->later = from->running ? from->later + later : 0;
	s->cure_left = from->cure_left;
	s->muted = from->muted;
	s->current = from->current;
	s->fading = from->fading;
	s->fade_at = from->fade_at;
	s->settle = from->settle;
	memcpy(s->held, from->held, sizeof s->held);
	/* From the old values to our own. */
	s->mix = from->mix;
	aim(s);
	for (uint32_t i = 0; i < s->n_params; i++)
		if (param_glides(&s->module->params[i]) && s->wanted[i] != from->wanted[i])
			glide_to(&s->glide, i, s->wanted[i], 0); /* any other goes on as slowly as it was told */
	s->changed = true;
}

static bool fade_wanted(const struct slot *s) RT
{
	const float *has = s->copies[s->current].values;
	for (uint32_t i = 0; i < s->n_params; i++)
		if (!param_glides(&s->module->params[i]) && has[i] != s->wanted[i])
			return true;
	return false;
}

static void start_fade(struct slot *s) RT
{
	const struct copy *old = &s->copies[s->current];
	struct copy *new = &s->copies[!s->current];
	memcpy(new->state, old->state, s->state_size);
	for (uint32_t i = 0; i < s->n_params; i++)
		new->values[i] = param_glides(&s->module->params[i]) ? old->values[i] : s->wanted[i];
	s->module->set(new->state, new->values);
	set_pad(s, new);
	s->settle = fade_frames(s->spec.rate, SETTLE_MS);
	if (module_latency(s, new->values) != module_latency(s, old->values))
		s->settle += module_latency(s, new->values); /* until another delay of the module's own holds sound */
	s->fade_at = 0;
	s->fading = true;
}

static void tick(struct slot *s) RT
{
	float *values = s->copies[s->current].values;
	glide_tick(&s->glide, values);
	s->module->set(s->copies[s->current].state, values);
	if (s->fading) {
		struct copy *new = &s->copies[!s->current];
		for (uint32_t i = 0; i < s->n_params; i++)
			if (param_glides(&s->module->params[i]))
				new->values[i] = values[i];
		s->module->set(new->state, new->values);
	}
	s->tick_left = SET_FRAMES;
}

static void hold_meters(struct slot *s, const float *meters, uint32_t n) RT
{
	for (uint32_t i = 0; i < s->module->n_meters; i++) {
		float *held = &s->held[0][i];
		if (s->module->meters[i].kind == LEVEL_CENTRED || meters[i] > *held)
			*held = meters[i];
	}
	if (s->hold_left > n) {
		s->hold_left -= n;
		return;
	}
	s->hold_left = s->hold_length;
	memcpy(s->held[1], s->held[0], sizeof s->held[0]);
	for (uint32_t i = 0; i < s->module->n_meters; i++)
		s->held[0][i] = meters[i];
}

void slot_read_meters(const struct slot *s, float *meters) RT
{
	for (uint32_t i = 0; i < s->module->n_meters; i++) {
		bool newest = s->module->meters[i].kind == LEVEL_CENTRED || s->held[0][i] > s->held[1][i];
		meters[i] = s->held[newest ? 0 : 1][i];
	}
}

static void run_copy(
	struct slot *s, struct copy *copy, double *const io[2], struct key_place key, uint32_t n, float *meters) RT
{
	const double *delayed[2];
	if (!s->running)
		return;
	if (copy->pad)
		delay_read(&s->past, io, copy->pad, n);
	if (key.line)
		key_line_read(key, copy->pad, delayed);
	const struct block block = { .io = io, .key = key.line ? delayed : NULL, .n = n, .meters = meters };
	s->module->process(copy->state, &block);
}

static void run_fade(struct slot *s, double *const io[2], double *const new[2], uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = s->fade_at + i;
		double w = at < s->settle ? 0 : fade_weight(at - s->settle, s->fade_length);
		for (int c = 0; c < 2; c++)
			io[c][i] += w * (new[c][i] - io[c][i]);
	}
	s->fade_at += n;
	if (s->fade_at >= s->settle + s->fade_length) {
		s->current = !s->current;
		s->fading = false;
		s->changed = true; /* what was set meanwhile */
	}
}

/* Without branches, so that it vectorises. */
static bool is_poisoned(double *const io[2], uint32_t n) RT
{
	uint32_t bad = 0;
	for (int c = 0; c < 2; c++) {
		const double *samples = io[c];
		for (uint32_t i = 0; i < n; i++)
			bad |= poison_is((float)samples[i]) ? UINT32_MAX : 0;
	}
	return bad;
}

static uint32_t frames_to_poison(double *const io[2], uint32_t n) RT
{
	uint32_t i = 0;
	while (i < n && !poison_is((float)io[0][i]) && !poison_is((float)io[1][i]))
		i++;
	return i;
}

static void clear(double *const io[2], uint32_t from, uint32_t n) RT
{
	for (int c = 0; c < 2; c++)
		memset(io[c] + from, 0, (n - from) * sizeof(double));
}

static void start_cure(struct slot *s) RT
{
	for (int i = 0; i < 2; i++) {
		s->module->reset(s->copies[i].state);
		s->module->set(s->copies[i].state, s->copies[i].values);
	}
	s->running = false;
	s->cure_left = s->cure_length;
	s->muted = mix_needs_wet(&s->mix); /* bypassed it goes on: nothing of the module is heard */
	if (s->muted)
		mix_restart(&s->mix);
}

static void spend_cure(struct slot *s, uint32_t n) RT
{
	s->cure_left -= n;
	if (s->cure_left)
		return;
	if (!s->muted && mix_needs_wet(&s->mix))
		mix_restart_wet(&s->mix);
	s->muted = false;
}

static void run_mix(struct slot *s, double *const io[2], double *const dry[2], uint32_t from, uint32_t n) RT
{
	double *const io_part[2] = { io[0] + from, io[1] + from }, *const dry_part[2] = { dry[0] + from,
		dry[1] + from };
	if (!s->muted && n > from)
		mix_run(&s->mix, io_part, dry_part, n - from);
}

/* n frames in which no tick falls and no fade, no cure and no waiting ends. */
static uint32_t run_piece(struct slot *s, double *const io[2], struct key_place key, uint32_t n) RT
{
	double unprocessed[2][BLOCK_MAX], faded[2][BLOCK_MAX];
	double *const dry[2] = { unprocessed[0], unprocessed[1] }, *const new[2] = { faded[0], faded[1] };
	float meters[MODULE_METERS_MAX] = { 0 }, unheard[MODULE_METERS_MAX] = { 0 };

	if (s->latency || mix_needs_dry(&s->mix))
		delay_run(&s->past, io, mix_needs_dry(&s->mix) ? dry : NULL, n);
	if (s->later) {
		s->later -= n;
		clear(io, 0, n);
		run_mix(s, io, dry, 0, n);
		return 0;
	}
	if (s->cure_left)
		clear(io, 0, n);
	if (s->fading)
		for (int c = 0; c < 2; c++)
			memcpy(new[c], io[c], n * sizeof(double));
	run_copy(s, &s->copies[s->current], io, key, n, meters);
	if (s->fading) {
		run_copy(s, &s->copies[!s->current], new, key, n, unheard);
		run_fade(s, io, new, n);
	}
	if (!is_poisoned(io, n)) {
		hold_meters(s, meters, n);
		run_mix(s, io, dry, 0, n);
		if (s->cure_left)
			spend_cure(s, n);
		return 0;
	}
	uint32_t sound = frames_to_poison(io, n);
	run_mix(s, io, dry, 0, sound);
	start_cure(s);
	clear(io, sound, n);
	run_mix(s, io, dry, sound, n);
	spend_cure(s, n - sound);
	return 1;
}

static uint32_t leading_silence(double *const io[2], struct key_place key, uint32_t n) RT
{
	uint32_t i = 0;
	while (i < n && io[0][i] == 0 && io[1][i] == 0)
		i++;
	const double *now[2];
	if (key.line)
		key_line_read(key, 0, now);
	for (uint32_t k = 0; key.line && k < i; k++)
		if (now[0][k] != 0 || now[1][k] != 0)
			return k;
	return i;
}

static void wake(struct slot *s) RT
{
	for (int i = 0; i < 2; i++)
		s->module->reset(s->copies[i].state);
	s->running = true;
}

uint32_t slot_process(struct slot *s, double *const io[2], struct key_place key, uint32_t n) RT
{
	uint32_t poisoned = 0;
	for (uint32_t done = 0; done < n;) {
		uint32_t piece = n - done;
		if (s->changed && !s->fading) {
			s->changed = false;
			if (fade_wanted(s))
				start_fade(s);
		}
		if (s->glide.n_moving) {
			if (s->tick_left == 0)
				tick(s);
			if (piece > s->tick_left)
				piece = s->tick_left;
		}
		if (s->fading) {
			uint32_t left = s->settle + s->fade_length - s->fade_at;
			piece = piece < left ? piece : left;
		}
		piece = piece < s->cure_length ? piece : s->cure_length; /* longer than a cure at low rates */
		if (s->cure_left && piece > s->cure_left)
			piece = s->cure_left;
		if (s->later && piece > s->later)
			piece = s->later;
		double *const at[2] = { io[0] + done, io[1] + done };
		if (!s->running && !s->cure_left) {
			uint32_t silence = leading_silence(at, key, piece);
			if (silence == 0)
				wake(s);
			else
				piece = silence;
		}
		poisoned += run_piece(s, at, key, piece);
		s->tick_left -= s->tick_left < piece ? s->tick_left : piece;
		done += piece;
		key.back -= piece;
	}
	return poisoned;
}
