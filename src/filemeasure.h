/* Measuring a sound file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_FILEMEASURE_H
#define SRC_FILEMEASURE_H

#include "src/measurement.h"

/* Reads and measures the file, whole or not at all; shows its progress on a terminal. The reason does not name the
 * file. */
enum status filemeasure(struct measurement *, const char *path, struct reason *);

#endif
