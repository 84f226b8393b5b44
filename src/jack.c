/* One client of a JACK server: its ports, its callbacks, its connections. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a sample starts here, in process(). One file, as nothing else may see JACK's headers: callbacks first
 * (JACK's threads), then opening and closing (background threads), then what the control thread asks. */
#include "src/jack.h"

#include "rack/audio/engine.h"
#include "rack/base/ring.h"

#include <errno.h>
#include <jack/jack.h>
#include <jack/metadata.h>
#include <jack/statistics.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum {
	PORT_EVENTS = 1024,
	THREADS_MAX = 4,
	FLUSH_TO_ZERO = 0x8040, /* FTZ and DAZ of MXCSR */
	CALM_MS = 200,
	STACK_TOUCHED = 192 * 1024, /* bytes: more than the engine uses, less than the half of what JACK gives */
};

/* Of a period; a callback that takes more has no right to blame others for an xrun. */
#define OWN_LATE 0.8

/* What the audio thread may call: libjack and libc promise it, their headers do not say it. */
void *jack_port_get_buffer(jack_port_t *, jack_nframes_t) RT;
int jack_get_cycle_times(const jack_client_t *, jack_nframes_t *, jack_time_t *, jack_time_t *, float *) RT;
jack_time_t jack_get_time(void) RT;
int clock_gettime(clockid_t, struct timespec *) RT;

struct port_event {
	jack_port_id_t port;
	bool registered;
};

/* One connection to a server. What callbacks write is atomic: flags for the control thread, which they wake by the
 * eventfd. */
struct jack_link {
	jack_client_t *jack;
	jack_port_t *ports[N_PORTS];
	int event_fd;
	struct ring *port_events; /* from JACK's notification thread */
	double rate;
	char name[64], server[64];
	char error[sizeof((struct reason *)0)->text]; /* why opening failed */
	bool nameless;                                /* do not name the ports */
	bool defer_latency;                           /* not to be told from its callback */
	_Atomic(struct engine *) engine;
	atomic_bool in_process; /* with engine: who finds the other's store first lets go of the engine */
	atomic_bool lost, rewire, freewheel, late, relatency;
	atomic_bool naming; /* sets metadata now, which hangs where another program was killed doing so */
	atomic_uint latency, period;
	atomic_uint n_threads;
	atomic_int threads[THREADS_MAX]; /* their ids, 0: not known yet */
	atomic_ullong cycles, xruns_own, xruns_foreign;
};

static uint64_t now_ns(void) RT
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- libjack's own words. It knows no user pointer, so the last line is kept in a static; a writer that would have to
 * wait for another drops its line instead. */

static char last_words[sizeof((struct reason *)0)->text];
static atomic_flag last_words_busy = ATOMIC_FLAG_INIT;

static void keep_words(const char *text)
{
	if (atomic_flag_test_and_set_explicit(&last_words_busy, memory_order_acquire))
		return;
	snprintf(last_words, sizeof last_words, "%s", text);
	atomic_flag_clear_explicit(&last_words_busy, memory_order_release);
}

static void drop_words(const char *text)
{
	(void)text;
}

static void read_words(char *text, size_t size)
{
	while (atomic_flag_test_and_set_explicit(&last_words_busy, memory_order_acquire))
		sched_yield();
	snprintf(text, size, "%s", last_words);
	atomic_flag_clear_explicit(&last_words_busy, memory_order_release);
	text[strcspn(text, "\n")] = '\0';
}

/* ---- JACK's threads */

