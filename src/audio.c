/* Runs the engine: on JACK while there is a server, on silence while there is none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/audio.h"

#include "rack/audio/engine.h"
#include "rack/base/clock.h"
#include "src/notify.h"
#include "src/options.h"
#include "src/reconnect.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ATTEMPTS = 3,     /* two clients that open at the same moment can fail although the server runs */
	FADE_MS = 100,    /* most time for the fade at the end */
	DRY_FRAMES = 256, /* run without a server, so that changes are taken */
};

struct audio {
	struct audio_config config;
	struct control_listener listener;
	struct loop_source source;
	struct reconnect *jack;
	double rate;      /* of the engine, 0: none yet */
	unsigned refused; /* attempts to find a server */
	bool connected, told_not_realtime, told_waiting;
	bool unfit; /* the server's rate is none that the engine can run at */
};

static void on_latency(void *user, uint32_t frames)
{
	struct audio *a = user;
	reconnect_set_latency(a->jack, frames);
	options_error("latency", "%u frames (%.1f ms) through the rack now", frames, frames * 1e3 / a->rate);
}

/* The engine is made anew for another rate; the model stays. Where it cannot be made, the client stays open without
 * running, so that the server's end, or another rate of it, is heard of. */
static bool prepare_engine(struct audio *a, double rate)
{
	struct reason reason;
	bool patient = a->config.wait || a->rate > 0 || a->unfit;
	const struct spec spec = { .rate = rate, .key = wires_has_bus(a->config.wires, BUS_KEY) };
	if (a->rate == rate)
		return true;
	if (a->rate > 0)
		control_stop(a->config.control);
	a->rate = 0;
	if (control_start(a->config.control, &spec, 0, &reason) == STATUS_OK) {
		a->rate = rate;
		a->unfit = false;
		return true;
	}
	if (!patient) {
		a->config.failed(a->config.user, EXIT_FAILED, "engine", reason.text);
		return false;
	}
	options_error(
		"JACK", "the server runs at %.0f Hz: %s; waiting for it to run at another rate", rate, reason.text);
	a->unfit = true;
	a->config.ready(a->config.user);
	return false;
}

static const char *realtime_advice(const struct host_status *status)
{
	return status->server_realtime ? "no permission for real-time scheduling, so expect dropouts (see "
					 "limits.conf(5): rtprio, memlock)"
				       : "the JACK server runs without real-time scheduling, so expect dropouts "
					 "(jackd -R has it)";
}

static void update_status(struct audio *a)
{
	struct host_status status;
	reconnect_read(a->jack, &status);
	control_set_host(a->config.control, &status);
	if (status.connected && !status.realtime && !a->told_not_realtime)
		options_error("JACK", "not real-time: %s", realtime_advice(&status));
	a->told_not_realtime = status.connected && !status.realtime;
}

static void found(struct audio *a)
{
	struct reason reason;
	struct host_status status;
	if (!prepare_engine(a, reconnect_rate(a->jack)))
		return;
	struct engine *engine = control_engine(a->config.control);
	control_latency_release(a->config.control, NULL); /* nothing is heard yet */
	reconnect_set_latency(a->jack, control_latency(a->config.control));
	engine_fade(engine, true);
	if (reconnect_start(a->jack, engine, &reason) != STATUS_OK) {
		options_error("JACK", "%s", reason.text);
		return;
	}
	a->connected = true;
	reconnect_read(a->jack, &status);
	char text[sizeof reason.text];
	snprintf(text, sizeof text, "running as '%s' at %u Hz, %u frames a period", status.client, status.rate,
		status.period);
	options_error("JACK", "%s", text);
	notify_status(text);
	uint32_t made_for = (uint32_t)control_rack(a->config.control)->rate;
	if (made_for && made_for != a->rate)
		options_error("rack", "is made for %u Hz", made_for);
	a->config.ready(a->config.user);
}

/* The control thread stands in for the audio thread: changes are taken, tails and the fade run out. */
static void run_dry(struct audio *a)
{
	static const float silence[DRY_FRAMES];
	float left[DRY_FRAMES], right[DRY_FRAMES];
	const struct buses buses = { .in = { silence, silence }, .out = { left, right } };
	engine_process(control_engine(a->config.control), &buses, DRY_FRAMES, 0);
}

