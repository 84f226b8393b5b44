/* What a client knows of a rack: filled from the rack's answers, and telling what is still to be asked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MIRROR_H
#define OSC_MIRROR_H

#include "osc/remote/mirror_state.h"
#include "osc/wire/message.h"

bool mirror_init(struct mirror *);  /* false: no memory, nothing to clear */
void mirror_clear(struct mirror *); /* frees */

/* Takes one message from the rack; anything unknown or malformed is ignored. now_ms of the mirror must be set. */
void mirror_take(struct mirror *, const struct message *);

/* Everything may have changed (another rack, a new start): ask for all of it again, go on showing what is known. */
void mirror_doubt(struct mirror *);

/* The integrated levels start anew. */
void mirror_forget_integrated(struct mirror *);

/* No levels are better than old ones. */
void mirror_forget_levels(struct mirror *);

int mirror_find_slot(const struct mirror *, const char *id, size_t length); /* -1: none */

#endif
