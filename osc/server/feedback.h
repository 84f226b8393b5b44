/* Sends subscribers what they are to be told: the latest value of what changed, and meters at their rate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_FEEDBACK_H
#define OSC_FEEDBACK_H

#include <stdint.h>

struct server;

/* Returns when it wants to be called again (monotonic microseconds, INT64_MAX: when something has changed). */
int64_t feedback_send(struct server *, int64_t now_us);

#endif
