/* The analysis thread: measures the rack's input and output from rings of samples; never slows the audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_ANALYSIS_H
#define RACK_ANALYSIS_H

#include "rack/module.h"

#include <stdbool.h>

/* Levels in dB (-INFINITY for silence); peaks fall 20 dB/s, rms over 300 ms; correlation -1..1 (0 in silence) and
 * balance in dB (right louder is positive, 60 at most) over 300 ms. */
struct analysis_side {
	float peak[2], true_peak[2], rms[2];
	float momentary, short_term, integrated, range;
	float momentary_max, short_term_max, true_peak_max[2];
	float correlation, balance;
};

struct analysis_values {
	struct analysis_side in, out;
	uint64_t frames;      /* measured since reset */
	uint64_t lost_frames; /* dropped because this thread was too slow; makes the integrated values doubtful */
	bool paused;

	/* By how much the slots make their input louder, over the last 3 s or what there is of them, since there were
	 * 400 ms of sound; whatever is bypassed or matched. */
	float change_lu;
	bool change_known;
};

struct analysis;

/* Starts the thread (256 KiB stack, plain priority). NULL and a reason on failure. Control thread. */
struct analysis *analysis_new(const struct spec *, struct reason *);
void analysis_free(struct analysis *); /* ends the thread */

/* Audio thread. n frames of the rack's input and output, as JACK has them, and of what the slots made of the input;
 * drops (and counts) what finds no room. */
void analysis_feed(struct analysis *, const float *const in[2], const float *const out[2],
	const double *const processed[2], uint32_t n) RT;

/* Control thread. What the slots make comes so many frames after their input. */
void analysis_set_delay(struct analysis *, uint32_t frames);

/* Control thread. The latest values, measured every 10 ms of audio, published every 33 ms or so; every 100 ms while
 * nobody reads them: the first ones after a second without may be that old. */
void analysis_read(struct analysis *, struct analysis_values *);

/* Control thread: /meter/reset, /meter/pause, /meter/start. */
void analysis_reset(struct analysis *);
void analysis_pause(struct analysis *, bool paused);

#endif
