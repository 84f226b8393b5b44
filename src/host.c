/* The engine's process: model, OSC server and JACK client held together by one poll loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host.h"

#include "osc/server.h"
#include "rack/audio/engine.h"
#include "rack/base/clock.h"
#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/base/worker.h"
#include "rack/model/preset.h"
#include "src/instance.h"
#include "src/notify.h"
#include "src/options.h"
#include "src/process.h"
#include "src/reconnect.h"
#include "src/resume.h"
#include "src/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	ATTEMPTS = 3,     /* two clients that open at the same moment can fail although the server runs */
	FADE_MS = 100,    /* most time for the fade at the end */
	DRY_FRAMES = 256, /* run without a server, so that commands are taken */
};

#define FIRST_RACK "streaming"

struct host {
	const struct host_options *options;
	struct control *control;
	struct server *server;
	struct reconnect *jack;
	struct state *state;
	int lock_fd, signal_fd, ready_fd;
	double rate;      /* of the engine, 0: none yet */
	unsigned refused; /* attempts to find a server */
	bool quit, connected;
	bool told_not_realtime, told_waiting, told_stuck;
	int64_t watchdog_ms;
	int status; /* of the program */
};

static void fail(struct host *h, int status, const char *place, const char *text)
{
	options_error(place, "%s", text);
	h->status = status;
	h->quit = true;
}

/* ---- Being told */

static void on_latency(void *user, uint32_t frames)
{
	struct host *h = user;
	if (!h->jack)
		return;
	reconnect_set_latency(h->jack, frames);
	options_error("latency", "%u frames (%.1f ms) through the rack now", frames, frames * 1e3 / h->rate);
}

static void on_quit(void *user)
{
	struct host *h = user;
	h->quit = true;
}

/* ---- Ready */

static void tell_ready(struct host *h)
{
	notify_send("READY=1");
	if (h->ready_fd < 0)
		return;
	process_to_log(h->options->name);
	h->quit |= write(h->ready_fd, "R", 1) != 1;
	close(h->ready_fd);
	h->ready_fd = -1;
}

/* ---- Audio comes and goes */

/* The engine is made anew for another rate; the model stays. */
static bool prepare_engine(struct host *h, double rate)
{
	struct reason reason;
	if (h->rate == rate)
		return true;
	if (h->rate > 0)
		control_stop(h->control);
	h->rate = 0;
	if (control_start(h->control, &(struct spec){ .rate = rate }, 0, &reason) != STATUS_OK) {
		fail(h, EXIT_FAILED, "engine", reason.text);
		return false;
	}
	h->rate = rate;
	return true;
}

static void update_status(struct host *h)
{
	struct host_status status;
	reconnect_read(h->jack, &status);
	control_set_host(h->control, &status);
	if (status.connected && !status.realtime && !h->told_not_realtime)
		options_error("JACK", "not real-time: no permission for real-time scheduling, so expect dropouts "
				      "(see limits.conf(5): rtprio, memlock)");
	h->told_not_realtime = status.connected && !status.realtime;
}

static void found(struct host *h)
{
	struct reason reason;
	struct host_status status;
	if (!prepare_engine(h, reconnect_rate(h->jack)))
		return;
	control_latency_release(h->control, NULL); /* nothing is heard yet */
	reconnect_set_latency(h->jack, control_latency(h->control));
	engine_fade(control_engine(h->control), true);
	if (reconnect_start(h->jack, control_engine(h->control), &reason) != STATUS_OK) {
		options_error("JACK", "%s", reason.text);
		return;
	}
	h->connected = true;
	reconnect_read(h->jack, &status);
	options_error(
		"JACK", "running as '%s' at %u Hz, %u frames a period", status.client, status.rate, status.period);
	uint32_t made_for = (uint32_t)control_rack(h->control)->rate;
	if (made_for && made_for != h->rate)
		options_error("rack", "is made for %u Hz", made_for);
	const char *missing;
	for (unsigned i = 0; (missing = wires_missing(h->options->wires, i)); i++)
		options_error("JACK", "no port '%s' yet; it is connected when it appears", missing);
	tell_ready(h);
}

/* The control thread stands in for the audio thread: commands are taken, tails and the fade run out. */
static void run_dry(struct host *h)
{
	static const float silence[DRY_FRAMES];
	float left[DRY_FRAMES], right[DRY_FRAMES];
	const struct buses buses = { .in = { silence, silence }, .out = { left, right } };
	engine_process(control_engine(h->control), &buses, DRY_FRAMES, 0);
}

