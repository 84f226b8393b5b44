/* One rack of a name at a time: a locked file in the runtime folder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_INSTANCE_H
#define SRC_INSTANCE_H

#include "rack/base/status.h"

#include <stdbool.h>

/* A descriptor that holds the name until it is closed or the process ends, or -1, after waiting for a second:
 * UNAVAILABLE's reason names the process that has it, IO's says why the file could not be made. *status may be NULL. */
int instance_lock(const char *name, enum status *, struct reason *);

/* The same for the saved state of this name, which racks in different runtime folders share. */
int instance_lock_state(const char *name, enum status *, struct reason *);

/* The same as the first, going on with a descriptor that this process's former program has left (-1: none) where that
 * holds the name. */
int instance_keep(const char *name, int held_fd, struct reason *);

/* Does a rack of this name run on this machine, for this user? */
bool instance_runs(const char *name);

enum { INSTANCE_END_MS = 3000 }; /* what a rack that is told to stop may take for it */

/* Waits for the rack of this name to end; false: it still runs after so many ms. */
bool instance_await_end(const char *name, int ms);

#endif
