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

/* The answer to /rack/<slot>/info. */
void mirror_slot_take_info(struct mirror_slot *, const struct message *);

#endif
