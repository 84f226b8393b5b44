/* One-shot clients of a local rack, for other subcommands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_CLIENT_H
#define SRC_CLIENT_H

/* What `lacquer set -n NAME ADDRESS WORDS...` does; words end with NULL. An exit status. */
int client_set(const char *name, const char *address, char **words);

#endif
