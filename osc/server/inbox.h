/* Datagrams taken from a socket many at a time: a call of the system costs more than all else that is done with a short
 * one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_INBOX_H
#define OSC_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct inbox;

/* For datagrams of at most `longest` bytes. NULL: no memory. */
struct inbox *inbox_new(size_t longest);
void inbox_free(struct inbox *);

struct datagram {
	const struct sockaddr_storage *name;
	socklen_t name_size;
	const uint8_t *bytes;
	size_t size;         /* of the datagram: where it is beyond `longest` the bytes are cut off */
	struct msghdr *head; /* with what the socket was told to add (IP_PKTINFO) */
};

/* The next one, valid until the next call; false: nothing has come. Never waits. */
bool inbox_take(struct inbox *, int fd, struct datagram *);

/* Whether one is here that has not been given out: of it the descriptor says nothing any more. */
bool inbox_holds(const struct inbox *);

#endif
