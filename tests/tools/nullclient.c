/* A JACK client that only copies its input: what a machine does to the simplest client there is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nullclient [-s SERVER] [-n NAME] [-b PERCENT]: prints one JSON object a second until SIGTERM. `xruns` is what the
 * server told it, `gaps` cycles that did not follow on their predecessor's frames, `late` its own that took more than
 * 80 % of a period. -b: burns so much of a period, in one cycle of every hundred: a bad neighbour. */
#include <jack/jack.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct null {
	jack_client_t *jack;
	jack_port_t *in[2], *out[2];
	double rate, burn; /* of a period */
	jack_nframes_t next;
	atomic_uint cycles, xruns, gaps, late, worst_permille;
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

static int on_xrun(void *arg)
{
	struct null *c = arg;
	atomic_fetch_add(&c->xruns, 1);
	return 0;
}

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int process(jack_nframes_t n, void *arg)
{
	struct null *c = arg;
	double begin = now_s(), period_s = n / c->rate;
	jack_nframes_t frame = jack_last_frame_time(c->jack);
	unsigned cycle = atomic_fetch_add(&c->cycles, 1);
	if (cycle && frame != c->next)
		atomic_fetch_add(&c->gaps, 1);
	c->next = frame + n;
	for (int i = 0; i < 2; i++)
		memcpy(jack_port_get_buffer(c->out[i], n), jack_port_get_buffer(c->in[i], n), n * sizeof(float));
	if (cycle % 100 == 99)
		while (now_s() - begin < c->burn * period_s)
			;
	unsigned permille = (unsigned)((now_s() - begin) / period_s * 1000);
	if (permille > 800)
		atomic_fetch_add(&c->late, 1);
	if (permille > atomic_load(&c->worst_permille))
		atomic_store(&c->worst_permille, permille);
	return 0;
}

static bool open_client(struct null *c, const char *server, const char *name)
{
	static const char *const names[2][2] = { { "in_L", "in_R" }, { "out_L", "out_R" } };
	c->jack = jack_client_open(name, server ? JackNoStartServer | JackServerName : JackNoStartServer, NULL, server);
	if (!c->jack)
		return false;
	c->rate = jack_get_sample_rate(c->jack);
	jack_set_process_callback(c->jack, process, c);
	jack_set_xrun_callback(c->jack, on_xrun, c);
	jack_on_shutdown(c->jack, on_shutdown, c);
	for (int i = 0; i < 2; i++) {
		c->in[i] = jack_port_register(c->jack, names[0][i], JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
		c->out[i] = jack_port_register(c->jack, names[1][i], JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
	}
	return !jack_activate(c->jack);
}

int main(int argc, char **argv)
{
	static struct null c;
	const char *server = NULL, *name = "null";
	for (int key; (key = getopt(argc, argv, "s:n:b:")) != -1;)
		switch (key) {
		case 's':
			server = optarg;
			break;
		case 'n':
			name = optarg;
			break;
		case 'b':
			c.burn = atof(optarg) / 100;
			break;
		default:
			return 2;
		}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	if (!open_client(&c, server, name)) {
		fputs("nullclient: no server\n", stderr);
		return 1;
	}
	while (!stop) {
		sleep(1);
		printf("{\"cycles\": %u, \"xruns\": %u, \"gaps\": %u, \"late\": %u, \"worst\": %.3f}\n",
			atomic_load(&c.cycles), atomic_load(&c.xruns), atomic_load(&c.gaps), atomic_load(&c.late),
			atomic_load(&c.worst_permille) / 1000.0);
		fflush(stdout);
	}
	jack_client_close(c.jack);
	return 0;
}
