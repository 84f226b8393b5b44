/* Scenes, snapshots and locks between two runs: a folder of rack files and a list of what they are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_STATE_FILES_H
#define SRC_STATE_FILES_H

#include "rack/control/control.h"

enum { STATE_FILES_GONE_MAX = 64 }; /* files that a print removes */

struct state_files;

/* Of the rack called name: NAME.states in the state folder, with scene-NAME.rack, side-a.rack .. side-d.rack and
 * `list`, which names the snapshot that is heard (as `side`), those that are kept, the scenes in their order and the
 * locks. Control thread. NULL and a reason. */
struct state_files *state_files_new(struct control *, const char *name, struct reason *);
void state_files_free(struct state_files *);

/* Puts the scenes into the control; whole: the snapshots and locks too, which belong to the rack that was heard. What
 * cannot be used is told on stderr with its place, and the one before it is taken (see src/recovery.h), which *backup
 * says, or it is left out. NO_MEMORY: not all was taken that is there, and it must not be written over. */
enum status state_files_restore(struct state_files *, bool whole, bool *backup);

/* Calls write for each file whose text is not what it was at the last call; path and text are malloc()ed and write's to
 * free. text NULL: the file is to be removed, and its backup. */
typedef void state_files_write(void *user, char *path, char *text);
void state_files_print(struct state_files *, state_files_write *write, void *user);

/* What was given to write is not on disk: all files are written again next time. */
void state_files_forget(struct state_files *);

#endif
