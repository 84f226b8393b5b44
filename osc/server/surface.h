/* Surfaces that the keeper of the rack has listed: they are told without asking, and without proof. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SURFACE_H
#define OSC_SURFACE_H

#include "rack/base/status.h"

struct server;

/* "HOST:PORT[/norm],...", at most SURFACES_MAX, as the option --osc-surface has it; NULL: none. BAD_VALUE names the
 * entry that is none, or that the socket cannot reach or does not let in. */
enum status surfaces_open(struct server *, const char *list, struct reason *);

#endif