static void lost(struct audio *a)
{
	char text[sizeof((struct reason *)0)->text + 32];
	snprintf(text, sizeof text, "JACK: %s; waiting for it", reconnect_error(a->jack));
	a->config.lost(a->config.user, text);
	notify_status(text);
	a->connected = false;
	struct engine *engine = control_engine(a->config.control);
	if (!engine)
		return;
	engine_fade(engine, false);
	for (double frames = 0; !engine_is_silent(engine) && frames < a->rate; frames += DRY_FRAMES)
		run_dry(a);
}

static void refused(struct audio *a)
{
	if (a->rate > 0 || a->unfit || a->told_waiting || ++a->refused < ATTEMPTS)
		return;
	if (!a->config.wait) {
		char text[320];
		snprintf(text, sizeof text, "%s (--wait waits for it)", reconnect_error(a->jack));
		a->config.failed(a->config.user, EXIT_NO_SERVER, "JACK", text);
		return;
	}
	options_error("JACK", "%s; waiting for it", reconnect_error(a->jack));
	notify_status("waiting for a JACK server");
	a->told_waiting = true;
	a->config.ready(a->config.user);
}

static int poll_jack(void *user)
{
	struct audio *a = user;
	int timeout_ms;
	enum reconnect_event event = reconnect_poll(a->jack, &timeout_ms);
	switch (event) {
	case RECONNECT_FOUND:
		found(a);
		break;
	case RECONNECT_REFUSED:
		refused(a);
		break;
	case RECONNECT_LOST:
		lost(a);
		break;
	case RECONNECT_STUCK:
		a->config.stuck(a->config.user);
		break;
	case RECONNECT_NOTHING:
		break;
	}
	if (!a->connected && a->rate > 0)
		run_dry(a);
	update_status(a);
	return event == RECONNECT_NOTHING || event == RECONNECT_REFUSED ? timeout_ms : 0;
}

static int fds(void *user, struct pollfd *fds, int room)
{
	struct audio *a = user;
	if (room > 0)
		fds[0] = (struct pollfd){ .fd = reconnect_fd(a->jack), .events = POLLIN };
	return room > 0;
}

static void say(void *user, const char *text)
{
	(void)user;
	options_error("JACK", "%s", text);
}

struct audio *audio_new(const struct audio_config *config, struct reason *reason)
{
	const struct reconnect_config jack = {
		.name = config->name, .server = config->server, .wires = config->wires, .say = say
	};
	struct audio *a = calloc(1, sizeof *a);
	if (!a) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	a->config = *config;
	a->jack = reconnect_new(&jack, reason);
	if (!a->jack) {
		free(a);
		return NULL;
	}
	a->listener = (struct control_listener){ .user = a, .latency = on_latency };
	control_listen(config->control, &a->listener);
	a->source = (struct loop_source){ .fds = fds, .poll = poll_jack, .user = a };
	loop_add(config->loop, &a->source);
	return a;
}

bool audio_has_run(const struct audio *a)
{
	return a->rate > 0;
}

void audio_fade_out(struct audio *a)
{
	struct host_status status;
	struct engine *engine = control_engine(a->config.control);
	if (!a->connected || !engine)
		return;
	reconnect_read(a->jack, &status);
	long period_ms = status.rate ? (long)(status.period * 1000 / status.rate) : 0;
	engine_fade(engine, false);
	for (long ms = 0; !engine_is_silent(engine) && ms < FADE_MS + 2 * period_ms; ms++)
		clock_sleep_us(1000);
	clock_sleep_us(1000 * (period_ms + 1)); /* the last faded period is played */
}

bool audio_free(struct audio *a)
{
	if (!a)
		return true;
	loop_remove(a->config.loop, &a->source);
	control_unlisten(a->config.control, &a->listener);
	if (!reconnect_free(a->jack))
		return false;
	if (a->rate > 0)
		control_stop(a->config.control);
	free(a);
	return true;
}
