/* A file that is written beside the one it will replace: a crash, a full disk or a kill leaves the old or the new one.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DRAFT_H
#define RACK_DRAFT_H

#include "rack/base/status.h"

struct draft;

enum draft_folders { DRAFT_NO_FOLDERS, DRAFT_MAKE_FOLDERS };

/* Opens a temporary file beside path, with the old file's mode and owner. Missing folders are made (mode 0700), or IO.
 * A link is followed and stays, unless another user made it. Only a plain file is replaced. NULL: IO or NO_MEMORY, with
 * a reason.
 */
struct draft *draft_open(const char *path, enum draft_folders, struct reason *);

/* Open for reading and writing, at 0; belongs to the draft. */
int draft_fd(const struct draft *);

/* KEEP_OLD: what stood there stays beside it with DRAFT_BACKUP behind its name, and at every moment there is a whole
 * file of one of the two names. Nothing stays where path is a link, as the folder that it leads to is somebody's own
 * (kept in git, say), or where the file system knows no hard links. */
#define DRAFT_BACKUP ".bak"
enum draft_old { DRAFT_DROP_OLD, DRAFT_KEEP_OLD };

/* fsync, rename, fsync of the folder; frees the draft. On failure (IO) the old file is as it was and the temporary one
 * is gone. */
enum status draft_commit(struct draft *, enum draft_old, struct reason *);

/* Removes the temporary file and frees the draft. NULL is allowed. */
void draft_discard(struct draft *);

/* Removes temporary files that a killed writer left beside path, or anywhere in the folder where path ends in a slash;
 * those of processes that live are left alone. */
void draft_sweep(const char *path);

#endif
