/* What counts as poison in a sound: NaN, infinity, and values that no sound has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_POISON_H
#define RACK_POISON_H

#include "rack/base/realtime.h"

#include <math.h>
#include <stdbool.h>

/* 120 dB over full scale. */
#define POISON 1e6f

/* As float, which vectorises everywhere; the comparison is false for NaN. Any thread. */
static inline bool poison_is(float sample) RT
{
	return !(fabsf(sample) <= POISON);
}

/* Poison is silence. */
static inline float poison_out(float sample) RT
{
	return fabsf(sample) <= POISON ? sample : 0;
}

#endif
