/* One client of a JACK server: its ports, its callbacks, its connections; only src/jack*.[ch] know JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_JACK_H
#define SRC_JACK_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct wires;

/* Everything here belongs to the control thread, but for the two functions that background calls run. */
struct jack_link;

/* libjack writes to stderr no more; its last words go into the reasons instead. */
void jack_be_quiet(void);

/* A client that is to be opened, with the ports of the buses that wires has. server NULL: JACK's default; nameless:
 * ports get no pretty names; event_fd: written whenever there is news. NULL: no memory. */
struct jack_link *jack_link_new(
	const char *name, const char *server, const struct wires *, bool nameless, int event_fd);
void jack_link_free(struct jack_link *); /* one that is not open */

/* For background calls, as they can hang. Open: jack_link_error tells the result. Close frees the link. */
void jack_link_open(void *link);
void jack_link_close(void *link);

const char *jack_link_error(const struct jack_link *); /* one sentence; NULL: it is open */

/* Opening is at the ports' names (metadata), which hangs for ever where another program was killed doing the same. */
bool jack_link_is_naming(const struct jack_link *);

/* From here on the server calls. False: it has gone. */
bool jack_link_activate(struct jack_link *);

/* The audio thread runs the engine from give to take; before and after, JACK gets silence. take returns when it has let
 * go. */
void jack_link_give_engine(struct jack_link *, struct engine *);
void jack_link_take_engine(struct jack_link *);

/* Frames through the rack; tells an active client's server at once. */
void jack_link_set_latency(struct jack_link *, uint32_t frames, bool active);

/* Does what JACK's callback for latencies had to leave undone. */
void jack_link_update_latency(struct jack_link *);

/* Has the graph changed since the last time? Then jack_link_update_wires has something to do. say: as in wires_graph.
 */
bool jack_link_take_rewire(struct jack_link *);
void jack_link_update_wires(struct jack_link *, struct wires *, void (*say)(void *user, const char *text), void *user);

/* Is anything connected to this port of ours? */
bool jack_link_is_connected(const struct jack_link *, unsigned port);

/* Is a program, and not only the sound card, connected to an input? It is run before the rack, which waits for it. */
bool jack_link_has_front(const struct jack_link *);

struct jack_link_state {
	const char *name; /* as JACK has it */
	bool lost;        /* the server has gone, or goes on at another rate */
	bool freewheel;
	uint32_t rate, period;
	uint64_t cycles;                   /* of the audio thread */
	uint32_t frame;                    /* at which the server's cycle began; stands still where the server does */
	uint64_t xruns_own, xruns_foreign; /* own: the callback took over 80 % of its period */
};
void jack_link_read(const struct jack_link *, struct jack_link_state *);

/* The audio thread's scheduling at this moment, and whether the server gives any to its clients. */
bool jack_link_is_realtime(const struct jack_link *);
bool jack_link_server_is_realtime(const struct jack_link *);

/* The name of the server that is meant by `server` (NULL: JACK's default). */
const char *jack_server_name(const char *server);

/* A client of its server's name makes jackd (1.9.21) unreachable for every program: both names stand for one socket.
 * True too where the name is made so by the number that JACK adds when it is taken. */
bool jack_name_shuts_server(const char *name, const char *server);

#endif
