/* lacquer ports, and run --check-ports: what can be connected, and what would be. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_PORTS_H
#define SRC_PORTS_H

struct wires;

/* Prints what each asked-for port is at this moment, by the same choices as the rack called `name` would make. Returns
 * EXIT_DONE, EXIT_NOT_PASSED where one is not there, EXIT_NO_SERVER; has told the error. */
int ports_check(struct wires *, const char *name, const char *server);

#endif
