/* What the files of the JACK client share: its state, and the callbacks that jack.c sets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_JACK_PRIVATE_H
#define SRC_JACK_PRIVATE_H

#include "rack/base/realtime.h"
#include "rack/base/status.h"
#include "src/jack.h"
#include "src/wires.h"

#include <jack/jack.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum { THREADS_MAX = 4 };

struct port_event {
	jack_port_id_t port;
	bool registered;
};

/* One connection to a server. What callbacks write is atomic: flags for the control thread, which they wake by the
 * eventfd. */
struct jack_link {
	jack_client_t *jack;
	jack_port_t *ports[BUS_PORTS]; /* NULL: of a bus that the rack has not */
	int event_fd;
	struct ring *port_events; /* from JACK's notification thread */
	double rate;
	char name[64], server[64];
	char error[sizeof((struct reason *)0)->text]; /* why opening failed */
	bool has_bus[N_BUSES];
	bool nameless;      /* do not name the ports */
	bool defer_latency; /* not to be told from its callback */
	_Atomic(struct engine *) engine;
	atomic_bool in_process; /* with engine: who finds the other's store first lets go of the engine */
	atomic_bool lost, rewire, freewheel, late, relatency;
	atomic_bool naming; /* sets metadata now, which hangs where another program was killed doing so */
	atomic_uint latency, period;
	atomic_uint n_threads;
	atomic_int threads[THREADS_MAX]; /* their ids, 0: not known yet */
	atomic_ullong cycles, xruns_own, xruns_foreign;
};

/* Any thread: there is news for the control thread. */
static inline void jack_link_wake(const struct jack_link *c)
{
	ssize_t written = write(c->event_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	(void)written; /* a full eventfd is readable already */
}

/* jack_words.c: libjack's last line, any thread. */
void jack_words_keep(const char *text);
void jack_words_read(char *text, size_t size);

/* jack_process.c: the thread that calls process, and what it was late with. */
int jack_on_cycle(jack_nframes_t n, void *link) RT;
void jack_on_thread_init(void *link);
int jack_on_xrun(void *link);

/* jack_ports.c. Background thread: registers the ports; false: the server refuses them. Names: pretty names as
 * metadata, a nicety that PipeWire without a session manager refuses. */
bool jack_ports_register(struct jack_link *);
void jack_ports_name(struct jack_link *);
void jack_ports_forget_names(struct jack_link *);
void jack_on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *link);
void jack_on_registration(jack_port_id_t port, int registered, void *link);

/* jack_latency.c */
void jack_on_latency(jack_latency_callback_mode_t mode, void *link);

#endif
