/* How rare the high peaks of a signal are: those of a steady tone come all the time, those of music now and then. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_PEAK_RARITY_H
#define RACK_DSP_PEAK_RARITY_H

#include "rack/dsp/sliding_min.h"
#include "rack/module.h"

/* Of the last 100 ms (an exponential window), the part in which the signal is less than 1 dB below its highest peak of
 * the last 20 ms. A sine is there for 0.30 of the time, and for more than 0.2 while its level is stepped up and down 20
 * times a second; two sines of the same level are for 0.07, music for 0.02 to 0.1. The rarity is 0 from 0.14 up, 1 up
 * to 0.08. Only the shape of the signal counts, not its level. Digital silence is steady. */

enum { PEAK_RARITY_GROUP = 32 }; /* frames for which the rarity stays the same */

/* The memory belongs to the caller: peak_rarity_bytes() of it, aligned to 8. */
struct peak_rarity {
	struct sliding_min highest; /* of peaks with the sign turned round */
	double part;                /* of the way that an average goes in a group */
	double near;                /* part of the time near the highest peak */
	float bar, rarity;          /* bar: where near begins */
	float group[PEAK_RARITY_GROUP];
	uint32_t at;
};

/* rate: Hz. */
size_t peak_rarity_bytes(double rate) RT;

/* Forgets everything: from here on the signal counts as steady until it has shown otherwise. */
void peak_rarity_reset(struct peak_rarity *, void *memory, double rate) RT;

/* From the peaks of both channels, 0 and up, of which the higher one counts, the rarity, 0..1, at each of the n frames
 * (up to BLOCK_MAX). The same bits however the frames are cut into calls. */
void peak_rarity_run(
	struct peak_rarity *, void *memory, const float *left, const float *right, float *rarity, uint32_t n) RT;

#endif
