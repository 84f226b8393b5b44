/* A loudness target: what a service or a standard asks for, whether sound meets it, and what the service would turn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_TARGET_H
#define RACK_TARGET_H

#include "rack/param.h"

#include <stdint.h>

enum { TARGET_NAME_SIZE = 48, TARGET_TEXT_SIZE = 256 };

/* Rows of a target. What a file leaves out is at the row's default; integrated and short_term then ask for nothing. */
enum target_row {
	TARGET_INTEGRATED,
	TARGET_TOLERANCE,  /* of integrated, above and below */
	TARGET_TRUE_PEAK,  /* at most */
	TARGET_SHORT_TERM, /* at most, of the highest */
	TARGET_RAISE,
	TARGET_CUT,
	TARGET_ALBUM,
	N_TARGET_ROWS
};
extern const struct param target_rows[N_TARGET_ROWS];

/* Whether the service turns quiet sound up: only as far as the true peak allows, or all the way, with a limiter. */
enum target_raise { TARGET_RAISE_NO, TARGET_RAISE_PEAK, TARGET_RAISE_YES };

struct target {
	char name[TARGET_NAME_SIZE];    /* [a-z][a-z0-9-]* */
	char profile[TARGET_NAME_SIZE]; /* the table that it is a line of, else "" */
	char label[TARGET_TEXT_SIZE], note[TARGET_TEXT_SIZE], source[TARGET_TEXT_SIZE], date[TARGET_TEXT_SIZE];
	float values[N_TARGET_ROWS];
	bool asks[N_TARGET_ROWS]; /* rows that the file has */
};

/* What was measured: minus infinity where undefined. */
struct target_reading {
	double integrated_lufs, short_term_max_lufs, true_peak_dbtp;
	bool whole;        /* a file to its end: nothing to wait for; the two below do not matter */
	double measured_s; /* since the integrated measure began */
	double moved_lu;   /* how far integrated has moved in the last 10 s */
};

enum target_verdict {
	TARGET_OK,
	TARGET_LOUD,
	TARGET_SOFT,
	TARGET_PEAK, /* the true peak is too high, whatever the loudness is */
	TARGET_WAIT, /* not 30 s yet and integrated still moves by 0.1 LU in 10 s; or there is no loudness: silence */
	N_TARGET_VERDICTS
};

/* How far a true peak may be above the target: what the limiter is held to at its ceiling. */
#define TARGET_PEAK_MARGIN_DB 0.05

/* All of these: pure, any thread. */
enum target_verdict target_verdict(const struct target *, const struct target_reading *);
const char *target_verdict_text(enum target_verdict); /* "ok" "loud" "soft" "peak" "wait" */

/* Integrated minus what is asked for, in LU; NaN where one of the two is undefined. */
double target_delta(const struct target *, const struct target_reading *);

/* What the service turns the sound by, in dB; NaN where target_delta() is. */
double target_gain(const struct target *, const struct target_reading *);

#endif
