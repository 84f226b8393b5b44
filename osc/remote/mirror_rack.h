/* The mirror's part that is no slot's: levels, status, names for menus, errors and news. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MIRROR_RACK_H
#define OSC_MIRROR_RACK_H

#include "osc/remote/mirror_state.h"
#include "osc/wire/message.h"

/* False: the message is about the chain or a slot, or unknown. */
bool mirror_rack_take(struct mirror *, const struct message *);
void mirror_rack_clear(struct mirror *); /* frees the names */

/* Marks the parameters that the list of locks names, after either has changed. */
void mirror_apply_locks(struct mirror *);

#endif
