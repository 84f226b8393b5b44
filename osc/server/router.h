/* The map of OSC addresses: the rows of all files, for dispatch and for people. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ROUTER_H
#define OSC_ROUTER_H

#include "osc/server/route.h"

/* Row number index of the whole map, in the order in which people read it; NULL beyond the last. Any thread, as all
 * here. */
const struct route *router_at(size_t index);

/* The first row that the address fits, or NULL. */
const struct route *router_find(const char *address);

#endif
