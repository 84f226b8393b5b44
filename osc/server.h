/* The OSC server: sockets, validator, router, answers, subscriptions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SERVER_H
#define OSC_SERVER_H

#include "rack/control/control.h"

#include <poll.h>

enum { SERVER_FDS_MAX = 4 };

struct server_config {
	struct control *control;
	const char *local_path;    /* of the local datagram socket; a stale one is replaced. NULL: none */
	const char *bind;          /* address for UDP; NULL or "localhost": 127.0.0.1 and, where there is one, ::1 */
	int port;                  /* 0: local socket only */
	const char *allow;         /* "192.168.1.0/24,10.0.0.7", or NULL: loopback only */
	const char *surfaces;      /* "192.168.1.5:9000,10.0.0.7:9000/norm", or NULL: told without asking */
	const char *surfaces_path; /* where those are kept that are added while it runs; NULL: nowhere */
	void *user;
	void (*quit)(void *user); /* /quit came over the local socket */
};

struct server;

/* Binds at once. UNAVAILABLE: port or socket taken (the reason names it); BAD_VALUE: bind or allow malformed, bind
 * beyond loopback without allow, or a surface that is none or not let in. Control thread, as all here. */
enum status server_new(struct server **, const struct server_config *, struct reason *);

/* Before the control is freed. */
void server_free(struct server *);

/* For the poll loop: fills fds (SERVER_FDS_MAX), returns how many. */
int server_fds(const struct server *, struct pollfd *fds);

/* Reads what has come, answers, sends feedback and meters that are due, lets leases run out. Returns the milliseconds
 * until it wants to be called again (-1: only when an fd is readable). */
int server_poll(struct server *);

/* A line of text for every subscriber of /error, with the address, and for the log, without, e.g. a lost server. */
void server_say(struct server *, const char *address, const char *text);

#endif
