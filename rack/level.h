/* The row of an output value (a level, a meter, a spectrum), and the points of the rack where sound is measured. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_LEVEL_H
#define RACK_LEVEL_H

#include "rack/param.h"

#include <stdint.h>

enum {
	LEVEL_WIDTH_MAX = 256, /* values of one row: as many arguments as an OSC message may have here */
};

/* How a display should draw it. */
enum level_kind {
	LEVEL_RISING,  /* from min upwards: peaks, loudness */
	LEVEL_CENTRED, /* from 0 to both sides: correlation, balance */
	LEVEL_FIGURE,  /* as a number */
	N_LEVEL_KINDS
};

/* Values are floats in the row's unit. Without sound, and while there is nothing to say yet: see level_silence. */
struct level {
	const char *id, *label;
	enum unit unit;
	float min, max;   /* what a display should span */
	const char *help; /* one sentence, no full stop */
	enum role role;   /* each is there at most once at a tap, or in a module */
	uint32_t width;   /* number of values: 2 are left and right, more a spectrum or a history; 0 stands for 1 */
	enum level_kind kind;
	bool integrated; /* over all sound since the last reset; stands still while measuring is paused */
};

uint32_t level_width(const struct level *) RT;

/* Values of n rows, one after the other. */
uint32_t level_values(const struct level *rows, uint32_t n) RT;

/* Minus infinity in dBFS, dBTP and LUFS, else 0. */
float level_silence(const struct level *);

const char *level_kind_text(enum level_kind); /* "rising" "centred" "figure" */

/* Where sound is measured. */
enum tap {
	TAP_IN,        /* the rack's input */
	TAP_PROCESSED, /* what the slots made of it, before bypass and match */
	TAP_OUT,       /* the rack's output */
	TAP_REF,       /* the reference */
	TAP_MONITOR,   /* what the monitor output gives */
	N_TAPS
};

enum {
	/* Sets of taps are bits. */
	TAPS_ALL = (1 << N_TAPS) - 1,
	TAPS_HEARD = TAPS_ALL & ~(1 << TAP_PROCESSED),               /* what somebody may listen to */
	TAPS_RACK = 1 << TAP_IN | 1 << TAP_PROCESSED | 1 << TAP_OUT, /* what every rack has */
};

const char *tap_id(enum tap);                /* "in" "processed" "out" "ref" "monitor": /meter/<tap>/<level> */
int tap_find(const char *id, size_t length); /* -1: none such */

#endif
