/* Plays a sound file in a loop into JACK: a stand-in for the DAW where there is none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* play [-s SERVER] [-n NAME] FILE: ports NAME:out_L and NAME:out_R, mono on both. Reads ahead in the main thread, so
 * that files of any length play. Does not resample: a file at another rate than the server's is refused. Ends on SIGINT
 * or SIGTERM (status 0) or when the server ends (1). */
#include "rack/base/ring.h"

#include <jack/jack.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { AHEAD = 1 << 16, CHUNK = 4096, CHANNELS_MAX = 64 };

struct frame {
	float left, right;
};

struct player {
	jack_client_t *client;
	jack_port_t *ports[2];
	struct ring *ring; /* of frames, read ahead */
	SNDFILE *file;
	SF_INFO info;
};

static volatile sig_atomic_t stop, server_gone;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

/* Not jack_on_info_shutdown(): PipeWire never calls that. */
static void on_shutdown(void *arg)
{
	(void)arg;
	server_gone = stop = 1;
}

static void silent(const char *text)
{
	(void)text;
}

/* Audio thread. Silence where reading was too slow. */
static int process(jack_nframes_t n, void *arg)
{
	struct player *p = arg;
	float *left = jack_port_get_buffer(p->ports[0], n), *right = jack_port_get_buffer(p->ports[1], n);
	uint32_t ready = ring_ready(p->ring);
	if (ready > n)
		ready = n;
	for (uint32_t i = 0; i < ready; i++) {
		const struct frame *frame = ring_peek(p->ring, i);
		left[i] = frame->left;
		right[i] = frame->right;
	}
	ring_drop(p->ring, ready);
	memset(left + ready, 0, (n - ready) * sizeof *left);
	memset(right + ready, 0, (n - ready) * sizeof *right);
	return 0;
}

/* As much as fits; starts again at the end of the file. False: the file cannot be read. */
static bool read_ahead(struct player *p)
{
	static float chunk[CHUNK * CHANNELS_MAX];
	while (ring_space(p->ring) >= CHUNK) {
		sf_count_t got = sf_readf_float(p->file, chunk, CHUNK);
		if (got == 0 &&
			(sf_seek(p->file, 0, SEEK_SET) != 0 || (got = sf_readf_float(p->file, chunk, CHUNK)) == 0))
			return false;
		for (sf_count_t i = 0; i < got; i++) {
			const float *x = chunk + i * p->info.channels;
			ring_stage(p->ring, &(struct frame){ x[0], x[p->info.channels > 1] });
		}
		ring_publish(p->ring);
	}
	return true;
}

static const char *open_client(struct player *p, const char *server, const char *name)
{
	jack_set_error_function(silent);
	jack_set_info_function(silent);
	p->client =
		jack_client_open(name, server ? JackNoStartServer | JackServerName : JackNoStartServer, NULL, server);
	if (!p->client)
		return "no JACK server";
	if ((int)jack_get_sample_rate(p->client) != p->info.samplerate)
		return "the file's sample rate is not the server's";
	jack_set_process_callback(p->client, process, p);
	jack_on_shutdown(p->client, on_shutdown, NULL);
	static const char *const names[2] = { "out_L", "out_R" };
	for (int i = 0; i < 2; i++)
		p->ports[i] = jack_port_register(p->client, names[i], JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
	return !p->ports[0] || !p->ports[1] ? "no port can be registered" : NULL;
}

static const char *play(struct player *p, const char *path, const char *server, const char *name)
{
	p->file = sf_open(path, SFM_READ, &p->info);
	if (!p->file)
		return sf_strerror(NULL);
	if (p->info.channels > CHANNELS_MAX || !p->info.seekable)
		return "too many channels, or not a plain file";
	p->ring = ring_new(AHEAD, sizeof(struct frame));
	if (!p->ring)
		return "out of memory";
	const char *problem = open_client(p, server, name);
	if (problem)
		return problem;
	bool readable = read_ahead(p);
	jack_activate(p->client);
	while (!stop && readable) {
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
		readable = read_ahead(p);
	}
	return !readable ? "cannot be read to its end" : server_gone ? "the JACK server has ended" : NULL;
}

int main(int argc, char **argv)
{
	const char *server = NULL, *name = "play";
	for (int option; (option = getopt(argc, argv, "s:n:")) != -1;) {
		if (option == 's')
			server = optarg;
		else if (option == 'n')
			name = optarg;
		else
			return 2;
	}
	if (optind != argc - 1) {
		fprintf(stderr, "usage: play [-s SERVER] [-n NAME] FILE\n");
		return 2;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	struct player p = { 0 };
	const char *problem = play(&p, argv[optind], server, name);
	if (problem)
		fprintf(stderr, "play: %s: %s\n", argv[optind], problem);
	if (p.client)
		jack_client_close(p.client);
	ring_free(p.ring);
	if (p.file)
		sf_close(p.file);
	return problem != NULL;
}
