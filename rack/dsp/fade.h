/* The raised-cosine fade that every switch in the rack uses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_FADE_H
#define RACK_DSP_FADE_H

#include "rack/base/realtime.h"

#include <math.h>
#include <stdint.h>

/* Weight of the new side at frame pos of a fade over length frames: 0 before, 1 from pos >= length on. Depends on the
 * position alone, so a fade cut into blocks is the same fade. Raised cosine: (1 - cos(pi t)) / 2. */
static inline double fade_weight(uint32_t pos, uint32_t length) RT
{
	if (pos >= length)
		return 1;
	return 0.5 - 0.5 * cos(3.14159265358979323846 * ((double)pos + 0.5) / length);
}

static inline uint32_t fade_frames(double rate, double ms)
{
	return (uint32_t)(rate * ms * 1e-3 + 0.5);
}

#endif
