/* A slot as it is made, set and taken over. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/slot_private.h"

#include "rack/base/memory.h"
#include "rack/dsp/fade.h"

#include <stdlib.h>
#include <string.h>

#define FADE_MS 20
#define METER_HOLD_MS 50
#define CURE_MS 10

/* ---- Making and freeing, control thread */

static bool copy_init(struct slot *s, struct copy *copy, const float *values, struct kernel *kernel)
{
	copy->state = memory_new(s->state_size);
	copy->values = memory_new(s->n_params * sizeof(float));
	if (!copy->state || !copy->values)
		return false;
	memcpy(copy->values, values, s->n_params * sizeof(float));
	s->module->init(copy->state, &s->spec);
	if (s->shared)
		s->module->share(copy->state, s->shared, NULL);
	for (uint32_t i = 0; kernel && i < s->n_params; i++)
		if (s->module->params[i].design)
			copy->values[i] = kernel->values[i];
	s->module->set(copy->state, copy->values);
	if (!kernel)
		return true;
	copy->kernel = kernel_hold(kernel);
	s->module->use(copy->state, kernel->memory);
	return true;
}

/* Weights of the processed and unprocessed path for the host rows. */
static void wanted_mix(const struct slot *s, double *wet, double *dry) RT
{
	bool bypass = s->wanted[s->n_params + HOST_BYPASS] != 0, delta = s->wanted[s->n_params + HOST_DELTA] != 0;
	*wet = bypass ? 0 : 1;
	*dry = bypass ? !delta : delta ? -1 : 0; /* the difference of a bypassed slot is silence */
}

struct slot *slot_new(const struct spec *spec, const struct module *module, uint32_t uid, const float *values,
	uint32_t latency, struct kernel *kernel)
{
	struct slot *s = memory_new(sizeof *s);
	if (!s)
		return NULL;
	*s = (struct slot){ .module = module, .spec = *spec, .uid = uid, .n_params = module->n_params };
	s->state_size = module->size(spec);
	uint32_t own = slot_module_latency(s, values);
	s->latency = latency < own ? own : latency;
	s->settle = fade_frames(spec->rate, SLOT_SETTLE_MS);
	s->fade_length = fade_frames(spec->rate, FADE_MS);
	s->hold_left = s->hold_length = fade_frames(spec->rate, METER_HOLD_MS);
	s->cure_length = fade_frames(spec->rate, CURE_MS);
	s->wanted = memory_new((module->n_params + N_HOST_PARAMS) * sizeof(float));
	s->shared = module->shared ? memory_new(module->shared(spec)) : NULL;
	if (!s->wanted || (module->shared && !s->shared) ||
		!glide_init(&s->glide, module->params, module->n_params, spec, values) ||
		!copy_init(s, &s->copies[0], values, kernel) || !copy_init(s, &s->copies[1], values, NULL) ||
		!delay_init(&s->past, s->latency)) {
		slot_free(s);
		return NULL;
	}
	memcpy(s->wanted, values, (module->n_params + N_HOST_PARAMS) * sizeof(float));
	slot_set_pad(s, &s->copies[0]);
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
		kernel_release(s->copies[i].kernel);
	}
	kernel_release(s->pending);
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

static struct kernel *newest_kernel(const struct slot *s) RT
{
	return s->pending ? s->pending : s->copies[s->fading ? !s->current : s->current].kernel;
}

static bool is_newer(const struct kernel *kernel, const struct kernel *than) RT
{
	return kernel && (!than || kernel->number > than->number);
}

void slot_use_kernel(struct slot *s, struct kernel *kernel) RT
{
	if (!is_newer(kernel, newest_kernel(s)))
		return;
	kernel_drop(s->pending);
	s->pending = kernel_hold(kernel);
	s->changed = true;
}

/* Its kernels become those of `from`, and a newer one of its own waits. */
static void adopt_kernels(struct slot *s, const struct slot *from) RT
{
	struct kernel *own = kernel_hold(newest_kernel(s)),
		      *old[] = { s->pending, s->copies[0].kernel, s->copies[1].kernel };
	s->pending = kernel_hold(is_newer(own, newest_kernel(from)) ? own : from->pending);
	for (int i = 0; i < 2; i++)
		s->copies[i].kernel = kernel_hold(from->copies[i].kernel);
	for (int i = 0; i < 3; i++)
		kernel_drop(old[i]);
	kernel_drop(own);
}

void slot_adopt(struct slot *s, const struct slot *from, uint32_t later) RT
{
	for (int i = 0; i < 2; i++) {
		memcpy(s->copies[i].state, from->copies[i].state, s->state_size);
		if (s->shared)
			s->module->share(s->copies[i].state, s->shared, from->shared);
		memcpy(s->copies[i].values, from->copies[i].values, s->n_params * sizeof(float));
		slot_set_pad(s, &s->copies[i]);
	}
	adopt_kernels(s, from);
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

void slot_read_meters(const struct slot *s, float *meters) RT
{
	for (uint32_t i = 0; i < s->module->n_meters; i++) {
		bool newest = s->module->meters[i].kind == LEVEL_CENTRED || s->held[0][i] > s->held[1][i];
		meters[i] = s->held[newest ? 0 : 1][i];
	}
}