static void lost(struct host *h)
{
	char text[sizeof((struct reason *)0)->text + 32];
	snprintf(text, sizeof text, "JACK: %s; waiting for it", reconnect_error(h->jack));
	server_say(h->server, "/status", text); /* on stderr too */
	h->connected = false;
	struct engine *engine = control_engine(h->control);
	if (!engine)
		return;
	engine_fade(engine, false);
	for (double frames = 0; !engine_is_silent(engine) && frames < h->rate; frames += DRY_FRAMES)
		run_dry(h);
}

static void refused(struct host *h)
{
	if (h->rate > 0 || h->told_waiting || ++h->refused < ATTEMPTS)
		return;
	if (!h->options->wait && !h->options->resume) {
		char text[320];
		snprintf(text, sizeof text, "%s (--wait waits for it)", reconnect_error(h->jack));
		fail(h, EXIT_NO_SERVER, "JACK", text);
		return;
	}
	options_error("JACK", "%s; waiting for it", reconnect_error(h->jack));
	h->told_waiting = true;
	tell_ready(h);
}

/* libjack hangs in this process for good: all is saved, and the same program takes its place, with the name, the
 * sockets' addresses and the connections. */
static void start_anew(struct host *h)
{
	static const char place[] = "JACK hangs in a client that cannot be closed";
	const struct resume *before = h->options->resume;
	struct reason reason = { "the rack stays as it is, as it has started anew a short time ago" };
	struct resume resume = { .lock_fd = h->lock_fd };
	if (before && !resume_may(before)) {
		if (!h->told_stuck)
			options_error(place, "%s", reason.text);
		h->told_stuck = true;
		return;
	}
	tell_ready(h);
	options_error(place, "the rack starts anew");
	if (state_save(h->state))
		resume_exec(&resume, h->options->wires, &reason);
	else
		reason_set(&reason, STATUS_IO, "it stays as it is, as it could not be saved");
	options_error(place, "%s", reason.text);
}

static int poll_jack(struct host *h)
{
	int timeout_ms;
	switch (reconnect_poll(h->jack, &timeout_ms)) {
	case RECONNECT_FOUND:
		found(h);
		timeout_ms = 0;
		break;
	case RECONNECT_REFUSED:
		refused(h);
		break;
	case RECONNECT_LOST:
		lost(h);
		timeout_ms = 0;
		break;
	case RECONNECT_STUCK:
		start_anew(h);
		timeout_ms = 0;
		break;
	case RECONNECT_NOTHING:
		break;
	}
	if (!h->connected && h->rate > 0)
		run_dry(h);
	update_status(h);
	return timeout_ms;
}

/* ---- The loop */

static int sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

static int work(struct host *h)
{
	worker_collect(control_worker(h->control));
	int timeout_ms = server_poll(h->server);
	timeout_ms = sooner(timeout_ms, poll_jack(h));
	timeout_ms = sooner(timeout_ms, control_tick(h->control));
	timeout_ms = sooner(timeout_ms, state_poll(h->state));
	return sooner(timeout_ms, notify_watchdog(&h->watchdog_ms));
}

static void loop(struct host *h)
{
	struct pollfd fds[3 + SERVER_FDS_MAX];
	while (!h->quit) {
		int timeout_ms = work(h);
		if (h->quit)
			break;
		fds[0] = (struct pollfd){ .fd = h->signal_fd, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = reconnect_fd(h->jack), .events = POLLIN };
		fds[2] = (struct pollfd){ .fd = worker_fd(control_worker(h->control)), .events = POLLIN };
		int n = 3 + server_fds(h->server, fds + 3);
		poll(fds, (nfds_t)n, timeout_ms);
		if (fds[0].revents)
			h->quit |= process_told_to_end(h->signal_fd);
	}
}

/* ---- Beginning and end */

static bool open_preset(struct host *h, const char *name)
{
	char path[PATH_MAX];
	struct reason reason;
	if (preset_resolve(name, path, sizeof path, &reason) != STATUS_OK) {
		options_error(name, "%s", reason.text);
		return false;
	}
	if (control_open_file(h->control, path, &reason) == STATUS_OK)
		return true;
	options_file_error(path, &reason);
	return false;
}

