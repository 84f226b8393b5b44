/* Loudness by ITU-R BS.1770-4 and EBU R 128, and true peak, for files and for the analysis thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_LOUDNESS_H
#define RACK_LOUDNESS_H

#include "rack/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Minus infinity where there is nothing to say yet (silence); range_lu is 0 then. */
struct loudness_values {
	double momentary_lufs, short_term_lufs, integrated_lufs, range_lu;
	double momentary_max_lufs, short_term_max_lufs;
	double true_peak_dbtp[2], sample_peak_dbfs[2]; /* highest since reset, per channel */
	uint64_t frames;
};

struct loudness;

/* Everything is read every 10 ms, a hop. */
enum { LOUDNESS_HOPS_PER_S = 100, LOUDNESS_MOMENTARY_HOPS = 40, LOUDNESS_SHORT_TERM_HOPS = 300 };

static inline uint32_t loudness_hop_frames(uint32_t rate)
{
	return (rate + LOUDNESS_HOPS_PER_S / 2) / LOUDNESS_HOPS_PER_S;
}

/* channels 1 or 2. NULL: no memory or a rate outside 8000 .. 384000. Allocates only here. One thread at a time. */
struct loudness *loudness_new(uint32_t rate, uint32_t channels);
void loudness_free(struct loudness *);

/* n frames, interleaved; what is not finite or beyond 1e6 counts as silence. The result does not depend on how they are
 * cut into calls: everything is read every 10 ms. */
void loudness_add(struct loudness *, const float *frames, size_t n);

/* The same, a channel beside the other (one channel: the second is not read); every sample finite and within 1e6. */
void loudness_add_channels(struct loudness *, const float *const channels[2], size_t n);

/* The programme has ended: takes the peaks of its last frames, which the true-peak filter still holds. Add no more
 * after. */
void loudness_end(struct loudness *);

void loudness_read(const struct loudness *, struct loudness_values *);

/* Peak to loudness ratio in LU: the highest true peak of either channel less integrated loudness. NaN in silence. */
double loudness_plr(const struct loudness_values *);

/* Mean square of the newest whole 10 ms, K-weighted, both channels together; -0.691 dB and it is in LUFS. */
double loudness_newest(const struct loudness *);

/* Peaks are not wanted: they stay those of silence, and cost nothing. */
void loudness_skip_peaks(struct loudness *);

/* The highest magnitudes (linear) since the last call, per channel, paused or not: what a falling meter is fed with. */
void loudness_take_peaks(struct loudness *, float sample_peak[2], float true_peak[2]);

/* EBU Tech 3341: integrated, range and maxima start anew together; or stand still together while momentary and
 * short-term go on. */
void loudness_reset(struct loudness *);
void loudness_pause(struct loudness *, int paused);

#endif
