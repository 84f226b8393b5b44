/* An append-only log: one JSON object a line, with wall-clock and monotonic time; kept to a size; whole after a kill.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_LOGFILE_H
#define SRC_LOGFILE_H

#include "rack/base/status.h"

#include <stdint.h>

struct json;
struct logfile;

/* What stands behind the path of a log that was full, until the next one is. */
#define LOGFILE_OLD ".1"

/* Appends to the file, which is made (mode 0600) with its folder; a last line that a kill tore is ended first, so that
 * it spoils no other. A line that would take the file beyond limit bytes begins a new one. One writer a file. NULL: IO
 * or NO_MEMORY. */
struct logfile *logfile_open(const char *path, uint64_t limit, struct reason *);

/* Begins a line: an object with the members "utc" ("2026-05-31T12:00:00.123456Z") and "monotonic_s", which the caller
 * adds to. NULL: no memory. */
struct json *logfile_begin(struct logfile *);

/* Writes the line by one write(2): a kill tears the last line at most. IO (the next line is tried again), NO_MEMORY.
 * May wait for the disk: not for the audio thread. */
enum status logfile_end(struct logfile *, struct reason *);

/* Lines are with the system, not on the disk: logs need no fsync. NULL is allowed. */
void logfile_close(struct logfile *);

#endif
