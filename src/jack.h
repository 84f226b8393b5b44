/* One client of a JACK server: its ports, its callbacks, its connections; only src/jack*.[ch] know JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_JACK_H
#define SRC_JACK_H

#include "src/wires.h"

#include <stdint.h>

struct engine;

/* Everything here belongs to the control thread, but for the two functions that background calls run. */
struct jack_link;

/* libjack writes to stderr no more; its last words go into the reasons instead. */
void jack_be_quiet(void);

/* A client that is to be opened. server NULL: JACK's default; nameless: ports get no pretty names; event_fd: written
 * whenever there is news. NULL: no memory. */
struct jack_link *jack_link_new(const char *name, const char *server, bool nameless, int event_fd);
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

/* Has the graph changed since the last time? Then jack_link_update_wires has something to do. */
bool jack_link_take_rewire(struct jack_link *);
void jack_link_update_wires(struct jack_link *, struct wires *);

/* Is anything connected to this port of ours? */
bool jack_link_hears(const struct jack_link *, unsigned port);

struct jack_link_state {
	const char *name; /* as JACK has it */
	bool lost;        /* the server has gone, or goes on at another rate */
	bool freewheel;
	uint32_t rate, period;
	uint64_t cycles;                   /* of the audio thread */
	uint64_t xruns_own, xruns_foreign; /* own: the callback took over 80 % of its period */
};
void jack_link_read(const struct jack_link *, struct jack_link_state *);

/* The audio thread's scheduling at this moment. */
bool jack_link_is_realtime(const struct jack_link *);

#endif
