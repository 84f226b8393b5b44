/* The server's sockets: UDP on one address, a local datagram socket, which peers they serve, and what found no room. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SOCKET_H
#define OSC_SOCKET_H

#include "osc/wire/peer.h"
#include "rack/base/status.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct sockets;

/* As server_new. */
enum status sockets_new(
	struct sockets **, const char *local_path, const char *bind, int port, const char *allow, struct reason *);
void sockets_free(struct sockets *); /* removes the local socket's file */
int sockets_fds(const struct sockets *, struct pollfd *);

/* The next datagram of a peer that is let in, or 0: nothing has come. Datagrams from others, and longer than size,
 * are dropped and counted. Never waits. */
size_t sockets_receive(struct sockets *, struct peer *from, uint8_t *bytes, size_t size);

/* Whether a datagram waits that poll() does not tell of. */
bool sockets_hold(const struct sockets *);

/* Sends, or keeps it for up to 2 s where the receiver is slow (256 KiB a receiver); never waits. What a peer may not be
 * sent (osc/server/proof.h) is dropped: to an unproven one anything beyond the size of the datagram received last, if
 * that was its own; to a proven one beyond this machine anything beyond its share. */
void sockets_send(struct sockets *, const struct peer *, const uint8_t *bytes, size_t size);

/* Whether something is being kept for that peer, or its share of the network is used up: then there is no use in
 * sending more of what can wait. */
bool sockets_busy(const struct sockets *, const struct peer *);

/* Looks up a peer that may be sent to from now on although it has proven nothing; it has a proven peer's share. Waits
 * for the network, unless host is an IP address. BAD_VALUE: no such host, a group of hosts, not to be reached from this
 * socket, or not let in. */
enum status sockets_list(struct sockets *, const char *host, const char *port, struct peer *, struct reason *);

void sockets_unlist(struct sockets *, const struct peer *); /* it has to give proof as others */

/* Whether the peer is on this machine, or has proven that it gets what is sent to it. */
bool sockets_trust(const struct sockets *, const struct peer *);

/* The peer has sent this nonce; false: it is none of its own. */
bool sockets_prove(struct sockets *, const struct peer *, const char *nonce);

/* The sender of the last datagram wants something that it has to give proof for. */
void sockets_withhold(struct sockets *);

/* After a datagram is dealt with: the nonce (PROOF_NONCE_SIZE bytes) to ask its sender with, if something was withheld
 * from it; false: there is nothing to ask, or not now. */
bool sockets_withheld(struct sockets *, const struct peer *, char *nonce);

/* A peer that has no use for more, as its machine says that nobody listens there. False: no more of them. */
bool sockets_refused(struct sockets *, struct peer *);

/* Tries again what is being kept. Returns milliseconds until it should be tried again, -1: nothing is kept. */
int sockets_flush(struct sockets *, int64_t now_us);

/* Datagrams thrown away so far: not allowed, too long, refused by the kernel's buffer, or not taken by a receiver. */
uint64_t sockets_dropped(const struct sockets *);

#endif
