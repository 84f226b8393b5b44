/* Text files read whole and replaced whole: a crash, a full disk or a kill leaves the old or the new one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_FILE_H
#define RACK_FILE_H

#include "rack/base/status.h"

#include <stdbool.h>

#include <stddef.h>

/* Reads at most max bytes into malloc()ed, terminated memory. IO, BAD_VALUE (longer than max), NO_MEMORY. */
enum status file_read(const char *path, size_t max, char **text, size_t *size, struct reason *);

/* Replaces the file as draft.h says: on any failure the old file is as it was. IO. */
enum status file_write(const char *path, const char *text, size_t size, struct reason *);

/* The same with DRAFT_KEEP_OLD. */
enum status file_write_keeping(const char *path, const char *text, size_t size, struct reason *);

/* $XDG_CONFIG_HOME/lacquer, $XDG_STATE_HOME/lacquer, $XDG_RUNTIME_DIR/lacquer with their standard fallbacks (runtime:
 * /tmp/lacquer-UID, made with mode 0700, refused unless ours), then "/" and name. UNAVAILABLE: no home. */
enum file_place { FILE_CONFIG, FILE_STATE, FILE_RUNTIME };
enum status file_place(enum file_place, const char *name, char *path, size_t size, struct reason *);

/* The path that name has in the runtime folder of another login of the same user: place 0 is /run/user/UID/lacquer,
 * place 1 /tmp/lacquer-UID. False: there is no such folder that is ours alone, or place is beyond those. */
enum { FILE_RUNTIME_PLACES = 2 };
bool file_runtime_elsewhere(unsigned place, const char *name, char *path, size_t size);

#endif
