/* From a message to the row of the map that it is for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_DISPATCH_H
#define OSC_DISPATCH_H

#include "osc/server/request.h"

/* Answers a question, hands another message to its row's handler; a pattern means all addresses that it matches, as one
 * transaction. Of the request server, peer, message, origin and over_rate are given. */
void dispatch(struct request *);

#endif
