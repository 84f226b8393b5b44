/* True peak by 8 times oversampling (ITU-R BS.1770-4 Annex 2, with a longer filter), for meters and limiter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_TRUE_PEAK_H
#define RACK_DSP_TRUE_PEAK_H

#include "rack/base/realtime.h"

#include <stdint.h>

/* Two stages, because the second may be short once the first has made room above the band: a half-band interpolator of
 * 64 taps for the point in the middle of two frames, then 10 taps of the doubled rate for three points in each half.
 * Both are sinc windowed by Kaiser's window. Flat within 0.01 dB to 0.46 of the rate (22 kHz at 48 kHz). */
enum {
	TRUE_PEAK_HALF_PAIRS = 32,                  /* pairs of taps around the middle, first stage */
	TRUE_PEAK_FINE_PAIRS = 5,                   /* second stage */
	TRUE_PEAK_DELAY = TRUE_PEAK_HALF_PAIRS + 2, /* frames from a frame's coming in to its peak's coming out */
	TRUE_PEAK_BLOCK_MAX = 256,                  /* most frames of one call */
};

/* The same for all channels and rates. A quarter's pairs are split in what both sides have in common and what differs.
 */
struct true_peak_filter {
	float half[TRUE_PEAK_HALF_PAIRS];
	float middle[TRUE_PEAK_FINE_PAIRS];
	float quarter_even[TRUE_PEAK_FINE_PAIRS], quarter_odd[TRUE_PEAK_FINE_PAIRS];
	float edge[2 * TRUE_PEAK_HALF_PAIRS];
};

void true_peak_design(struct true_peak_filter *);

/* One channel's past; zeroed memory is silence. */
struct true_peak {
	float frames[2 * TRUE_PEAK_HALF_PAIRS - 1], halves[4];
	float edges[3]; /* the newest magnitudes of what lies at the upper edge of the band */
	uint32_t edge_at;
};

/* n frames, 1 .. TRUE_PEAK_BLOCK_MAX. peaks[i]: the highest magnitude from the frame TRUE_PEAK_DELAY before in[i]
 * (itself included) to the next one (excluded). The same bits however the frames are cut into calls. in and peaks may
 * be the same. */
void true_peak_process(
	struct true_peak *, const struct true_peak_filter *, const float *in, float *peaks, uint32_t n) RT;

/* Before true_peak_process with the same frames: how much of each interval's peak that may miss, because the first
 * stage falls off just below half the rate (noise has much there, music has nothing): the amplitude there times
 * `share`. */
void true_peak_edge(struct true_peak *, const struct true_peak_filter *, const float *in, float *missed, float share,
	uint32_t n) RT;

/* The same delay for the magnitudes of the frames alone: peaks[i] is that of the frame TRUE_PEAK_DELAY before in[i]. */
void true_peak_delay(struct true_peak *, const float *in, float *peaks, uint32_t n) RT;

#endif
