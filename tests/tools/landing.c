/* Where bundles land: sends timetagged steps of a gain to a rack and prints how far from their time the sound moves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jack/jack.h>
#include <lo/lo.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* usage: landing SERVER RACK PORT COUNT. RACK is a JACK client without delay whose only slot is a trim, PORT its OSC
 * port. Prints for each step the frames from the one that was due to the one where left moved, and right's from left's.
 */

enum { AHEAD_US = 300000, WAIT_US = 500000 };

struct ear {
	jack_client_t *client;
	jack_port_t *ports[2];
	float last[2];
	atomic_bool armed;
	atomic_bool seen[2];
	atomic_uint frame[2];
};

static int play(jack_nframes_t n, void *port)
{
	float *out = jack_port_get_buffer(port, n);
	for (jack_nframes_t i = 0; i < n; i++)
		out[i] = 0.25f;
	return 0;
}

static int hear(jack_nframes_t n, void *user)
{
	struct ear *ear = user;
	jack_nframes_t first = jack_last_frame_time(ear->client);
	for (int c = 0; c < 2; c++) {
		const float *in = jack_port_get_buffer(ear->ports[c], n);
		for (jack_nframes_t i = 0; i < n; i++) {
			if (in[i] != ear->last[c] && atomic_load(&ear->armed) && !atomic_load(&ear->seen[c])) {
				atomic_store(&ear->frame[c], first + i);
				atomic_store(&ear->seen[c], true);
			}
			ear->last[c] = in[i];
		}
	}
	return 0;
}

static void send_step(lo_address rack, float gain)
{
	lo_timetag at;
	lo_timetag_now(&at);
	uint64_t time = ((uint64_t)at.sec << 32) + at.frac + (uint64_t)(AHEAD_US * 1e-6 * 4294967296.0);
	at = (lo_timetag){ (uint32_t)(time >> 32), (uint32_t)time };
	lo_bundle bundle = lo_bundle_new(at);
	lo_message message = lo_message_new();
	lo_message_add_float(message, gain);
	lo_bundle_add_message(bundle, "/rack/trim/gain", message);
	lo_send_bundle(rack, bundle);
	lo_bundle_free_recursive(bundle);
}

static jack_client_t *open_client(const char *server, const char *name)
{
	jack_client_t *client = jack_client_open(name, JackNoStartServer | JackServerName, NULL, server);
	if (!client) {
		fprintf(stderr, "landing: no server '%s'\n", server);
		exit(1);
	}
	return client;
}

static void wire(jack_client_t *source, struct ear *ear, const char *rack)
{
	static const char *const sides[] = { "L", "R" };
	for (int c = 0; c < 2; c++) {
		char name[8];
		snprintf(name, sizeof name, "in_%s", sides[c]);
		ear->ports[c] = jack_port_register(ear->client, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
	}
	jack_set_process_callback(ear->client, hear, ear);
	jack_activate(ear->client);
	jack_activate(source);
	for (int c = 0; c < 2; c++) {
		char from[80], to[80];
		snprintf(to, sizeof to, "%s:in_%s", rack, sides[c]);
		jack_connect(source, "landing_source:out", to);
		snprintf(from, sizeof from, "%s:out_%s", rack, sides[c]);
		jack_connect(source, from, jack_port_name(ear->ports[c]));
	}
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return fprintf(stderr, "usage: landing SERVER RACK PORT COUNT\n"), 2;
	jack_client_t *source = open_client(argv[1], "landing_source");
	struct ear ear = { .client = open_client(argv[1], "landing_ear") };
	jack_set_process_callback(
		source, play, jack_port_register(source, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0));
	wire(source, &ear, argv[2]);
	lo_address rack = lo_address_new("127.0.0.1", argv[3]);
	usleep(WAIT_US);
	int missed = 0;
	for (int i = 0; i < atoi(argv[4]); i++) {
		for (int c = 0; c < 2; c++)
			atomic_store(&ear.seen[c], false);
		atomic_store(&ear.armed, true);
		jack_nframes_t due = jack_time_to_frames(ear.client, jack_get_time() + AHEAD_US);
		send_step(rack, i % 2 ? 0.0f : 6.0f);
		usleep(WAIT_US);
		atomic_store(&ear.armed, false);
		bool seen = atomic_load(&ear.seen[0]) && atomic_load(&ear.seen[1]);
		missed += !seen;
		if (seen)
			printf("%d %d\n", (int)(atomic_load(&ear.frame[0]) - due),
				(int)(atomic_load(&ear.frame[1]) - atomic_load(&ear.frame[0])));
	}
	jack_client_close(source);
	jack_client_close(ear.client);
	return missed ? 1 : 0;
}
