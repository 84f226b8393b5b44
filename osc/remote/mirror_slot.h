/* One slot of the mirror: its rows, values and meters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MIRROR_SLOT_H
#define OSC_MIRROR_SLOT_H

#include "osc/remote/mirror_state.h"
#include "osc/wire/message.h"

/* Knows its id only; has the three rows of the host. NULL: no memory. */
struct mirror_slot *mirror_slot_new(const char *id);
void mirror_slot_free(struct mirror_slot *);

/* All of it is to be asked again. */
void mirror_slot_doubt(struct mirror_slot *);

/* Whether the mirror has asked the slot for NAME (below /rack/<slot>/ or /meter/<slot>/) and has no answer. A value
 * that the user has just changed does not count: what the rack says of it is news. */
bool mirror_slot_asked(const struct mirror_slot *, const char *name, bool meter, uint64_t now_ms);

/* The answer to /rack/<slot>/info. */
void mirror_slot_take_info(struct mirror_slot *, const struct message *);

#endif
