/* What is heard of a processed and an unprocessed path: normal, bypassed, or only the difference. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MIX_H
#define RACK_MIX_H

#include "rack/module.h"

/* A weight on its way: a polynomial of fifth order from any place, speed and acceleration to rest at another (Flash and
 * Hogan, The Coordination of Arm Movements, J. Neuroscience 5 (1985)), so that turning back in the middle makes no
 * corner either. From rest it is 10 t^3 - 15 t^4 + 6 t^5. speed and bend: first and second derivative by the time of a
 * fade. */
struct mix_path {
	double from, speed, bend, to;
};

/* out = wet * processed + dry * unprocessed, both weights moving for 20 ms. */
struct mix {
	struct mix_path wet, dry;
	uint32_t at, length; /* frames; at == length: settled */
};

void mix_init(struct mix *, double rate, double wet, double dry);
void mix_to(struct mix *, double wet, double dry) RT;

/* Whether the unprocessed path is heard at all now. */
bool mix_needs_dry(const struct mix *) RT;

/* Whether the processed path is heard, or will be. */
bool mix_needs_wet(const struct mix *) RT;

/* As after silence: the fade to where it goes starts from nothing. */
void mix_restart(struct mix *) RT;

/* As if the processed path had been silent until now: it comes in from nothing, the unprocessed one goes on from where
 * it is. */
void mix_restart_wet(struct mix *) RT;

/* io: processed in, mixed out. Settled at one path alone this copies or leaves the bits. */
void mix_run(struct mix *, double *const io[2], double *const dry[2], uint32_t n) RT;

#endif
