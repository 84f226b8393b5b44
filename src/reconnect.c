/* Keeps the rack on JACK: finds a server, watches it, comes back when it does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/reconnect.h"

#include "rack/base/clock.h"
#include "src/background.h"
#include "src/connections.h"
#include "src/jack.h"
#include "src/memory.h"
#include "src/watchdog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	OPEN_EVERY_MS = 250,
	HANG_MS = 2000,          /* an open or close that takes longer is left behind */
	PATIENCE_MAX_MS = 60000, /* more, for one on a server that may just stand still */
	HUNG_MAX = 3,            /* threads and clients that may be left behind so */
	FREE_MS = 500,           /* the same at the end of the program */
	SETTLE_MS = 100,         /* changes of connections come in bursts, and before the news that the server ends */
};

struct reconnect {
	struct reconnect_config config;
	int event_fd;
	struct jack_link *client;   /* NULL: none open */
	bool running;               /* client is active */
	struct background *opening; /* of `opened` */
	struct jack_link *opened;
	struct background *closing;        /* of the last client */
	struct background *hung[HUNG_MAX]; /* closes that were left behind */
	bool gone;                         /* the last client's server: nobody will answer its close any more */
	bool nameless;                     /* naming ports has hung once */
	bool met;                          /* a server, at any time */
	bool front;                        /* a program in front of the rack does not answer */
	bool realtime, server_realtime;
	struct connections connections;
	struct watchdog watchdog;
	uint32_t latency;
	int64_t patience_ms, open_at_ms, opening_since_ms, close_until_ms, look_at_ms, check_at_ms;
	uint64_t xruns_own, xruns_foreign; /* of earlier clients */
	char error[sizeof((struct reason *)0)->text];
};

struct reconnect *reconnect_new(const struct reconnect_config *config, struct reason *reason)
{
	struct reconnect *r = calloc(1, sizeof *r);
	if (!r) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	r->config = *config;
	connections_init(&r->connections, config->wires, config->say, config->user);
	r->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (r->event_fd < 0) {
		reason_set(reason, STATUS_IO, "%s", strerror(errno));
		free(r);
		return NULL;
	}
	jack_be_quiet();
	return r;
}

int reconnect_fd(const struct reconnect *r)
{
	return r->event_fd;
}

double reconnect_rate(const struct reconnect *r)
{
	struct jack_link_state now;
	if (!r->client)
		return 0;
	jack_link_read(r->client, &now);
	return now.rate;
}

const char *reconnect_error(const struct reconnect *r)
{
	return r->error;
}

static void start_opening(struct reconnect *r)
{
	r->opening_since_ms = clock_now_ms();
	r->open_at_ms = r->opening_since_ms + OPEN_EVERY_MS;
	r->opened = jack_link_new(r->config.name, r->config.server, r->config.wires, r->nameless, r->event_fd);
	if (!r->opened)
		return;
	r->opening = background_start(jack_link_open, r->opened, r->event_fd);
	if (!r->opening)
		jack_link_free(r->opened);
}

static enum reconnect_event finish_opening(struct reconnect *r)
{
	struct jack_link *c = r->opened;
	background_end(r->opening);
	r->opening = NULL;
	r->patience_ms = 0;
	if (!jack_link_error(c)) {
		r->client = c;
		return RECONNECT_FOUND;
	}
	snprintf(r->error, sizeof r->error, "%s", jack_link_error(c));
	jack_link_free(c);
	r->open_at_ms = clock_now_ms() + OPEN_EVERY_MS;
	return RECONNECT_REFUSED;
}

static void start_closing(struct reconnect *r)
{
	struct jack_link_state last;
	jack_link_take_engine(r->client);
	jack_link_read(r->client, &last);
	r->xruns_own += last.xruns_own + r->watchdog.moved;
	r->xruns_foreign += last.xruns_foreign - r->watchdog.moved;
	r->watchdog.moved = 0;
	r->gone = last.lost;
	r->running = r->front = false;
	/* A server that only stands still will answer it, and until then an open would have to wait behind it. */
	r->close_until_ms = clock_now_ms() + (r->gone ? HANG_MS : PATIENCE_MAX_MS);
	r->closing = background_start(jack_link_close, r->client, r->event_fd);
	r->client = NULL;
}

