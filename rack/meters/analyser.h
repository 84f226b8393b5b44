/* The record that an analyser exports: its rows and its functions. One file in meters/ and one line in analysers.def
 * make one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_ANALYSER_H
#define RACK_ANALYSER_H

#include "rack/module.h"

struct loudness;

enum { ANALYSER_LANES = 8 }; /* behind a hop stands silence up to a multiple of so many frames */

/* 10 ms of a tap, and what is measured of them once for all analysers. */
struct hop {
	const float *x[2];               /* left and right; finite, within 1e6 */
	float peak[2], true_peak[2];     /* highest magnitudes, linear; 0 of what the slots made */
	const struct loudness *loudness; /* as of this hop, maxima and highest peaks too; NULL: the tap is not fed */
};

/* The taps in the same 10 ms. */
struct hops {
	struct hop of[N_TAPS];
	uint32_t n;            /* frames */
	uint32_t delay_frames; /* what the slots made and the output come so much later than the input */
};

/* Each tap that it measures has a state of its own: one block of zeroed memory, aligned to 64 bytes, which the host
 * owns. Everything is called by one thread, which is not the audio thread. */
struct analyser {
	const char *id;
	const struct level *rows;
	uint32_t n_rows;
	unsigned taps; /* that it measures, as bits */

	/* Bytes of state at this rate. NULL: none. */
	size_t (*size)(const struct spec *);

	/* NULL: zeroed memory is right. */
	void (*init)(void *state, const struct spec *);

	/* Takes the next 10 ms of hops->of[own]. NULL: what is measured of a hop anyway is enough. */
	void (*hear)(void *state, const struct hops *, enum tap own);

	/* Writes the values of all rows, one after the other, as of the newest hop (before the first: of silence). NaN
	 * where a value is not known. */
	void (*read)(void *state, const struct hops *, enum tap own, float *values);

	/* The integrated rows start anew. NULL: there is nothing to forget. hops->of[...].loudness has been reset. */
	void (*reset)(void *state);

	/* The integrated rows stand still or go on. NULL: as reset. */
	void (*pause)(void *state, bool paused);
};

#endif
