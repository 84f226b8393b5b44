/* Rows of a table that differ by a number in their id only, as one line of a description: ids, range, defaults. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_DESCRIBE_GROUP_H
#define SRC_DESCRIBE_GROUP_H

#include "rack/param.h"

#include <stdint.h>

struct row_group {
	const struct param *row; /* the first */
	char id[64];             /* "band1..8/freq" */
	char range[400];         /* "-24 .. 24 dB", "off, on", the names of choices */
	char defaults[400];      /* one, or one for each */
};

/* The group that starts at a row; false when the row belongs to an earlier one. */
bool describe_group(const struct param *rows, uint32_t n, uint32_t index, struct row_group *);

#endif
