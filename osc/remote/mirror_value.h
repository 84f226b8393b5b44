/* A slot's rows, values and meters as the rack's answers tell them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MIRROR_VALUE_H
#define OSC_MIRROR_VALUE_H

#include "osc/remote/mirror_state.h"
#include "osc/wire/message.h"

/* Answers to /rack/<slot>/<name>, where name is a parameter or a parameter's info, and the same of a meter. */
void mirror_value_take(struct mirror_slot *, const char *name, const struct message *, uint64_t now_ms);
void mirror_value_take_meter(struct mirror_slot *, const char *name, const struct message *);

#endif
