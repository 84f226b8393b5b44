/* Listed surfaces: subscribers without a lease that runs out, and without proof that answers reach them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SURFACE_H
#define OSC_SURFACE_H

#include "rack/base/status.h"

struct server;
struct surfaces;

/* "HOST:PORT[/norm][/numbers],...", at most SURFACES_MAX, as the option --osc-surface has it; NULL: none. May wait for
 * the network. BAD_VALUE names the entry that is none, or that the socket cannot reach or does not let in. */
enum status surfaces_open(struct server *, const char *list, struct reason *);

/* Those of the file at path, which is rewritten when one is added or removed. What cannot be listed now is reported
 * on stderr, and stays in the file until then. NULL: none. */
void surfaces_restore(struct server *, const char *path);
void surfaces_free(struct surfaces *);

#endif
