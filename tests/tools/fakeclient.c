/* A JACK client with any ports: a stand-in for programs whose names and latencies matter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fakeclient [-s SERVER] [-n NAME] [-l FRAMES] PORT...: each PORT is out=NAME (gives silence) or in=NAME, registered in
 * this order. -l: the latency that it tells of all its ports. Runs until SIGTERM. */
#include <jack/jack.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PORTS_MAX = 64 };

struct fake {
	jack_client_t *jack;
	jack_port_t *ports[PORTS_MAX];
	int n;
	jack_nframes_t latency;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void on_shutdown(void *arg)
{
	(void)arg;
	stop = 1;
}

static int process(jack_nframes_t n, void *arg)
{
	struct fake *f = arg;
	for (int i = 0; i < f->n; i++)
		if (jack_port_flags(f->ports[i]) & JackPortIsOutput)
			memset(jack_port_get_buffer(f->ports[i], n), 0, n * sizeof(float));
	return 0;
}

static void on_latency(jack_latency_callback_mode_t mode, void *arg)
{
	struct fake *f = arg;
	int told = mode == JackCaptureLatency ? JackPortIsOutput : JackPortIsInput;
	jack_latency_range_t range = { f->latency, f->latency };
	for (int i = 0; i < f->n; i++)
		if (jack_port_flags(f->ports[i]) & told)
			jack_port_set_latency_range(f->ports[i], mode, &range);
}

static bool add_port(struct fake *f, const char *text)
{
	bool out = !strncmp(text, "out=", 4);
	if (f->n == PORTS_MAX || (!out && strncmp(text, "in=", 3) != 0))
		return false;
	f->ports[f->n] = jack_port_register(
		f->jack, strchr(text, '=') + 1, JACK_DEFAULT_AUDIO_TYPE, out ? JackPortIsOutput : JackPortIsInput, 0);
	return f->ports[f->n++];
}

int main(int argc, char **argv)
{
	const char *server = NULL, *name = "fake";
	struct fake f = { 0 };
	for (int option; (option = getopt(argc, argv, "s:n:l:")) != -1;) {
		if (option == 's')
			server = optarg;
		else if (option == 'n')
			name = optarg;
		else if (option == 'l')
			f.latency = (jack_nframes_t)atol(optarg);
		else
			return 2;
	}
	signal(SIGTERM, on_signal);
	f.jack = jack_client_open(name, server ? JackNoStartServer | JackServerName : JackNoStartServer, NULL, server);
	if (!f.jack) {
		fputs("fakeclient: no server\n", stderr);
		return 1;
	}
	jack_set_process_callback(f.jack, process, &f);
	jack_set_latency_callback(f.jack, on_latency, &f);
	jack_on_shutdown(f.jack, on_shutdown, NULL);
	for (int i = optind; i < argc; i++)
		if (!add_port(&f, argv[i]))
			return 2;
	if (jack_activate(f.jack))
		return 1;
	while (!stop)
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	jack_client_close(f.jack);
	return 0;
}
