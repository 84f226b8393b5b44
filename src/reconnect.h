/* Keeps the rack on JACK: finds a server, watches it, comes back when it does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_RECONNECT_H
#define SRC_RECONNECT_H

#include "rack/control/control.h"
#include "src/wires.h"

struct engine;

/* Everything here belongs to the control thread; nothing of it waits for the server, but for reconnect_start. */
struct reconnect;

struct reconnect_config {
	const char *name;    /* client name; JACK may add to it when it is taken */
	const char *server;  /* NULL: JACK's default */
	struct wires *wires; /* kept up to date and made good; the caller's */
	void (*say)(
		void *user, const char *text); /* for people, one sentence: connections, and who holds up the sound */
	void *user;
};

struct reconnect *reconnect_new(const struct reconnect_config *, struct reason *);

/* Closes the client; takes 0.5 s at most. False: libjack hangs, so the program must end by _exit. */
bool reconnect_free(struct reconnect *);

/* Readable when reconnect_poll has something to do. */
int reconnect_fd(const struct reconnect *);

enum reconnect_event {
	RECONNECT_NOTHING,
	RECONNECT_FOUND, /* a client is open at reconnect_rate: call reconnect_start */
	RECONNECT_STUCK, /* libjack hangs: closes have not come back, and no client may ever open again in this process
			  */
	RECONNECT_REFUSED, /* one more attempt to find a server has failed; reconnect_error has the words */
	RECONNECT_LOST, /* the server has gone, stands still, or has another rate now; the engine is free to use. Goes
		      on trying. */
};

/* Does what is due: opens and closes clients (a lost server is asked for every 250 ms), keeps the connections, the
 * reported latency and the watchdog. Call again within *timeout_ms. */
enum reconnect_event reconnect_poll(struct reconnect *, int *timeout_ms);

double reconnect_rate(const struct reconnect *);
const char *reconnect_error(const struct reconnect *); /* one sentence */

/* After RECONNECT_FOUND: activates the client; from here on the audio thread runs this engine. UNAVAILABLE: the server
 * has gone already, RECONNECT_LOST follows. */
enum status reconnect_start(struct reconnect *, struct engine *, struct reason *);

/* Frames through the rack, told to JACK at once. */
void reconnect_set_latency(struct reconnect *, uint32_t frames);

void reconnect_read(const struct reconnect *, struct host_status *);

#endif