static void wake(const struct jack_link *c)
{
	ssize_t written = write(c->event_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	(void)written; /* a full eventfd is readable already */
}

static void note_time(struct jack_link *c, struct engine *engine, uint64_t begin_ns, jack_nframes_t n) RT
{
	double load = (double)(now_ns() - begin_ns) * 1e-9 * c->rate / n;
	engine_report_load(engine, (float)load);
	if (load > OWN_LATE) {
		atomic_store_explicit(&c->late, true, memory_order_relaxed);
		atomic_fetch_add_explicit(&c->xruns_own, 1, memory_order_relaxed);
	}
}

/* CLOCK_MONOTONIC microseconds at which this cycle began; 0: not known. jackd counts by CLOCK_MONOTONIC_RAW (jack2) or
 * a clock of its own, which drifts from ours by a second in a few hours: only the time since the cycle's begin is taken
 * from it. */
static uint64_t cycle_time_us(struct jack_link *c) RT
{
	jack_nframes_t frame;
	jack_time_t begin_us = 0, next_us;
	float period_us;
	if (jack_get_cycle_times(c->jack, &frame, &begin_us, &next_us, &period_us))
		return 0;
	return now_ns() / 1000 - (jack_get_time() - begin_us);
}

static void run_engine(struct jack_link *c, struct engine *engine, jack_nframes_t n, float *const buffers[N_PORTS]) RT
{
	const float *const in[2] = { buffers[PORT_IN_L], buffers[PORT_IN_R] };
	float *const out[2] = { buffers[PORT_OUT_L], buffers[PORT_OUT_R] };
	bool freewheel = atomic_load_explicit(&c->freewheel, memory_order_relaxed);
	uint64_t begin_ns = now_ns();
	engine_process(engine, in, out, n, freewheel ? 0 : cycle_time_us(c));
	if (!freewheel && n)
		note_time(c, engine, begin_ns, n);
}

static int process(jack_nframes_t n, void *arg) RT
{
	struct jack_link *c = arg;
	float *buffers[N_PORTS];
	for (int i = 0; i < N_PORTS; i++)
		buffers[i] = jack_port_get_buffer(c->ports[i], n);
	atomic_store(&c->in_process, true);
	struct engine *engine = atomic_load(&c->engine);
	if (engine)
		run_engine(c, engine, n, buffers);
	else
		for (int i = PORT_OUT_L; i <= PORT_OUT_R; i++)
			memset(buffers[i], 0, n * sizeof(float));
	atomic_store(&c->in_process, false);
	atomic_fetch_add_explicit(&c->cycles, 1, memory_order_relaxed);
	return 0;
}

/* So that no later call, however deep, meets a page of the stack for the first time. */
static void touch_stack(void)
{
	volatile char stack[STACK_TOUCHED];
	for (int i = 0; i < STACK_TOUCHED; i += 1024)
		stack[i] = 0;
	(void)stack[0];
}

/* Called by the audio thread and by JACK's others: which is which does not show. */
static void on_thread_init(void *arg)
{
	struct jack_link *c = arg;
	touch_stack();
#if defined(__SSE__)
	_mm_setcsr(_mm_getcsr() | FLUSH_TO_ZERO);
#endif
	unsigned place = atomic_fetch_add(&c->n_threads, 1);
	if (place < THREADS_MAX)
		atomic_store(&c->threads[place], (int)syscall(SYS_gettid));
}

/* jackd calls both kinds of shutdown callback, PipeWire only the plain one. */
static void on_shutdown(void *arg)
{
	struct jack_link *c = arg;
	atomic_store(&c->lost, true);
	wake(c);
}

static void on_info_shutdown(jack_status_t status, const char *text, void *arg)
{
	(void)status;
	keep_words(text);
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

static int on_xrun(void *arg)
{
	struct jack_link *c = arg;
	if (!atomic_exchange(&c->late, false))
		atomic_fetch_add(&c->xruns_foreign, 1);
	return 0;
}

static void on_freewheel(int starting, void *arg)
{
	struct jack_link *c = arg;
	atomic_store(&c->freewheel, starting);
	wake(c);
}

static void rewire(struct jack_link *c)
{
	atomic_store(&c->rewire, true);
	wake(c);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *arg)
{
	(void)a, (void)b, (void)connected;
	rewire(arg);
}

static void on_registration(jack_port_id_t port, int registered, void *arg)
{
	struct jack_link *c = arg;
	ring_write(c->port_events, &(struct port_event){ port, registered },
		1); /* when full, the graph itself still tells */
	rewire(c);
}

/* The rack mixes its channels, so both ports of a side carry the range of both; one that hangs in the air says nothing.
 */
static jack_latency_range_t range_of(struct jack_link *c, int first, jack_latency_callback_mode_t mode)
{
	jack_latency_range_t all = { 0, 0 };
	bool any = false;
	for (int i = first; i < first + 2; i++) {
		jack_latency_range_t one;
		if (!jack_port_connected(c->ports[i]))
			continue;
		jack_port_get_latency_range(c->ports[i], mode, &one);
		all.min = any && all.min < one.min ? all.min : one.min;
		all.max = any && all.max > one.max ? all.max : one.max;
		any = true;
	}
	return all;
}

static void tell_latency(struct jack_link *c, jack_latency_callback_mode_t mode)
{
	int from = mode == JackCaptureLatency ? PORT_IN_L : PORT_OUT_L;
	int to = mode == JackCaptureLatency ? PORT_OUT_L : PORT_IN_L;
	jack_latency_range_t range = range_of(c, from, mode);
	uint32_t frames = atomic_load(&c->latency);
	range.min += frames;
	range.max += frames;
	for (int i = to; i < to + 2; i++)
		jack_port_set_latency_range(c->ports[i], mode, &range);
}

/* jackd wants to be told from here. PipeWire's libjack (0.3.65) runs other callbacks inside the telling, and then keeps
 * its loop locked for ever: there the control thread does it. */
static void on_latency(jack_latency_callback_mode_t mode, void *arg)
{
	struct jack_link *c = arg;
	if (!c->defer_latency) {
		tell_latency(c, mode);
		return;
	}
	atomic_store(&c->relatency, true);
	wake(c);
}

/* ---- Errand threads: opening and closing */

static const struct {
	const char *name, *pretty;
	unsigned long flags;
} port_rows[N_PORTS] = {
	[PORT_IN_L] = { "in_L", "Input left", JackPortIsInput },
	[PORT_IN_R] = { "in_R", "Input right", JackPortIsInput },
	[PORT_OUT_L] = { "out_L", "Output left", JackPortIsOutput },
	[PORT_OUT_R] = { "out_R", "Output right", JackPortIsOutput },
};

/* A nicety: PipeWire without a session manager refuses it. */
static void name_ports(struct jack_link *c)
{
	atomic_store(&c->naming, true);
	for (int i = 0; i < N_PORTS; i++)
		jack_set_property(c->jack, jack_port_uuid(c->ports[i]), JACK_METADATA_PRETTY_NAME, port_rows[i].pretty,
			"text/plain");
	atomic_store(&c->naming, false);
}

static bool set_callbacks(struct jack_link *c)
{
	jack_on_shutdown(c->jack, on_shutdown, c);
	jack_on_info_shutdown(c->jack, on_info_shutdown, c);
	return !jack_set_process_callback(c->jack, process, c) &&
	       !jack_set_thread_init_callback(c->jack, on_thread_init, c) &&
	       !jack_set_buffer_size_callback(c->jack, on_period, c) &&
	       !jack_set_sample_rate_callback(c->jack, on_rate, c) && !jack_set_xrun_callback(c->jack, on_xrun, c) &&
	       !jack_set_freewheel_callback(c->jack, on_freewheel, c) &&
	       !jack_set_port_connect_callback(c->jack, on_connect, c) &&
	       !jack_set_port_registration_callback(c->jack, on_registration, c) &&
	       !jack_set_latency_callback(c->jack, on_latency, c);
}

static bool register_ports(struct jack_link *c)
{
	for (int i = 0; i < N_PORTS; i++) {
		c->ports[i] =
			jack_port_register(c->jack, port_rows[i].name, JACK_DEFAULT_AUDIO_TYPE, port_rows[i].flags, 0);
		if (!c->ports[i])
			return false;
	}
	return true;
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
			read_words(c->error, sizeof c->error);
		return;
	}
	c->rate = jack_get_sample_rate(c->jack);
	atomic_store(&c->period, jack_get_buffer_size(c->jack));
	snprintf(c->name, sizeof c->name, "%s", jack_get_client_name(c->jack));
	if (set_callbacks(c) && register_ports(c)) {
		if (!c->nameless)
			name_ports(c);
		return;
	}
	read_words(c->error, sizeof c->error);
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
		for (int i = 0; i < N_PORTS; i++)
			jack_remove_properties(c->jack, jack_port_uuid(c->ports[i]));
	jack_client_close(c->jack);
	jack_link_free(c);
}

/* ---- The control thread: connections */

static const char **graph_connections(void *user, unsigned port)
{
	const struct jack_link *c = user;
	return jack_port_get_all_connections(c->jack, c->ports[port]);
}

static void graph_release(void *user, const char **names)
{
	(void)user;
	jack_free(names);
}

/* Names are looked up only where the answer is sure: a search in vain touches, and so makes resident, the buffers of
 * all ports that the server could have. */
static const void *graph_lookup(void *user, const char *name)
{
	const struct jack_link *c = user;
	return jack_port_by_name(c->jack, name);
}

static bool graph_exists(void *user, const void *handle, const char *name)
{
	(void)user;
	const char *now = jack_port_name(handle);
	return now && !strcmp(now, name);
}

static bool graph_find(void *user, const char *client, unsigned port, unsigned nth, char *name, size_t size)
{
	const struct jack_link *c = user;
	unsigned long flags = port_rows[port].flags == JackPortIsInput ? JackPortIsOutput : JackPortIsInput;
	const char **names = jack_get_ports(c->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, flags);
	size_t length = strlen(client);
	bool found = false;
	for (const char **p = names; p && *p && !found; p++)
		if (!strncmp(*p, client, length) && (*p)[length] == ':' && nth-- == 0)
			found = snprintf(name, size, "%s", *p) < (int)size;
	jack_free(names);
	return found;
}

static bool graph_connect(void *user, unsigned port, const char *name)
{
	const struct jack_link *c = user;
	const char *own = jack_port_name(c->ports[port]);
	int failed = port_rows[port].flags == JackPortIsInput ? jack_connect(c->jack, name, own)
							      : jack_connect(c->jack, own, name);
	return !failed || failed == EEXIST;
}

static void read_port_events(struct jack_link *c, struct wires *wires)
{
	struct port_event event;
	while (ring_read(c->port_events, &event, 1)) {
		jack_port_t *port = jack_port_by_id(c->jack, event.port);
		if (port)
			wires_port(wires, port, event.registered ? jack_port_name(port) : NULL);
	}
}

void jack_link_update_wires(struct jack_link *c, struct wires *wires)
{
	read_port_events(c, wires);
	const struct wires_graph graph = {
		.user = c,
		.connections = graph_connections,
		.release = graph_release,
		.lookup = graph_lookup,
		.exists = graph_exists,
		.find = graph_find,
		.connect = graph_connect,
	};
	wires_update(wires, &graph);
}

/* ---- The control thread: the rest */

bool jack_link_hears(const struct jack_link *c, unsigned port)
{
	return jack_port_connected(c->ports[port]) > 0;
}

void jack_be_quiet(void)
{
	jack_set_error_function(keep_words);
	jack_set_info_function(drop_words);
}

struct jack_link *jack_link_new(const char *name, const char *server, bool nameless, int event_fd)
{
	struct jack_link *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->event_fd = event_fd;
	c->nameless = nameless;
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

void jack_link_set_latency(struct jack_link *c, uint32_t frames, bool active)
{
	if (atomic_exchange(&c->latency, frames) != frames && active)
		jack_recompute_total_latencies(c->jack);
}

void jack_link_update_latency(struct jack_link *c)
{
	if (!atomic_exchange(&c->relatency, false))
		return;
	tell_latency(c, JackCaptureLatency);
	tell_latency(c, JackPlaybackLatency);
}

bool jack_link_take_rewire(struct jack_link *c)
{
	return atomic_exchange(&c->rewire, false);
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

void jack_link_read(const struct jack_link *c, struct jack_link_state *state)
{
	*state = (struct jack_link_state){
		.name = c->name,
		.lost = atomic_load(&c->lost),
		.freewheel = atomic_load(&c->freewheel),
		.rate = (uint32_t)c->rate,
		.period = atomic_load(&c->period),
		.cycles = atomic_load(&c->cycles),
		.xruns_own = atomic_load(&c->xruns_own),
		.xruns_foreign = atomic_load(&c->xruns_foreign),
	};
}
