/* Text files read whole and replaced whole: a crash, a full disk or a kill leaves the old or the new one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_FILE_H
#define RACK_FILE_H

#include "rack/base/status.h"

#include <stddef.h>

/* Reads at most max bytes into malloc()ed, terminated memory. IO, BAD_VALUE (longer than max), NO_MEMORY. */
enum status file_read(const char *path, size_t max, char **text, size_t *size, struct reason *);

/* Temporary file beside it, fsync, rename, fsync of the folder. Makes missing folders (mode 0700). On any failure the
 * old file is as it was and the temporary one is gone. A link is followed and stays, unless another user made it. IO.
 */
enum status file_write(const char *path, const char *text, size_t size, struct reason *);

/* The same, and what stood there stays beside it with this behind its name; at every moment there is a whole file of
 * one of the two names. Nothing stays where path is a link, as the folder that it leads to is somebody's own (kept in
 * git, say), or where the file system knows no hard links. */
#define FILE_BACKUP ".bak"
enum status file_write_keeping(const char *path, const char *text, size_t size, struct reason *);

/* Removes temporary files that a killed file_write left beside path, or anywhere in the folder where path ends in a
 * slash; those of processes that live are left alone. */
void file_sweep(const char *path);

/* $XDG_CONFIG_HOME/lacquer, $XDG_STATE_HOME/lacquer, $XDG_RUNTIME_DIR/lacquer with their standard fallbacks (runtime:
 * /tmp/lacquer-UID, made with mode 0700, refused unless ours), then "/" and name. UNAVAILABLE: no home. */
enum file_place { FILE_CONFIG, FILE_STATE, FILE_RUNTIME };
enum status file_place(enum file_place, const char *name, char *path, size_t size, struct reason *);

#endif
