/* A slot as it runs: ticks and fades, sleep and cure, and the module in between. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/slot_private.h"

#include "rack/base/poison.h"
#include "rack/dsp/fade.h"

#include <math.h>
#include <string.h>

static bool fade_wanted(const struct slot *s) RT
{
	const float *has = s->copies[s->current].values;
	for (uint32_t i = 0; i < s->n_params; i++)
		if (slot_fades(s, i) && has[i] != s->wanted[i])
			return true;
	return s->pending;
}

/* A kernel brings the values with it that it is designed for: the delay may depend on them. */
static void take_values(struct slot *s, struct copy *new, const struct copy *old) RT
{
	for (uint32_t i = 0; i < s->n_params; i++) {
		if (slot_fades(s, i))
			new->values[i] = s->wanted[i];
		else if (s->module->params[i].design && s->pending)
			new->values[i] = s->pending->values[i];
		else
			new->values[i] = old->values[i];
	}
}

static void start_fade(struct slot *s) RT
{
	const struct copy *old = &s->copies[s->current];
	struct copy *new = &s->copies[!s->current];
	memcpy(new->state, old->state, s->state_size);
	take_values(s, new, old);
	s->module->set(new->state, new->values);
	new->kernel = s->pending ? s->pending : kernel_hold(old->kernel);
	if (s->pending)
		s->module->use(new->state, new->kernel->memory);
	s->pending = NULL;
	slot_set_pad(s, new);
	s->settle = fade_frames(s->spec.rate, SLOT_SETTLE_MS);
	if (slot_module_latency(s, new->values) != slot_module_latency(s, old->values) || !old->kernel != !new->kernel)
		s->settle +=
			slot_module_latency(s, new->values); /* until another delay of the module's own holds sound */
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

static void run_copy(
	struct slot *s, struct copy *copy, double *const io[2], struct key_place key, uint32_t n, float *meters) RT
{
	const double *delayed[2];
	if (!s->running)
		return;
	if (s->module->use && !copy->kernel) { /* not designed yet: the sound as it is */
		if (s->latency)
			delay_read(&s->past, io, s->latency, n);
		return;
	}
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
		kernel_drop(s->copies[!s->current].kernel);
		s->copies[!s->current].kernel = NULL;
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

/* The copy that does not run is left alone: the kernel that its state points to may be gone. */
static bool runs(const struct slot *s, int copy) RT
{
	return copy == s->current || s->fading;
}

static void start_cure(struct slot *s) RT
{
	for (int i = 0; i < 2; i++) {
		if (!runs(s, i))
			continue;
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
		if (runs(s, i))
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
