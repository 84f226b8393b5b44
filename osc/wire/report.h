/* What a rack says of itself: the pairs of a name and a value of /info and /status, one row each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_REPORT_H
#define OSC_REPORT_H

#include "osc/wire/message.h"
#include "rack/audio/overload.h"
#include "rack/param.h"

/* What is connected to a bus. */
enum report_bus {
	REPORT_CONNECTED,
	REPORT_NOT_CONNECTED,
	REPORT_NO_LEFT,
	REPORT_NO_RIGHT,
	REPORT_NO_BUS, /* of the optional ones: the rack has no such ports */
};

/* All zero: nothing is known yet. */
struct report {
	char program[16], version[32], client[64], title[128];
	uint32_t rate, period, latency_frames;
	float load_mean, load_worst; /* of a period */
	uint64_t xruns_own, xruns_foreign;
	bool realtime, connected, paused;
	int scheduling; /* 1: real-time */
	int overload;   /* enum overload_step */
	uint64_t poisoned;
	uint32_t peers;
	uint64_t dropped;
	int input, output, monitor, ref, key; /* enum report_bus */
	char awaited[256], awaited_output[256], awaited_monitor[256], awaited_ref[256], awaited_key[256];
};

enum report_type {
	REPORT_TEXT,
	REPORT_NUMBER, /* f */
	REPORT_COUNT,  /* i, whole and not below 0 */
	REPORT_SWITCH, /* T or F */
	REPORT_WORD,   /* s, one of a list */
};

struct report_row {
	const char *name;
	enum report_type type;
	enum unit unit;
	const char *help;    /* one sentence, no full stop */
	bool info, status;   /* told by /info, by /status */
	size_t offset, size; /* of the member of struct report */
	const char *(*word)(int index);
	int n_words;
};

extern const struct report_row report_rows[];
extern const size_t report_n_rows;

const char *report_type_text(enum report_type); /* "s" "f" "i" "T|F" */

const char *report_input_text(int bus);  /* "connected" "no input" "no left input" "no right input" */
const char *report_output_text(int bus); /* likewise */

/* The help, and the words that the value may be: "What is connected to the inputs: connected, no input ...". */
void report_describe(const struct report_row *, char *text, size_t size);

/* Adds the pairs of /status, or of /info. */
void report_add(lo_message body, const struct report *, bool status);

/* Takes what a rack told; what is not known, of another type or not finite is left as it is. */
void report_take(struct report *, const struct message *);

#endif