static enum reconnect_event lose(struct reconnect *r, const char *why)
{
	snprintf(r->error, sizeof r->error, "%s", why);
	start_closing(r);
	connections_lost(&r->connections);
	r->look_at_ms = 0;
	r->open_at_ms =
		clock_now_ms() + OPEN_EVERY_MS; /* a server that is ending still takes clients, and lets them hang */
	return RECONNECT_LOST;
}

/* How many closes hang at this moment; some come back after all, as when the server only stood still. */
static unsigned count_hung(struct reconnect *r)
{
	unsigned n = 0;
	for (int i = 0; i < HUNG_MAX; i++)
		if (r->hung[i] && background_done(r->hung[i])) {
			background_end(r->hung[i]);
			r->hung[i] = NULL;
		} else
			n += r->hung[i] != NULL;
	return n;
}

static enum reconnect_event leave_closing(struct reconnect *r)
{
	unsigned n = count_hung(r);
	for (int i = 0; i < HUNG_MAX && r->closing; i++)
		if (!r->hung[i]) {
			r->hung[i] = r->closing;
			r->closing = NULL;
		}
	background_end(r->closing); /* no room: forgotten */
	r->closing = NULL;
	return n + 1 >= HUNG_MAX ? RECONNECT_STUCK : RECONNECT_NOTHING;
}

/* jack2 closes and opens under one lock: an open behind a close that will never end does not end either. */
static enum reconnect_event leave_opening(struct reconnect *r)
{
	r->nameless |= jack_link_is_naming(r->opened);
	r->patience_ms = r->patience_ms < PATIENCE_MAX_MS ? 2 * r->patience_ms + HANG_MS : PATIENCE_MAX_MS;
	background_end(r->opening);
	r->opening = NULL;
	return r->gone && count_hung(r) ? RECONNECT_STUCK : RECONNECT_NOTHING;
}

/* One client at a time: the next is opened once the last is closed, or has hung for too long. So is an open that hangs,
 * as one does on a server that ends just then; if it names ports, the next one does without. */
static enum reconnect_event poll_away(struct reconnect *r, int64_t now)
{
	enum reconnect_event event = RECONNECT_NOTHING;
	if (r->closing && background_done(r->closing)) {
		background_end(r->closing);
		r->closing = NULL;
	}
	if (r->closing && now >= r->close_until_ms)
		event = leave_closing(r);
	if (r->opening && background_done(r->opening))
		return finish_opening(r);
	if (r->opening && now >= r->opening_since_ms + HANG_MS + r->patience_ms)
		event = leave_opening(r);
	if (!r->opening && !r->closing && now >= r->open_at_ms && event == RECONNECT_NOTHING)
		start_opening(r);
	return event;
}

static enum reconnect_event watch(struct reconnect *r, const struct jack_link_state *state, int64_t now)
{
	const struct watchdog_look look = {
		.now_ms = now,
		.cycles = state->cycles,
		.frame = state->frame,
		.foreign = state->xruns_foreign,
		.period_ms = 1e3 * state->period / state->rate,
		.has_front = jack_link_has_front(r->client),
		.freewheel = state->freewheel,
	};
	enum watchdog_verdict verdict = watchdog_look(&r->watchdog, &look);
	if (verdict == WATCHDOG_SERVER)
		return lose(r, "the server stands still");
	if (verdict == WATCHDOG_CALLED_NO_MORE)
		return lose(r, "the server goes on without the rack");
	bool front = verdict == WATCHDOG_FRONT;
	if (front != r->front)
		r->config.say(r->config.user,
			front ? "a program that plays into the rack does not answer: no sound until it does"
			      : "the program in front answers again: the sound goes on");
	r->front = front;
	return RECONNECT_NOTHING;
}

static enum reconnect_event poll_running(struct reconnect *r, const struct jack_link_state *state, int64_t now)
{
	jack_link_update_latency(r->client);
	if (jack_link_take_rewire(r->client)) /* each anew: the server's end may follow close on somebody's change */
		r->look_at_ms = now + SETTLE_MS;
	if (r->look_at_ms && now >= r->look_at_ms) {
		r->look_at_ms = 0;
		connections_update(&r->connections, r->client);
	}
	if (now < r->check_at_ms)
		return RECONNECT_NOTHING;
	r->check_at_ms = now + WATCHDOG_EVERY_MS;
	if (!state->freewheel) /* which takes real-time scheduling from the thread as long as it lasts */
		r->realtime = jack_link_is_realtime(r->client);
	return watch(r, state, now);
}

