/* /sync that waits for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SYNC_H
#define OSC_SYNC_H

#include <stdint.h>

struct server;

/* Answers those that are due; milliseconds until it should be called again, -1: none waits. */
int sync_poll(struct server *, int64_t now_us);

#endif