/* What was asked for, else what was saved, else (the first start ever) the streaming rack. */
static bool load_rack(struct host *h)
{
	char path[PATH_MAX];
	if (file_place(FILE_CONFIG, "racks/", path, sizeof path, NULL) == STATUS_OK)
		draft_sweep(path); /* presets that a killed rack was saving */
	if (h->options->resume && state_restore(h->state))
		return true;
	if (h->options->rack && !h->options->no_restore)
		state_restore_scenes(h->state);
	if (h->options->rack)
		return open_preset(h, h->options->rack);
	if (h->options->no_restore)
		return true;
	if (state_restore(h->state))
		return true;
	if (preset_find(FIRST_RACK, path, sizeof path, NULL) == STATUS_OK)
		open_preset(h, path);
	return true;
}

static bool open_server(struct host *h)
{
	const struct host_options *o = h->options;
	char file[NAME_MAX + 1], path[PATH_MAX], surfaces[PATH_MAX];
	struct reason reason;
	snprintf(file, sizeof file, "%s.surfaces", o->name);
	bool kept = file_place(FILE_STATE, file, surfaces, sizeof surfaces, NULL) == STATUS_OK;
	snprintf(file, sizeof file, "%s.sock", o->name);
	const struct server_config config = {
		.control = h->control,
		.local_path = path,
		.bind = o->osc_bind,
		.port = o->osc_port,
		.allow = o->osc_allow,
		.surfaces = o->osc_surfaces,
		.surfaces_path = kept ? surfaces : NULL,
		.user = h,
		.quit = on_quit,
	};
	enum status status = file_place(FILE_RUNTIME, file, path, sizeof path, &reason);
	if (status == STATUS_OK)
		status = server_new(&h->server, &config, &reason);
	if (status == STATUS_OK)
		return true;
	fail(h, status == STATUS_BAD_VALUE ? EXIT_USAGE : EXIT_FAILED, "osc", reason.text);
	return false;
}

/* Every step tells its own failure; host_close takes down what stands. */
static bool host_open(struct host *h)
{
	const struct host_options *o = h->options;
	struct reason reason = { "" };
	h->status = EXIT_FAILED;
	h->lock_fd = instance_keep(o->name, o->resume ? o->resume->lock_fd : -1, &reason);
	if (h->lock_fd >= 0)
		h->signal_fd = process_take_signals();
	if (h->signal_fd >= 0)
		h->control = control_new(&reason);
	if (h->control)
		h->state = state_new(h->control, o->name, &reason);
	if (!h->state) {
		options_error("run", "%s", reason.text[0] ? reason.text : strerror(errno));
		return false;
	}
	if (!load_rack(h)) {
		h->status = EXIT_BAD_RACK;
		return false;
	}
	const struct control_listener listener = { .user = h, .latency = on_latency };
	const struct reconnect_config config = { .name = o->name, .server = o->server, .wires = o->wires };
	if (!control_listen(h->control, &listener) || !open_server(h))
		return false;
	h->jack = reconnect_new(&config, &reason);
	if (!h->jack)
		options_error("JACK", "%s", reason.text);
	h->status = h->jack ? EXIT_DONE : EXIT_FAILED;
	return h->jack;
}

static void fade_out(struct host *h)
{
	struct host_status status;
	struct engine *engine = control_engine(h->control);
	if (!h->connected || !engine)
		return;
	reconnect_read(h->jack, &status);
	long period_ms = status.rate ? (long)(status.period * 1000 / status.rate) : 0;
	engine_fade(engine, false);
	for (long ms = 0; !engine_is_silent(engine) && ms < FADE_MS + 2 * period_ms; ms++)
		clock_sleep_us(1000);
	clock_sleep_us(1000 * (period_ms + 1)); /* the last faded period is played */
}

static void host_close(struct host *h)
{
	notify_send("STOPPING=1");
	if (h->jack)
		fade_out(h);
	if (h->server)
		server_poll(h->server); /* what was sent before the end was asked for is kept */
	if (h->state && (h->rate > 0 || h->status == EXIT_DONE)) /* a start that failed leaves the last state alone */
		state_flush(h->state);
	if (h->jack && !reconnect_free(h->jack))
		_exit(h->status); /* libjack hangs: whatever would be freed now it may still use */
	if (h->server)
		server_free(h->server);
	if (h->rate > 0)
		control_stop(h->control);
	state_free(h->state);
	if (h->control)
		control_free(h->control);
	if (h->lock_fd >= 0)
		close(h->lock_fd);
}

int host_run(const struct host_options *options, int ready_fd)
{
	struct host h = { .options = options, .lock_fd = -1, .signal_fd = -1, .ready_fd = ready_fd };
	if (host_open(&h))
		loop(&h);
	host_close(&h);
	return h.status;
}
