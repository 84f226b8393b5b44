/* The audio thread of the JACK client: one call of the engine each cycle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a sample starts here, in jack_on_cycle(). */
#include "rack/audio/engine.h"
#include "rack/base/clock.h"
#include "rack/base/flush.h"
#include "src/jack_private.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	STACK_TOUCHED = 192 * 1024, /* bytes: more than the engine uses, less than the half of what JACK gives */
};

/* Of a period; a callback that takes more has no right to blame others for an xrun. */
#define OWN_LATE 0.8

/* What the audio thread may call: libjack and libc promise it, their headers do not say it. */
void *jack_port_get_buffer(jack_port_t *, jack_nframes_t) RT;
int jack_get_cycle_times(const jack_client_t *, jack_nframes_t *, jack_time_t *, jack_time_t *, float *) RT;
jack_time_t jack_get_time(void) RT;

static void note_time(struct jack_link *c, struct engine *engine, int64_t begin_us, jack_nframes_t n) RT
{
	double load = (double)(clock_now_us() - begin_us) * 1e-6 * c->rate / n;
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
	return (uint64_t)clock_now_us() - (jack_get_time() - begin_us);
}

static void run_engine(struct jack_link *c, struct engine *engine, jack_nframes_t n, const struct buses *buses) RT
{
	bool freewheel = atomic_load_explicit(&c->freewheel, memory_order_relaxed);
	int64_t begin_us = clock_now_us();
	engine_process(engine, buses, n, freewheel ? 0 : cycle_time_us(c));
	if (!freewheel && n)
		note_time(c, engine, begin_us, n);
}

static void be_silent(const struct buses *buses, jack_nframes_t n) RT
{
	for (int i = 0; i < BUS_CHANNELS; i++) {
		memset(buses->out[i], 0, n * sizeof(float));
		if (buses->monitor[i])
			memset(buses->monitor[i], 0, n * sizeof(float));
	}
}

int jack_on_cycle(jack_nframes_t n, void *arg) RT
{
	struct jack_link *c = arg;
	float *ports[N_BUSES][BUS_CHANNELS] = { { NULL } };
	for (unsigned i = 0; i < BUS_PORTS; i++)
		if (c->ports[i])
			ports[i / BUS_CHANNELS][i % BUS_CHANNELS] = jack_port_get_buffer(c->ports[i], n);
	const struct buses buses = buses_of_ports(ports);
	atomic_store(&c->in_process, true);
	struct engine *engine = atomic_load(&c->engine);
	if (engine)
		run_engine(c, engine, n, &buses);
	else
		be_silent(&buses, n);
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
void jack_on_thread_init(void *arg)
{
	struct jack_link *c = arg;
	touch_stack();
	flush_denormals(); /* for good: JACK's own mixing too */
	unsigned place = atomic_fetch_add(&c->n_threads, 1);
	if (place < THREADS_MAX)
		atomic_store(&c->threads[place], (int)syscall(SYS_gettid));
}

int jack_on_xrun(void *arg)
{
	struct jack_link *c = arg;
	if (!atomic_exchange(&c->late, false))
		atomic_fetch_add(&c->xruns_foreign, 1);
	return 0;
}
