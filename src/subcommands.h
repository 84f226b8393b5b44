/* The list of subcommands: dispatch, the overview of --help and the man page come from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_SUBCOMMANDS_H
#define SRC_SUBCOMMANDS_H

#include "src/options.h"

extern const struct subcommand *const subcommands[]; /* NULL ends the list */

const struct subcommand *subcommand_find(const char *name); /* NULL: none such */

/* What a command line without a subcommand means. */
const struct subcommand *subcommand_implied(void);

#endif
