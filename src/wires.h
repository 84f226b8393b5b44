/* The connections that the rack should have: asked for, or there when the server went. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_WIRES_H
#define SRC_WIRES_H

#include "rack/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* The rack's ports, in the order of their registration. */
enum { PORT_IN_L, PORT_IN_R, PORT_OUT_L, PORT_OUT_R, N_PORTS };

enum { WIRES_NAME_SIZE = 512, WIRES_MAX = 64 };

/* What is asked of the port graph; src/jack_ports.c answers it, or a test. */
struct wires_graph {
	void *user;
	/* names of the ports that this one is connected to, NULL-terminated; NULL: none. Given back to release. */
	const char **(*connections)(void *user, unsigned port);
	void (*release)(void *user, const char **names);
	/* a handle for the port of this name, which is there */
	const void *(*lookup)(void *user, const char *name);
	/* is the port that this handle was looked up for still there? */
	bool (*exists)(void *user, const void *handle, const char *name);
	/* name of the client's nth audio port that can be connected to this port of ours; false: it has none */
	bool (*find)(void *user, const char *client, unsigned port, unsigned nth, char *name, size_t size);
	/* false: there is no such port, or it does not fit */
	bool (*connect)(void *user, unsigned port, const char *name);
};

struct wires;

struct wires *wires_new(void); /* NULL: no memory */
void wires_free(struct wires *);

/* "LEFT,RIGHT" for the inputs or the outputs: two ports ("system:capture_1"), or one client ("ardour") whose first two
 * audio ports are meant. BAD_VALUE. */
enum status wires_pin(struct wires *, bool inputs, const char *text, struct reason *);

/* Looks at the graph: learns new connections, forgets those that were taken away while both ports were there, and makes
 * those that are wanted and possible. Connections asked for are wanted whenever their port comes (back); others after
 * wires_lost. */
void wires_update(struct wires *, const struct wires_graph *);

/* A port has come (name) or gone (name NULL), in the order of events: tell it before the next update, so that an end
 * that went and came back in between is not taken for one that was disconnected on purpose. */
void wires_port(struct wires *, const void *handle, const char *name);

/* The server has gone: what was connected is wanted again. */
void wires_lost(struct wires *);

/* The asked-for ends of the inputs that are not there, with commas; "" when none is. */
void wires_awaited(const struct wires *, char *text, size_t size);

/* For a successor of this process: calls tell for each connection that is there or wanted and was not asked for on the
 * command line, but for names of several lines; want takes it up there. */
typedef void wires_tell(void *user, unsigned port, const char *other);
void wires_hand_over(const struct wires *, wires_tell *tell, void *user);
void wires_want(struct wires *, unsigned port, const char *other);

/* The nth asked-for end that has not been found yet; NULL: no more. */
const char *wires_missing(const struct wires *, unsigned nth);

#endif
