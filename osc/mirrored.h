/* A running rack as a client knows it: slots, parameters, meters, whether it answers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MIRRORED_H
#define OSC_MIRRORED_H

#include "rack/param.h"

#include <stdbool.h>
#include <stdint.h>

enum remote_state {
	REMOTE_CONNECTING, /* nothing heard yet */
	REMOTE_LIVE,
	REMOTE_LOST, /* nothing heard for 3 s; goes on trying */
};

struct remote_param {
	char id[48];      /* address below the slot, with slashes */
	struct param row; /* strings are the remote's; row.id points to id; choices end with NULL */
	float value;
	bool known;  /* row and value have arrived */
	bool locked; /* scenes and presets leave it alone; false before that is known */
};

struct remote_meter {
	char id[32], label[32];
	enum unit unit;
	float min, max, value;
	enum role role;
};

struct remote_slot {
	char id[32], type[32], label[32];
	uint32_t n_params;            /* the module's own */
	uint32_t n_rows;              /* all of params: behind those the ones that every slot has */
	uint32_t bypass, solo, delta; /* which of them are these */
	struct remote_param *params;
	uint32_t n_meters;
	struct remote_meter *meters;
};

/* What is known of a preset beside its name. */
struct remote_preset {
	char title[128], comment[128]; /* of its file; "": none */
	uint32_t latency_frames;       /* of the whole rack with it, at the present rate */
	bool known;
};

#endif
