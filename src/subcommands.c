/* The list of subcommands; the record of each stands in its own file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/subcommands.h"

#include <string.h>

#define SUBCOMMANDS(EACH)                                                                                              \
	EACH(run)                                                                                                      \
	EACH(attach)                                                                                                   \
	EACH(render)                                                                                                   \
	EACH(measure)                                                                                                  \
	EACH(get)                                                                                                      \
	EACH(set)                                                                                                      \
	EACH(watch)                                                                                                    \
	EACH(surface)                                                                                                  \
	EACH(describe)                                                                                                 \
	EACH(check)                                                                                                    \
	EACH(ports)

#define DECLARE(name) extern const struct subcommand subcommand_##name;
SUBCOMMANDS(DECLARE)

#define ADDRESS(name) &subcommand_##name,
const struct subcommand *const subcommands[] = { SUBCOMMANDS(ADDRESS) NULL };

const struct subcommand *subcommand_find(const char *name)
{
	for (const struct subcommand *const *c = subcommands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

const struct subcommand *subcommand_implied(void)
{
	const struct subcommand *const *c = subcommands;
	while (!(*c)->implied)
		c++;
	return *c;
}
