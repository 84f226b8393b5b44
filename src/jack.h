/* The JACK client: ports, process callback, a server lost and found; only jack.c knows JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_JACK_H
#define SRC_JACK_H

#include "rack/control.h"
#include "src/wires.h"

struct engine;

/* Everything here belongs to the control thread; nothing of it waits for the server, but for jack_host_start. */
struct jack_host;

struct jack_config {
	const char *name;    /* client name; JACK may add to it when it is taken */
	const char *server;  /* NULL: JACK's default */
	struct wires *wires; /* kept up to date and made good; the caller's */
};

struct jack_host *jack_host_new(const struct jack_config *, struct reason *);

/* Closes the client; takes 0.5 s at most. False: libjack hangs, so the program must end by _exit. */
bool jack_host_free(struct jack_host *);

/* Readable when jack_host_poll has something to do. */
int jack_host_fd(const struct jack_host *);

enum jack_event {
	JACK_NOTHING,
	JACK_FOUND,   /* a client is open at jack_host_rate: call jack_host_start */
	JACK_REFUSED, /* one more attempt to find a server has failed; jack_host_error has the words */
	JACK_LOST,    /* the server has gone, stands still, or has another rate now; the engine is free to use. Goes on
			 trying. */
};

/* Does what is due: opens and closes clients (a lost server is asked for every 250 ms), keeps the connections, the
 * reported latency and the watchdog. Call again within *timeout_ms. */
enum jack_event jack_host_poll(struct jack_host *, int *timeout_ms);

double jack_host_rate(const struct jack_host *);
const char *jack_host_error(const struct jack_host *); /* one sentence */

/* After JACK_FOUND: activates the client; from here on the audio thread runs this engine. UNAVAILABLE: the server has
 * gone already, JACK_LOST follows. */
enum status jack_host_start(struct jack_host *, struct engine *, struct reason *);

/* The audio thread lets go of the engine before this returns; JACK gets silence. */
void jack_host_stop(struct jack_host *);

/* Frames through the rack, told to JACK at once. */
void jack_host_set_latency(struct jack_host *, uint32_t frames);

void jack_host_read(const struct jack_host *, struct host_status *);

#endif
