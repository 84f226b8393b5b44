/* Network addresses as people write them: HOST:PORT, [IPv6]:PORT, with a scope where it is link-local. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ENDPOINT_H
#define OSC_ENDPOINT_H

#include <stdbool.h>
#include <sys/socket.h>

enum { ENDPOINT_HOST_SIZE = 100, ENDPOINT_PORT_SIZE = 8, OSC_DEFAULT_PORT = 3345 };

/* "HOST", "HOST:PORT", "[IPv6]", "[IPv6]:PORT", or a bare IPv6 address. usual: the port where none is written; NULL:
 * one has to be. False: it is none of these. */
bool endpoint_split(const char *text, const char *usual, char host[ENDPOINT_HOST_SIZE], char port[ENDPOINT_PORT_SIZE]);

/* An IP address as it is written, e.g. 192.168.1.5, ::, fe80::1%eth0; or "localhost", which is 127.0.0.1. */
bool endpoint_parse(const char *address, int port, struct sockaddr_storage *, socklen_t *);

/* Looks the host up; may wait for the network. family: AF_UNSPEC (IPv4 first, as most racks listen there) or that of
 * the socket it is for (AF_INET6: IPv4 as ::ffff:a.b.c.d). NULL, or what is wrong. */
const char *endpoint_find(const char *host, const char *port, int family, struct sockaddr_storage *, socklen_t *);

#endif
