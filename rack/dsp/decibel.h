/* Decibels of amplitudes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_DECIBEL_H
#define RACK_DSP_DECIBEL_H

#include "rack/base/realtime.h"

#include <math.h>

#define DECIBEL_FLOOR (-300.0) /* dB; stands for silence where a finite number is needed */

/* 0 dB is 1, exactly. */
static inline double decibel_to_gain(double db) RT
{
	return exp(db * 0.11512925464970228420); /* ln(10) / 20 */
}

static inline double decibel_from_gain(double gain) RT
{
	return gain > 1e-15 ? 8.68588963806503655303 * log(gain) : DECIBEL_FLOOR; /* 20 / ln(10) */
}

/* For meters: minus infinity for silence. */
static inline double decibel_or_silence(double magnitude) RT
{
	return magnitude > 0 ? 20 * log10(magnitude) : -INFINITY;
}

#endif
