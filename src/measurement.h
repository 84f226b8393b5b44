/* What a whole file measures, as `measure` and `render --json` print it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_MEASUREMENT_H
#define SRC_MEASUREMENT_H

#include "rack/base/status.h"

#include <stdint.h>
#include <stdio.h>

struct json;
struct loudness;

/* Minus infinity where undefined, as in silence; JSON has null there. */
struct measurement {
	uint32_t rate, channels;
	uint64_t frames;
	double integrated_lufs, range_lu, momentary_max_lufs, short_term_max_lufs;
	double true_peak_dbtp, sample_peak_dbfs; /* the higher channel */
	double plr_lu;                           /* loudness_plr(): NaN where undefined */
	uint64_t invalid_samples; /* NaN, infinity, beyond 1e6, which count as silence; in render those of the input */
};

/* After loudness_end(); invalid_samples is 0. */
void measurement_take(struct measurement *, const struct loudness *, uint32_t rate, uint32_t channels);

/* On standard error where there are invalid samples. */
void measurement_warn(const struct measurement *, const char *file);

/* The members from "file" to "invalid_samples", into an object that is open already, so that more may follow. */
void measurement_print_json(const struct measurement *, const char *file, struct json *);

/* For people, a few lines. */
void measurement_print(const struct measurement *, const char *file, FILE *);

#endif
