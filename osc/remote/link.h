/* The client's end of a datagram connection to a running rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_LINK_H
#define OSC_LINK_H

#include "osc/wire/message.h"
#include "osc/wire/word.h"
#include "rack/base/status.h"

struct link;

/* target NULL: the local socket of the rack called name. Otherwise UDP to "HOST", "HOST:PORT" or "[IPv6]:PORT" (port
 * 3345). UNAVAILABLE: no such socket or host; BAD_VALUE: malformed target. UDP cannot tell whether anybody listens. */
enum status link_open(struct link **, const char *target, const char *name, struct reason *);
void link_close(struct link *);

int link_fd(const struct link *); /* the same for the link's life; poll it for POLLIN */
bool link_is_local(const struct link *);
const char *link_target(const struct link *); /* "HOST:PORT" or the socket's path */

/* Sends one message; types as in message_add. To another machine's rack it goes when the rack has taken the proof that
 * it wants (osc/server/proof.h; link_receive sees to it); what has waited for that longer than a second is dropped.
 * Waits 20 ms at most for a busy rack. UNAVAILABLE: nobody listens (a restarted rack is found again by the next call),
 * FULL: the rack does not read. */
enum status link_send(struct link *, const char *address, const char *types, ...);
enum status link_send_body(struct link *, const char *address, lo_message body);

/* The same with n words as the address takes them (osc/wire/word.h). */
enum status link_send_words(struct link *, const char *address, const char *arguments, const struct word *words, int n);

/* Gives every message that has come (those of bundles one by one) to the handler; never waits, takes 256 datagrams at
 * most. Returns the number of messages; malformed datagrams are dropped. */
typedef void link_handler(void *user, const struct message *);
int link_receive(struct link *, link_handler *, void *user);

#endif
