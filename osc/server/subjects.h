/* Every address that has a value now: what patterns can mean and subscriptions can follow. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SUBJECTS_H
#define OSC_SUBJECTS_H

#include "osc/server/route.h"

struct subject {
	const struct route *route;
	struct place place; /* the form is always FORM_VALUE */
	char address[ADDRESS_SIZE];
};

struct subjects {
	struct subject *list;
	size_t n, room;
	size_t first_param[RACK_SLOTS_MAX + 1]; /* of each slot, and last of the rack itself */
};

/* Rewrites the list for the rack as it is, from the rows of the map. False: no memory, the list is empty. */
bool subjects_build(struct subjects *, const struct rack *);
void subjects_free(struct subjects *);

/* For the list function of a route. The parameters of a slot (ROUTE_FORMS) are added in their order. False: no memory.
 */
bool subjects_add(struct subjects *, const struct route *, const struct place *, const char *address);

/* Told at a steady rate and not as it changes. */
bool subject_is_steady(const struct subject *);

/* Index of a parameter's subject; n when the list is older than the parameter. */
size_t subjects_of_param(const struct subjects *, uint32_t slot, uint32_t param);

#endif
