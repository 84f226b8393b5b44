/* Files that the program keeps for itself: where one cannot be used, it is put aside and the one before is taken. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_RECOVERY_H
#define SRC_RECOVERY_H

#include "rack/base/status.h"

#include <stdbool.h>

/* Reads a file; BAD_VALUE: it is damaged, IO: it cannot be read. */
typedef enum status recovery_read(void *user, const char *path, struct reason *);

/* Has path read, else its backup (see file_write_keeping); *backup: it was that. Each failure is told on stderr. A
 * damaged file is renamed to path.bad. UNKNOWN: neither is there, which is not told. NO_MEMORY: both are as they were.
 */
enum status recovery_open(const char *path, recovery_read *, void *user, bool *backup);

#endif
