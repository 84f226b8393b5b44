/* Who sent a datagram, and whom it can be answered to. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_PEER_H
#define OSC_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* The sender of a datagram: nothing is sent anywhere else. */
struct peer {
	struct sockaddr_storage name;
	socklen_t size;
	bool local;     /* came by the local socket */
	bool aimed;     /* at is known */
	uint8_t at[16]; /* which address of this machine it wrote to, IPv4 as ::ffff:a.b.c.d: answers come from there */
};

bool peer_equal(const struct peer *, const struct peer *);

/* Two UDP ports of one machine; all of loopback is this one. */
bool peer_same_machine(const struct peer *, const struct peer *);

#endif
