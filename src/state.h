/* What is kept between two runs: the rack as it was left and its states, written soon after each change. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_STATE_H
#define SRC_STATE_H

#include "rack/control/control.h"
#include "src/loop.h"

struct state;

/* The saved rack of this name is NAME.rack in the state folder, src/state_files.h says where scenes, snapshots and
 * locks are. Listens to the control from here on, and joins the loop: when the oldest unsaved change is two seconds old
 * the worker writes; an older save that the worker has not begun is then not written at all, the newer one holds what
 * it held. A failed write is told once on stderr and tried again every ten seconds. NULL and a reason. */
struct state *state_new(struct control *, const char *name, struct loop *, struct reason *);
void state_free(struct state *); /* what is not flushed is not kept */

/* Loads it. Of what cannot be used the one before is, see src/recovery.h. UNKNOWN, BAD_VALUE, IO: there is no rack to
 * restore; scenes are restored all the same. NO_MEMORY: told; the start is to be given up, as the next save would lose
 * what was not read. */
enum status state_restore(struct state *);

/* The scenes alone, for a rack that comes from somewhere else: OK or NO_MEMORY, as above. */
enum status state_restore_scenes(struct state *);

/* Writes what is not written yet and waits for it: the end of the program. */
void state_flush(struct state *);

/* Has the worker write the rack and its states now, whatever has changed. */
void state_save_soon(struct state *);

/* Writes the rack whatever has changed and waits for it, and for all that the worker was given before. False: it could
 * not be written, which was told. */
bool state_save(struct state *);

#endif
