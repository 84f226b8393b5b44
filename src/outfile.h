/* Whether a file may be written where it is asked for: never over the input, over another only where that is meant. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_OUTFILE_H
#define SRC_OUTFILE_H

#include "rack/base/status.h"

#include <stdbool.h>

/* A plain file that exists needs force, or a yes on the terminal. UNAVAILABLE with a reason that does not name the
 * file. */
enum status outfile_allow(const char *path, const char *input, bool force, struct reason *);

/* Whether what is written to path appears on standard output. */
bool outfile_is_stdout(const char *path);

#endif
