/* The audio ports of a JACK server, seen once by a client that comes and goes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_JACK_LIST_H
#define SRC_JACK_LIST_H

#include "rack/base/status.h"

#include <stdbool.h>

struct jack_list;

/* server NULL: JACK's default. NULL: UNAVAILABLE (no server, or one that does not answer within seconds) or NO_MEMORY;
 * then libjack may hang, so the program should end by and by. */
struct jack_list *jack_list_read(const char *server, struct reason *);
void jack_list_free(struct jack_list *);

/* Names of the ports that give sound (outputs of others) or take it, in the server's order, NULL-terminated. */
const char *const *jack_list_names(const struct jack_list *, bool giving);

#endif