static void sooner(int *timeout_ms, int64_t now, int64_t at)
{
	int wait = at > now ? (int)(at - now) : 0;
	if (wait < *timeout_ms)
		*timeout_ms = wait;
}

static int next_due(const struct reconnect *r, int64_t now)
{
	int timeout_ms = WATCHDOG_EVERY_MS;
	if (r->closing)
		sooner(&timeout_ms, now, r->close_until_ms);
	else if (!r->client && !r->opening)
		sooner(&timeout_ms, now, r->open_at_ms);
	if (r->running && r->look_at_ms)
		sooner(&timeout_ms, now, r->look_at_ms);
	return timeout_ms;
}

enum reconnect_event reconnect_poll(struct reconnect *r, int *timeout_ms)
{
	int64_t now = clock_now_ms();
	uint64_t count;
	ssize_t drained = read(r->event_fd, &count, sizeof count);
	(void)drained;
	enum reconnect_event event = RECONNECT_NOTHING;
	struct jack_link_state state;
	if (r->client)
		jack_link_read(r->client, &state);
	if (!r->client)
		event = poll_away(r, now);
	else if (state.lost)
		event = lose(r, "the server has gone");
	else if (r->running)
		event = poll_running(r, &state, now);
	*timeout_ms = next_due(r, now);
	return event;
}

enum status reconnect_start(struct reconnect *r, struct engine *engine, struct reason *reason)
{
	jack_link_set_latency(r->client, r->latency, false);
	if (!jack_link_activate(r->client))
		return reason_set(reason, STATUS_UNAVAILABLE, "the server does not start the client");
	memory_lock_used();
	jack_link_give_engine(r->client, engine);
	int64_t now = clock_now_ms();
	r->running = r->met = true;
	watchdog_start(&r->watchdog, now);
	r->check_at_ms = now + WATCHDOG_EVERY_MS; /* the thread gets its scheduling only after it has started */
	r->realtime = true;
	r->server_realtime = jack_link_server_is_realtime(r->client);
	r->look_at_ms = now;
	return STATUS_OK;
}

void reconnect_set_latency(struct reconnect *r, uint32_t frames)
{
	r->latency = frames;
	if (r->client)
		jack_link_set_latency(r->client, frames, r->running);
}

void reconnect_read(const struct reconnect *r, struct host_status *host)
{
	struct jack_link_state state = { .name = r->config.name };
	if (r->client)
		jack_link_read(r->client, &state);
	*host = (struct host_status){ .xruns_own = r->xruns_own + state.xruns_own + r->watchdog.moved,
		.xruns_foreign = r->xruns_foreign + state.xruns_foreign - r->watchdog.moved,
		.connection = r->met ? HOST_LOST : HOST_WAITING };
	snprintf(host->client, sizeof host->client, "%s", state.name);
	connections_read(&r->connections, host->buses);
	if (!r->running)
		return;
	host->connected = true;
	host->connection = HOST_CONNECTED;
	host->realtime = r->realtime;
	host->server_realtime = r->server_realtime;
	host->rate = state.rate;
	host->period = state.period;
}

bool reconnect_free(struct reconnect *r)
{
	if (!r)
		return true;
	if (r->client)
		start_closing(r);
	int64_t until = clock_now_ms() + FREE_MS;
	while (((r->opening && !background_done(r->opening)) || (r->closing && !background_done(r->closing))) &&
		clock_now_ms() < until)
		clock_sleep_us(1000);
	bool ended = background_end(r->closing) && count_hung(r) == 0;
	if (r->opening && !background_end(r->opening))
		ended = false;
	else if (r->opening && jack_link_error(r->opened))
		jack_link_free(r->opened);
	else if (r->opening)
		jack_link_close(r->opened);
	if (ended) {
		close(r->event_fd);
		free(r);
	}
	return ended;
}
