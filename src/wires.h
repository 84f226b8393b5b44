/* The connections that the rack should have: asked for, or there when the server went. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_WIRES_H
#define SRC_WIRES_H

#include "rack/audio/bus.h"
#include "rack/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRES_NAME_SIZE = 512, WIRES_MAX = 64 };

/* Ports of the rack are numbered in the order of the buses' rows. */
static inline unsigned wires_port(enum bus bus, unsigned channel)
{
	return (unsigned)bus * BUS_CHANNELS + channel;
}

/* The port's name without the client's: "in_L". */
void wires_print_port(unsigned port, char *name, size_t size);

/* What is asked of the port graph; src/jack_ports.c answers it, or src/ports.c, or a test. */
struct wires_graph {
	void *user;
	/* names of the ports that this one is connected to, NULL-terminated; NULL: none. Given back to release. */
	const char **(*connections)(void *user, unsigned port);
	/* names of all ports of others that could be connected to this one, in the server's order; likewise */
	const char **(*candidates)(void *user, unsigned port);
	void (*release)(void *user, const char **names);
	/* a handle for the port of this name, which is there */
	const void *(*lookup)(void *user, const char *name);
	/* is the port that this handle was looked up for still there? */
	bool (*exists)(void *user, const void *handle, const char *name);
	/* false: there is no such port, or it does not fit */
	bool (*connect)(void *user, unsigned port, const char *name);
	void (*disconnect)(void *user, unsigned port, const char *name);
	int64_t now_ms; /* of a clock that never goes back */
	/* for people, one sentence: which ports of a client were chosen where that is not plain */
	void (*say)(void *say_user, const char *text);
	void *say_user;
};

struct wires;

struct wires *wires_new(void); /* NULL: no memory */
void wires_free(struct wires *);

/* The rack shall have this bus; the buses that are not optional it has anyway. */
void wires_add_bus(struct wires *, enum bus);
bool wires_has_bus(const struct wires *, enum bus);

/* "LEFT,RIGHT": two ports ("system:capture_1"), or one client ("ardour") of which a pair is chosen (src/pair.h). A
 * comma in a name is written "\,", a backslash before a comma or a backslash "\\". Adds the bus. BAD_VALUE. */
enum status wires_pin(struct wires *, enum bus, const char *text, struct reason *);

/* The name as it is written for wires_pin; what does not fit is cut. */
void wires_escape(const char *name, char *text, size_t size);

/* The bus of a pin that names a port of this client, or the client; N_BUSES: there is none. */
enum bus wires_find_client(const struct wires *, const char *client);

/* Looks at the graph: learns new connections, forgets those that were taken away while both ports were there, and makes
 * those that are wanted and possible. Connections asked for are wanted whenever their port comes (back); others after
 * wires_lost. */
void wires_update(struct wires *, const struct wires_graph *);

/* A port has come (name) or gone (name NULL), in the order of events: tell it before the next update, so that an end
 * that went and came back in between is not taken for one that was disconnected on purpose. */
void wires_port_event(struct wires *, const void *handle, const char *name);

/* The server has gone: what was connected is wanted again. */
void wires_lost(struct wires *);

/* What a port of the rack is connected to, with " + " between; "" when it is not. */
void wires_connected(const struct wires *, unsigned port, char *text, size_t size);

/* The asked-for ends of a bus that are not there, with commas; "" when none is. */
void wires_awaited(const struct wires *, enum bus, char *text, size_t size);

/* The nth asked-for end that has not been found yet; NULL: no more. *port: of ours. */
const char *wires_missing(const struct wires *, unsigned nth, unsigned *port);

/* For a successor of this process: calls tell for each connection that is there or wanted and was not asked for on the
 * command line, but for names of several lines; want takes it up there. */
typedef void wires_tell(void *user, unsigned port, const char *other);
void wires_hand_over(const struct wires *, wires_tell *tell, void *user);
void wires_want(struct wires *, unsigned port, const char *other);

#endif
