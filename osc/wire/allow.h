/* The list of networks that may talk to the server. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ALLOW_H
#define OSC_ALLOW_H

#include "rack/base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { ALLOW_MAX = 32 };

struct allow {
	int n;
	struct {
		uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
		int bits;            /* of the 128 */
	} networks[ALLOW_MAX];
};

/* "192.168.1.0/24,10.0.0.7,fd00::/8"; NULL or "": nobody but this machine. Loopback may always talk. BAD_VALUE names
 * the entry. */
enum status allow_parse(struct allow *, const char *list, struct reason *);
bool allow_has(const struct allow *, const struct sockaddr *);

/* 127.0.0.0/8 and ::1. */
bool allow_is_loopback(const struct sockaddr *);

#endif
