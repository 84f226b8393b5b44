/* Parameter smoothing: every continuous row follows its target through a Hann window of 10 ms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_GLIDE_H
#define RACK_GLIDE_H

#include "rack/module.h"

/* The smoothed value is the mean of the targets of the last 10.7 ms under a Hann window, taken every SET_FRAMES frames,
 * in dB or another linear unit as it stands and in the logarithm for SCALE_LOG. A step so becomes a smooth S of that
 * length; a staircase of targets every 5.3 ms (a fader at 256-frame blocks) becomes a straight line, because
 * half-overlapped Hann windows add up to a constant. The filter is linear and keeps its phase: it depends on when
 * targets came, not on block sizes.
 *
 * No row crosses its range in less than 140 ms, and a part of it in that part of the time: a frequency moves 80 octaves
 * a second. A boost that sweeps over a tone lifts and drops it, and faster than that this alone is a click (+12 dB over
 * 2 octaves within the window: -40 dB, worst 5 ms -28); so is a law with a corner where it is passed at full speed
 * (balance from end to end within the window: -56, worst 5 ms -40). Gains are smoother: 1200 dB a second, window and
 * all. */
struct glide {
	const struct param *rows;
	uint32_t n_rows, length; /* length: of the window, in ticks of SET_FRAMES */
	double ticks_s;          /* ticks a second */
	uint32_t at;             /* newest place of the histories */
	uint32_t n_moving;
	double *window;  /* length */
	double *history; /* n_rows x length, in the row's own scale */
	double *target;  /* n_rows: where the row is to end */
	double *step;    /* n_rows: what the target of the tick moves by, while a slow ramp lasts */
	uint32_t *left;  /* n_rows: ticks until settled; 0: settled */
};

/* Control thread. All rows settled at values. False: no memory. */
bool glide_init(struct glide *, const struct param *rows, uint32_t n_rows, const struct spec *, const float *values);
void glide_drop(struct glide *);

/* Audio thread. A new target for a row that param_glides(), by a straight line of so many ticks (0: a step) that the
 * window then rounds off. */
void glide_to(struct glide *, uint32_t row, float value, uint32_t ticks) RT;

/* Audio thread, every SET_FRAMES frames while n_moving > 0: writes the values of the moving rows. */
void glide_tick(struct glide *, float *values) RT;

void glide_adopt(struct glide *to, const struct glide *from) RT;

#endif
