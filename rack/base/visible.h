/* Which parts of the program are for tests only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_VISIBLE_H
#define RACK_VISIBLE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What has an id that starts with "test" exists only where the environment has LACQUER_TEST_MODULES=1. Any thread. */
static inline bool id_visible(const char *id)
{
	const char *wanted = strncmp(id, "test", 4) == 0 ? getenv("LACQUER_TEST_MODULES") : "1";
	return wanted && strcmp(wanted, "1") == 0;
}

#endif
