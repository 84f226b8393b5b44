/* Presets that are being read or written for a sender. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_PRESETS_H
#define OSC_PRESETS_H

struct server;

/* The server ends: nobody is answered any more. */
void presets_orphan(struct server *);

#endif
