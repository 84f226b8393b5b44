/* One client of a JACK server, from opening to closing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/ring.h"
#include "src/jack_private.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	PORT_EVENTS = 1024,
	CALM_MS = 200,
};

/* ---- JACK's threads */

/* jackd calls both kinds of shutdown callback, PipeWire only the plain one. */
static void on_shutdown(void *arg)
{
	struct jack_link *c = arg;
	atomic_store(&c->lost, true);
	jack_link_wake(c);
}

static void on_info_shutdown(jack_status_t status, const char *text, void *arg)
{
	(void)status;
	jack_words_keep(text);
	on_shutdown(arg);
}

static int on_period(jack_nframes_t frames, void *arg)
{
	struct jack_link *c = arg;
	atomic_store(&c->period, frames);
	return 0;
}

/* The engine is made for one rate: another one makes this client useless. */
static int on_rate(jack_nframes_t rate, void *arg)
{
	const struct jack_link *c = arg;
	if (rate != c->rate)
		on_shutdown(arg);
	return 0;
}

static void on_freewheel(int starting, void *arg)
{
	struct jack_link *c = arg;
	atomic_store(&c->freewheel, starting);
	jack_link_wake(c);
}

/* ---- Background threads: opening and closing */

static bool set_callbacks(struct jack_link *c)
{
	jack_on_shutdown(c->jack, on_shutdown, c);
	jack_on_info_shutdown(c->jack, on_info_shutdown, c);
	return !jack_set_process_callback(c->jack, jack_on_cycle, c) &&
	       !jack_set_thread_init_callback(c->jack, jack_on_thread_init, c) &&
	       !jack_set_buffer_size_callback(c->jack, on_period, c) &&
	       !jack_set_sample_rate_callback(c->jack, on_rate, c) &&
	       !jack_set_xrun_callback(c->jack, jack_on_xrun, c) &&
	       !jack_set_freewheel_callback(c->jack, on_freewheel, c) &&
	       !jack_set_port_connect_callback(c->jack, jack_on_connect, c) &&
	       !jack_set_port_registration_callback(c->jack, jack_on_registration, c) &&
	       !jack_set_latency_callback(c->jack, jack_on_latency, c);
}

void jack_link_open(void *arg)
{
	struct jack_link *c = arg;
	jack_status_t status = 0;
	c->jack = c->server[0] ? jack_client_open(c->name, JackNoStartServer | JackServerName, &status, c->server)
			       : jack_client_open(c->name, JackNoStartServer, &status);
	if (!c->jack) {
		if (status & JackServerFailed)
			snprintf(c->error, sizeof c->error, "no server%s%s%s", c->server[0] ? " called '" : "",
				c->server, c->server[0] ? "'" : "");
		else
			jack_words_read(c->error, sizeof c->error);
		return;
	}
	c->rate = jack_get_sample_rate(c->jack);
	atomic_store(&c->period, jack_get_buffer_size(c->jack));
	snprintf(c->name, sizeof c->name, "%s", jack_get_client_name(c->jack));
	if (set_callbacks(c) && jack_ports_register(c)) {
		if (!c->nameless)
			jack_ports_name(c);
		return;
	}
	jack_words_read(c->error, sizeof c->error);
	jack_client_close(c->jack);
	c->jack = NULL;
}

/* The audio thread may see the server's end before JACK's notification thread has dealt with its last words.
 * jack_client_close cancels that thread where it is, and with it goes the lock that it holds: close hangs, and every
 * later open. */
static void let_notifications_end(const struct jack_link *c)
{
	if (atomic_load(&c->lost))
		nanosleep(&(struct timespec){ .tv_nsec = CALM_MS * 1000000L }, NULL);
}

void jack_link_close(void *arg)
{
	struct jack_link *c = arg;
	let_notifications_end(c);
	if (!c->nameless && !atomic_load(&c->lost))
		jack_ports_forget_names(c);
	jack_client_close(c->jack);
	jack_link_free(c);
}

/* ---- The control thread */

struct jack_link *jack_link_new(
	const char *name, const char *server, const struct wires *wires, bool nameless, int event_fd)
{
	struct jack_link *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->event_fd = event_fd;
	c->nameless = nameless;
	for (int bus = 0; bus < N_BUSES; bus++)
		c->has_bus[bus] = wires_has_bus(wires, (enum bus)bus);
	c->port_events = ring_new(PORT_EVENTS, sizeof(struct port_event));
	snprintf(c->name, sizeof c->name, "%s", name);
	snprintf(c->server, sizeof c->server, "%s", server ? server : "");
	c->defer_latency = strstr(jack_get_version_string(), "PipeWire");
	if (c->port_events)
		return c;
	free(c);
	return NULL;
}

void jack_link_free(struct jack_link *c)
{
	ring_free(c->port_events);
	free(c);
}

const char *jack_link_error(const struct jack_link *c)
{
	return c->jack ? NULL : c->error;
}

bool jack_link_is_naming(const struct jack_link *c)
{
	return atomic_load(&c->naming);
}

bool jack_link_activate(struct jack_link *c)
{
	if (!jack_activate(c->jack))
		return true;
	on_shutdown(c);
	return false;
}

void jack_link_give_engine(struct jack_link *c, struct engine *engine)
{
	atomic_store(&c->engine, engine);
}

/* The audio thread may sit in process() with the engine in hand: both sides store, then load, in one order for all
 * (sequentially consistent), so one of them sees the other. */
void jack_link_take_engine(struct jack_link *c)
{
	atomic_store(&c->engine, NULL);
	while (atomic_load(&c->in_process))
		nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
}

/* Only the audio thread is ever given real-time scheduling. */
bool jack_link_is_realtime(const struct jack_link *c)
{
	bool any = false;
	for (int i = 0; i < THREADS_MAX && !any; i++) {
		int thread = atomic_load(&c->threads[i]);
		int policy = thread ? sched_getscheduler(thread) & ~SCHED_RESET_ON_FORK : SCHED_OTHER;
		any = policy == SCHED_FIFO || policy == SCHED_RR;
	}
	return any && jack_is_realtime(c->jack);
}

bool jack_link_server_is_realtime(const struct jack_link *c)
{
	return jack_is_realtime(c->jack);
}

const char *jack_server_name(const char *server)
{
	const char *variable = getenv("JACK_DEFAULT_SERVER");
	return server ? server : variable ? variable : "default";
}

/* As libjack makes file names of names. */
static bool same_file(const char *name, const char *server, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] != (server[i] == '/' || server[i] == '\\' ? '_' : server[i]))
			return false;
	return true;
}

bool jack_name_shuts_server(const char *name, const char *server)
{
	const char *meant = jack_server_name(server);
	size_t length = strlen(name);
	if (strlen(meant) < length || !same_file(name, meant, length))
		return false;
	const char *rest = meant + length; /* "-01" to "-99" are added */
	return !*rest || (rest[0] == '-' && strspn(rest + 1, "0123456789") == 2 && !rest[3]);
}

void jack_link_read(const struct jack_link *c, struct jack_link_state *state)
{
	*state = (struct jack_link_state){
		.name = c->name,
		.lost = atomic_load(&c->lost),
		.freewheel = atomic_load(&c->freewheel),
		.rate = (uint32_t)c->rate,
		.period = atomic_load(&c->period),
		.cycles = atomic_load(&c->cycles),
		.frame = jack_last_frame_time(c->jack),
		.xruns_own = atomic_load(&c->xruns_own),
		.xruns_foreign = atomic_load(&c->xruns_foreign),
	};
}
