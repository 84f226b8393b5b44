/* Every address that has a value now: what patterns can mean and subscriptions can follow. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SUBJECTS_H
#define OSC_SUBJECTS_H

#include "osc/wire/address.h"

enum subject_kind {
	SUBJECT_CHAIN,
	SUBJECT_TITLE,
	SUBJECT_INFO,
	SUBJECT_STATUS, /* sent steadily, as are the next two */
	SUBJECT_LEVEL,  /* slot: 0 in, 1 out; index: measure */
	SUBJECT_METER,  /* slot and meter */
	SUBJECT_ROW,    /* slot and parameter; has all forms, the others FORM_VALUE only */
};

struct subject {
	enum subject_kind kind;
	uint32_t slot, index;
	char address[ADDRESS_SIZE];
};

struct subjects {
	struct subject *list;
	size_t n, room;
	size_t rack_rows, slot_rows[RACK_SLOTS_MAX]; /* where their rows start */
	uint32_t n_slots;
};

/* Writes the list anew for the rack as it is. False: no memory, the list is empty. */
bool subjects_build(struct subjects *, const struct rack *);
void subjects_free(struct subjects *);

/* Told at a steady rate and not as it changes. */
bool subject_is_steady(const struct subject *);

/* Index of a row's subject; n when the list is older than the row. */
size_t subjects_of_row(const struct subjects *, uint32_t slot, uint32_t param);

#endif
