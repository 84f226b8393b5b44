/* The linear glide that every module makes to newly set values: SET_FRAMES frames, one addition a frame. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_RAMP_H
#define RACK_DSP_RAMP_H

#include "rack/module.h"

/* The clock of a module's ramps: they all start at set() and land together. */
struct ramp_clock {
	uint32_t left; /* frames until the ramps land */
	bool started;  /* a set() has come since init or reset */
};

struct ramp {
	double value, step, target;
};

/* At the head of set(): true when the values shall apply at once. */
static inline bool ramp_clock_start(struct ramp_clock *clock) RT
{
	bool at_once = !clock->started;
	clock->started = true;
	clock->left = at_once ? 0 : SET_FRAMES;
	return at_once;
}

static inline void ramp_clock_reset(struct ramp_clock *clock) RT
{
	*clock = (struct ramp_clock){ 0 };
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
