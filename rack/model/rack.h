/* The model as a plain value: a title and slots with their values. Copied whole for scenes, undo and files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_RACK_H
#define RACK_RACK_H

#include "rack/module.h"

enum {
	RACK_SLOTS_MAX = 24,
	RACK_ID_SIZE = 32, /* with its terminator */
	RACK_TITLE_SIZE = 128,
};

/* The host's parameters of every slot (enum host_param in rack/param.h). */
extern const struct param host_params[N_HOST_PARAMS];

/* Rows of the rack as a whole: /bypass and /bypass/match. */
enum { RACK_BYPASS, RACK_MATCH, N_RACK_PARAMS };
extern const struct param rack_params[N_RACK_PARAMS];

/* Where a slot's index is wanted: the rack itself, with the rows of rack_params. */
#define RACK_ITSELF UINT32_MAX

struct rack_slot {
	char id[RACK_ID_SIZE]; /* [a-z][a-z0-9_]*, unique in the rack */
	uint32_t uid;          /* the engine's name for it, of no other slot in one run; 0: not placed yet */
	const struct module *module;
	float values[MODULE_PARAMS_MAX + N_HOST_PARAMS];
};

/* The sample rate that a rack is made for, as a row for its key in rack files. */
extern const struct param rack_rate;

struct rack {
	char title[RACK_TITLE_SIZE];
	float rate; /* Hz, what [rack] rate says; 0: any */
	float values[N_RACK_PARAMS];
	uint32_t n_slots;
	struct rack_slot slots[RACK_SLOTS_MAX];
};

/* Number of rows of a slot with the host's, and one of them. */
uint32_t slot_n_params(const struct rack_slot *);
const struct param *slot_param(const struct rack_slot *, uint32_t index);
int slot_find_param(const struct rack_slot *, const char *id); /* slashes or dots; -1: none */

int rack_find_slot(const struct rack *, const char *id); /* -1: none */
int rack_find_uid(const struct rack *, uint32_t uid);    /* -1: none */

/* What bypass of the slot and solo of all come to. */
bool rack_bypassed(const struct rack *, uint32_t slot);

/* [a-z][a-z0-9_]*, shorter than RACK_ID_SIZE, and neither a tap's nor reset, pause or start: /meter has those. */
bool rack_id_valid(const char *id);

/* Whether the slot's id is one that its type gave ("eq", "eq_2"), and no person. */
bool rack_id_is_made(const struct rack_slot *);

/* A title as a rack file's line can hold it: control characters become '?' (rack/base/utf8.h), '#' and blanks at the
 * ends go, and it is cut to RACK_TITLE_SIZE - 1 bytes. */
void rack_clean_title(char out[RACK_TITLE_SIZE], const char *title);

/* All rows at their defaults. id NULL or "": the type's id, with _2, _3 ... where that is taken. FULL, or BAD_VALUE for
 * an id that is taken or malformed. position beyond the end: at the end. */
enum status rack_insert(struct rack *, uint32_t position, const struct module *, const char *id, struct reason *);
void rack_remove(struct rack *, uint32_t index);
void rack_move(struct rack *, uint32_t from, uint32_t to);

/* No slots, all rows of the rack at their defaults. */
void rack_clear(struct rack *);

#endif
