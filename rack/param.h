/* The parameter row, the only place where a number stands, and what everybody derives from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_PARAM_H
#define RACK_PARAM_H

#include "rack/base/realtime.h"
#include "rack/base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum unit {
	UNIT_NONE,
	UNIT_DB,
	UNIT_DBFS,
	UNIT_DBTP,
	UNIT_LU,
	UNIT_LUFS,
	UNIT_HZ,
	UNIT_MS,
	UNIT_S,
	UNIT_PERCENT,
	UNIT_RATIO, /* shown as 2.0:1 */
	UNIT_FRAMES,
	N_UNITS
};

enum scale { SCALE_LINEAR, SCALE_LOG, SCALE_TOGGLE, SCALE_CHOICE };

/* What a parameter, a meter or a module is, for those outside the module who have to find it: the safe bypass, the
 * command line, a display of a curve. An id is for people and files, and never tells the program anything. */
enum role {
	ROLE_NONE,

	/* parameters */
	ROLE_GAIN,      /* level of the whole sound in dB */
	ROLE_CEILING,   /* no sample, or no true peak, goes above it */
	ROLE_LOOKAHEAD, /* the delay grows with it */
	ROLE_THRESHOLD, /* threshold, ratio and knee: of a band where the id has two parts */
	ROLE_RATIO,
	ROLE_KNEE,
	ROLE_BAND_ON, /* of any band; those below of an equaliser's: ids with the same first part belong together */
	ROLE_BAND_TYPE,
	ROLE_BAND_FREQ,
	ROLE_BAND_GAIN,
	ROLE_BAND_Q,
	ROLE_BAND_SLOPE,

	/* meters */
	ROLE_REDUCTION, /* how far the whole sound is turned down, in dB */
	ROLE_PEAK,      /* from here on: of a tap (rack/level.h) */
	ROLE_TRUE_PEAK,
	ROLE_TRUE_PEAK_MAX,
	ROLE_RMS,
	ROLE_CORRELATION,
	ROLE_MOMENTARY,
	ROLE_SHORT_TERM,
	ROLE_INTEGRATED,
	ROLE_RANGE,
	ROLE_CHANGE, /* of loudness by the slots, for bypass at matched loudness */

	/* modules */
	ROLE_TRIM,    /* changes the level, without delay */
	ROLE_LIMITER, /* keeps a ceiling */
	ROLE_DITHER,  /* leaves whole steps of the output's format */

	N_ROLES
};

/* Values are floats in the row's unit; a toggle is 0 or 1, a choice the index of its name. */
struct param {
	const char *id;    /* stable: OSC address below the slot (slashes), rack-file key (dots for the slashes) */
	const char *label; /* for people, 14 characters at most */
	enum unit unit;
	enum scale scale;
	float min, max, def;        /* in unit; LOG needs min > 0; CHOICE: 0 .. number of names - 1 */
	float step;                 /* one key press: an amount, or a ratio (such as 1.0595) when LOG */
	const char *const *choices; /* CHOICE: max + 1 names, else NULL */
	const char *help;           /* one sentence with its unit, no full stop */
	bool jump;                  /* continuous, but cannot glide (moves delay): changed by a fade, like a choice */
	bool design;                /* acts by the kernel that the module designs from it, and by that alone */
	bool lock;                  /* kept while scenes and presets change, unless a person says otherwise */
	enum role role;             /* within a band, or outside the bands, each is there at most once */
};

/* Parameters that the host gives every slot, behind the module's own: indices n_params + HOST_BYPASS ... */
enum host_param { HOST_BYPASS, HOST_SOLO, HOST_DELTA, N_HOST_PARAMS };

/* Toggles, choices and jump rows change by a fade between two copies of the slot, rows of the design by a fade to the
 * kernel that is designed from them; all others glide. */
bool param_glides(const struct param *) RT;

/* Into min..max; toggles and choices to whole numbers. The value must be finite. */
float param_clamp(const struct param *, float value) RT;

/* 0..1 by the row's own scale, and back (clamped). */
float param_to_norm(const struct param *, float value) RT;
float param_from_norm(const struct param *, float norm) RT;

/* The value n steps (key presses) further, clamped; n may be negative or a fraction. Toggles and choices move by whole
 * steps and stop at the ends. */
float param_step(const struct param *, float value, float n);

/* Text with or without its unit ("-1.5 dB", "-1.5", "120 Hz", "1.2 kHz", "on", a choice's name, ratios as 2 or 2:1)
 * into a value. BAD_VALUE with a sentence when it is no number, not finite, of another unit, no such choice, or out of
 * range. Numbers are read in the C locale. */
enum status param_parse(const struct param *, const char *text, float *value, struct reason *);

/* For people, with the unit ("-1.5 dB", "1.20 kHz", "2.0:1", "on"). */
void param_format(const struct param *, float value, char *text, size_t size);

/* For files: the shortest text that reads back as the same float, no unit; choices by name, toggles on or off. */
void param_format_exact(const struct param *, float value, char *text, size_t size);

/* "dB", "dBTP", "Hz", "" ... */
const char *unit_text(enum unit);

const char *scale_text(enum scale); /* "linear" "log" "toggle" "choice" */

const char *role_text(enum role); /* "ceiling", "band_freq", "" ...: what OSC carries */

#endif
