/* Tells subscribers of values that are no parameters when they have changed: snapshot, scenes, locks, connection. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_PUBLISH_H
#define OSC_PUBLISH_H

#include "osc/server/route.h"

/* Something happened on which rows with one of these flags (ROUTE_OF_...) depend: those whose value is another now are
 * told. from: the row by which a subscriber of this origin changed it, and is answered already; NULL: none. */
void publish(struct server *, unsigned flags, const struct route *from, unsigned origin);

/* What nobody reports is looked at ten times a second while there are subscribers. Returns when it wants to be called
 * again (monotonic microseconds, INT64_MAX: there are none). */
int64_t publish_poll(struct server *, int64_t now_us);

#endif
