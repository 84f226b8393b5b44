/* The linear glide that every module makes to newly set values: SET_FRAMES frames, one addition a frame. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_RAMP_H
#define RACK_DSP_RAMP_H

#include "rack/module.h"

/* The clock of a module's ramps: they all start at set() and land together. */
struct glide {
	uint32_t left; /* frames until the ramps land */
	bool started;  /* a set() has come since init or reset */
};

struct ramp {
	double value, step, target;
};

/* At the head of set(): true when the values shall apply at once. */
static inline bool glide_start(struct glide *glide) RT
{
	bool at_once = !glide->started;
	glide->started = true;
	glide->left = at_once ? 0 : SET_FRAMES;
	return at_once;
}

static inline void glide_reset(struct glide *glide) RT
{
	*glide = (struct glide){ 0 };
}

static inline void ramp_jump(struct ramp *ramp, double target) RT
{
	*ramp = (struct ramp){ .value = target, .target = target };
}

/* Towards target from where it is; at_once: there. */
static inline void ramp_to(struct ramp *ramp, double target, bool at_once) RT
{
	if (at_once)
		ramp->value = target;
	ramp->target = target;
	ramp->step = (target - ramp->value) / SET_FRAMES;
}

/* The value for the next frame. */
static inline double ramp_next(struct ramp *ramp) RT
{
	return ramp->value += ramp->step;
}

/* After the last frame: exactly there, whatever the additions rounded. */
static inline void ramp_land(struct ramp *ramp) RT
{
	ramp->value = ramp->target;
	ramp->step = 0;
}

#endif
