/* What a client knows of a rack, and which questions are open. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MIRROR_STATE_H
#define OSC_MIRROR_STATE_H

#include "osc/mirrored.h"
#include "osc/wire/report.h"
#include "rack/meters/analysers.h"
#include "rack/model/rack.h"

enum {
	MIRROR_PARAMS_MAX = MODULE_PARAMS_MAX + N_HOST_PARAMS,
	MIRROR_NAMES_MAX = 255,
	MIRROR_HOLD_MS = 200, /* own changes stay in sight so long before the rack is asked what came of them */
};

/* Something to ask for: when it was asked last (0: never) and whether the answer has come since. */
struct question {
	uint64_t asked_ms;
	bool answered;
};

struct mirror_param {
	struct question row, value;
	uint64_t held_until_ms;
	char *texts; /* what the row's label, help and choices point into */
	const char **choices;
};

struct mirror_slot {
	struct remote_slot shown;
	struct question info;
	struct mirror_param *params; /* beside shown.params */
	struct question *meters;     /* beside shown.meters */
};

/* A preset, and whether it has been asked for. */
struct mirror_preset {
	struct question question;
	struct remote_preset shown;
};

struct mirror_names {
	struct question question;
	bool wanted;
	char *texts;
	uint32_t n;
	const char *list[MIRROR_NAMES_MAX + 1];
};

struct mirror {
	uint64_t serial, n_levels, now_ms; /* serial counts messages but levels */
	struct question chain, title_question, snapshot_question, rack_values[N_RACK_PARAMS], info;
	uint32_t n_slots;
	struct mirror_slot *slots[RACK_SLOTS_MAX];
	char title[RACK_TITLE_SIZE];
	char snapshot; /* a b c d; 0: not known yet */
	struct remote_param rack_params[N_RACK_PARAMS];
	uint64_t rack_held_until_ms[N_RACK_PARAMS];
	float *levels; /* values of all rows of TAPS_ALL, as levels_next() has them */
	struct report status;
	char error[256], notice[384];
	uint32_t n_errors, n_notices;
	struct mirror_names presets, scenes, types, locks; /* locks: addresses */
	bool locks_known;
	struct mirror_preset *preset_infos; /* beside presets.list; NULL: none */
	bool complete;                      /* nothing left to ask, as far as the last look went */
};

#endif
