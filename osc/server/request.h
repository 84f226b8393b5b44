/* The message that is being dealt with: its sender, what it means, and the answers to it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_REQUEST_H
#define OSC_REQUEST_H

#include "osc/server/route.h"
#include "osc/wire/peer.h"

struct request {
	struct server *server;
	const struct peer *peer;
	const struct message *message;
	const char *address; /* the message's, or one that its pattern meant */
	const struct route *route;
	struct place place; /* what the address means */
	unsigned origin;    /* of the sender, for control */
	bool over_rate;     /* the sender is over its rate: values are taken, nothing is answered */
};

/* Answers go to the request's sender and nobody else. types as message_add. */
void reply(const struct request *, const char *address, const char *types, ...);
void reply_body(const struct request *, const char *address, lo_message body); /* frees body (may be NULL) */
void reply_value(const struct request *); /* what a question at this address is answered with */

/* /error with the request's address and the reason. */
void reply_error(const struct request *, const char *reason);

/* The same to any peer. A listed surface that sends from another port gets errors where it listens, too. */
void send_to(struct server *, const struct peer *, const char *address, const char *types, ...);
void send_error(struct server *, const struct peer *, const char *address, const char *reason);

/* Argument index as a number between min and max; NaN and what is missing give false and an error is answered. */
bool expect_number(const struct request *, int index, double min, double max, double *number);
const char *expect_text(const struct request *, int index); /* NULL: answered with an error */

#endif
