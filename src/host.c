/* The engine's process: its parts are made, joined in one poll loop, and taken down. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host.h"

#include "osc/server.h"
#include "rack/base/file.h"
#include "rack/base/worker.h"
#include "src/audio.h"
#include "src/detach.h"
#include "src/instance.h"
#include "src/load.h"
#include "src/loop.h"
#include "src/notify.h"
#include "src/options.h"
#include "src/resume.h"
#include "src/signals.h"
#include "src/state.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct host {
	const struct host_options *options;
	int lock_fd, state_fd, ready_fd;
	struct loop loop;
	struct signals *signals;
	struct control *control;
	struct state *state;
	struct server *server;
	struct audio *audio;
	struct control_listener listener;
	struct loop_source worker_source, server_source, control_source;
	struct notify_watchdog watchdog;
	struct load load;
	bool told_stuck;
	int status; /* of the program */
};

/* ---- What the parts tell */

static void on_kept(void *user, const char *text)
{
	(void)user;
	options_error("lock", "%s", text);
}

static void on_quit(void *user)
{
	struct host *h = user;
	loop_end(&h->loop);
}

static void on_failed(void *user, int status, const char *place, const char *text)
{
	struct host *h = user;
	options_error(place, "%s", text);
	h->status = status;
	loop_end(&h->loop);
}

static void on_ready(void *user)
{
	struct host *h = user;
	notify_send("READY=1");
	if (h->ready_fd < 0)
		return;
	detach_output(h->options->name);
	if (write(h->ready_fd, "R", 1) != 1)
		loop_end(&h->loop);
	close(h->ready_fd);
	h->ready_fd = -1;
}

static void on_lost(void *user, const char *text)
{
	struct host *h = user;
	server_say(h->server, "/status", text); /* on stderr too */
}

static void on_reload(void *user)
{
	struct host *h = user;
	load_again(&h->load);
}

static void on_save(void *user)
{
	struct host *h = user;
	state_save_soon(h->state);
}

/* All is saved, and the same program takes this one's place, with the name, the sockets' addresses and the connections.
 */
static void on_stuck(void *user)
{
	static const char place[] = "JACK hangs in a client that cannot be closed";
	struct host *h = user;
	const struct resume *before = h->options->resume;
	struct reason reason = { "the rack stays as it is, as it has started anew a short time ago" };
	struct resume resume = { .lock_fd = h->lock_fd };
	if (before && !resume_may(before)) {
		if (!h->told_stuck)
			options_error(place, "%s", reason.text);
		h->told_stuck = true;
		return;
	}
	on_ready(h);
	options_error(place, "the rack starts anew");
	if (state_save(h->state))
		resume_exec(&resume, h->options->wires, &reason);
	else
		reason_set(&reason, STATUS_IO, "it stays as it is, as it could not be saved");
	options_error(place, "%s", reason.text);
}

/* ---- Sources of the loop that do not know it */

static int worker_fds(void *user, struct pollfd *fds, int room)
{
	struct host *h = user;
	if (room > 0)
		fds[0] = (struct pollfd){ .fd = worker_fd(control_worker(h->control)), .events = POLLIN };
	return room > 0;
}

static int poll_worker(void *user)
{
	struct host *h = user;
	worker_collect(control_worker(h->control));
	return -1;
}

static int fds_of_server(void *user, struct pollfd *fds, int room)
{
	struct host *h = user;
	return room < SERVER_FDS_MAX ? 0 : server_fds(h->server, fds);
}

static int poll_server(void *user)
{
	struct host *h = user;
	return server_poll(h->server);
}

static int poll_control(void *user)
{
	struct host *h = user;
	return control_tick(h->control);
}

static void add_source(struct host *h, struct loop_source *source, int (*poll)(void *user),
	int (*fds)(void *user, struct pollfd *fds, int room))
{
	*source = (struct loop_source){ .fds = fds, .poll = poll, .user = h };
	loop_add(&h->loop, source);
}

/* ---- Beginning and end. Each step tells its own failure; host_close takes down what stands. */

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
	on_failed(h, status == STATUS_BAD_VALUE ? EXIT_USAGE : EXIT_FAILED, "osc", reason.text);
	return false;
}

static bool open_audio(struct host *h)
{
	const struct host_options *o = h->options;
	struct reason reason;
	const struct audio_config config = {
		.name = o->name,
		.server = o->server,
		.wires = o->wires,
		.wait = o->wait || o->resume,
		.control = h->control,
		.loop = &h->loop,
		.user = h,
		.ready = on_ready,
		.lost = on_lost,
		.failed = on_failed,
		.stuck = on_stuck,
	};
	h->audio = audio_new(&config, &reason);
	if (!h->audio)
		on_failed(h, EXIT_FAILED, "JACK", reason.text);
	return h->audio;
}

static bool open_model(struct host *h)
{
	const struct host_options *o = h->options;
	const struct signals_config signals = { .loop = &h->loop, .user = h, .reload = on_reload, .save = on_save };
	struct reason reason;
	h->lock_fd = instance_keep(o->name, o->resume ? o->resume->lock_fd : -1, &reason);
	enum status status = STATUS_OK;
	if (h->lock_fd >= 0)
		h->state_fd = instance_lock_state(o->name, &status, &reason);
	/* Where the folder cannot be written there is nothing to lock, and each save tells it. */
	if (h->lock_fd >= 0 && status != STATUS_UNAVAILABLE)
		h->signals = signals_new(&signals, &reason);
	if (h->signals)
		h->control = control_new(&reason);
	if (h->control && !control_worker(h->control))
		reason_set(&reason, STATUS_NO_MEMORY, "out of memory, or threads");
	else if (h->control)
		h->state = state_new(h->control, o->name, &h->loop, &reason);
	if (!h->state) {
		on_failed(h, EXIT_FAILED, "run", reason.text);
		return false;
	}
	h->listener = (struct control_listener){ .user = h, .kept = on_kept };
	control_listen(h->control, &h->listener);
	h->load = (struct load){
		.control = h->control,
		.state = h->state,
		.rack = o->rack,
		.no_restore = o->no_restore,
		.resumed = o->resume,
	};
	h->status = load_rack(&h->load);
	return h->status == EXIT_DONE;
}

static bool host_open(struct host *h)
{
	if (!open_model(h) || !open_server(h))
		return false;
	add_source(h, &h->worker_source, poll_worker, worker_fds);
	add_source(h, &h->server_source, poll_server, fds_of_server);
	if (!open_audio(h))
		return false;
	add_source(h, &h->control_source, poll_control, NULL);
	notify_watch(&h->watchdog, &h->loop);
	return true;
}

static void host_close(struct host *h)
{
	notify_send("STOPPING=1");
	if (h->audio)
		audio_fade_out(h->audio);
	if (h->server)
		server_poll(h->server); /* what was sent before the end was asked for is kept */
	bool ran = h->audio && audio_has_run(h->audio);
	if (h->state && (ran || h->status == EXIT_DONE)) /* a start that failed leaves the last state alone */
		state_flush(h->state);
	if (!audio_free(h->audio))
		_exit(h->status);
	server_free(h->server);
	state_free(h->state);
	control_free(h->control);
	signals_free(h->signals);
	if (h->state_fd >= 0)
		close(h->state_fd);
	if (h->lock_fd >= 0)
		close(h->lock_fd);
}

int host_run(const struct host_options *options, int ready_fd)
{
	struct host h = { .options = options, .lock_fd = -1, .state_fd = -1, .ready_fd = ready_fd };
	if (host_open(&h))
		loop_run(&h.loop);
	host_close(&h);
	return h.status;
}
