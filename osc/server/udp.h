/* A UDP socket: bound to one address or to all, it answers from the address that was written to. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_UDP_H
#define OSC_UDP_H

#include "osc/wire/peer.h"
#include "rack/base/status.h"

#include <stddef.h>

struct inbox;

struct udp {
	int fd; /* -1: none */
	struct sockaddr_storage name;
	socklen_t size;
	struct inbox *inbox;
};

/* address: the same in words, for the reason. UNAVAILABLE: the port is taken, or there is no such address. fd is -1
 * then. */
enum status udp_open(struct udp *, const struct sockaddr_storage *, socklen_t, const char *address, struct reason *);
void udp_close(struct udp *);

/* Bytes of the next datagram, at most size of them copied; 0 may be an empty one. *came: whether there was one. */
size_t udp_receive(struct udp *, struct peer *from, uint8_t *bytes, size_t size, bool *came);
bool udp_holds(const struct udp *); /* whether a datagram waits that poll() does not report */

/* As sendto(); an error that an earlier datagram has left behind is passed over. */
ssize_t udp_send(const struct udp *, const struct peer *to, const uint8_t *bytes, size_t size);

/* A peer whose machine says that nobody listens there. False: no more of them. */
bool udp_refused(const struct udp *, struct peer *);

uint64_t udp_dropped(const struct udp *); /* datagrams that its buffer had no room for */

#endif
