/* Listed surfaces: subscribers without a lease that runs out, and without proof that answers reach them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SURFACE_H
#define OSC_SURFACE_H

#include "osc/server/lease.h"
#include "osc/wire/endpoint.h"
#include "rack/base/status.h"

enum {
	SURFACE_SIZE = ENDPOINT_HOST_SIZE + ENDPOINT_PORT_SIZE + 20,
	SURFACES_TEXT_SIZE = SURFACES_MAX * (SURFACE_SIZE + 1) + 100,
};

struct surfaces {
	struct leases *leases;
	struct sockets *sockets; /* NULL: none */
	char *path;              /* of the list of those that are kept; NULL: they last as long as the server */
	int n;
	struct surface {
		char text[SURFACE_SIZE]; /* HOST:PORT[/norm][/numbers] */
		struct peer peer;
		bool kept; /* in the file, not given on the command line */
	} list[SURFACES_MAX];
};

/* "HOST:PORT[/norm][/numbers],...", at most SURFACES_MAX, as the option --osc-surface has it; NULL: none. May wait for
 * the network. BAD_VALUE names the entry that is none, or that the socket cannot reach or does not let in. */
enum status surfaces_open(struct surfaces *, const char *list, struct reason *);

/* Those of the file at path, which is rewritten when one is added or removed. What cannot be listed now is reported
 * on stderr, and stays in the file until then. NULL: none. */
void surfaces_restore(struct surfaces *, const char *path);
void surfaces_free(struct surfaces *);

/* One by its IP address, which is kept. Text as above; to remove it HOST:PORT is enough. BAD_VALUE; UNKNOWN: it is not
 * listed. */
enum status surfaces_add(struct surfaces *, const char *text, struct reason *);
enum status surfaces_remove(struct surfaces *, const char *text, struct reason *);

/* The file's text, with those that are kept. */
void surfaces_print(const struct surfaces *, char text[SURFACES_TEXT_SIZE]);

#endif
