/* The four snapshots of a rack that can be compared: A, B, C and D for people, a to d in addresses and files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_SNAPSHOT_H
#define RACK_SNAPSHOT_H

#include <stdint.h>
#include <string.h>

enum { SNAPSHOTS = 4 };

static const char *const snapshot_names[SNAPSHOTS] = { "a", "b", "c", "d" };

/* By its name; SNAPSHOTS: there is none such. */
static inline uint32_t snapshot_find(const char *name)
{
	uint32_t i = 0;
	while (i < SNAPSHOTS && strcmp(snapshot_names[i], name) != 0)
		i++;
	return i;
}

#endif
