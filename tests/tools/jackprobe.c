/* Plays into JACK ports and records from others on the same frames: what comes back, when, how different. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Player and recorder are two clients, as one client that hears itself through another is given a period of delay by
 * JACK. Both go by the server's frame count, so recorded frame i is what the graph made of played frame i. Exit status:
 * 0 done, 1 failed, 2 usage, 3 the server left cycles out (an xrun), so that the recording is good for nothing. */
#include <errno.h>
#include <getopt.h>
#include <jack/jack.h>
#include <math.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LEAD_MS = 150, SETTLE_MS = 100, END_WAIT_S = 20, CONNECT_TRIES = 20 };

struct options {
	const char *server, *play, *to, *from, *record, *compare;
	double seconds;
	long shift; /* frames of delay to compare at; -1: the measured latency */
	bool freewheel, by_cycle;
};

struct probe {
	jack_client_t *jack;
	jack_port_t *ports[2];
	float *samples[2]; /* n_frames each */
	uint32_t n_frames;
	_Atomic int64_t begin; /* server frame of sample 0; -1: not yet */
	atomic_bool done;
	_Atomic uint32_t gaps;
	jack_nframes_t next; /* frame that the next cycle should begin with */
	bool player, started, by_cycle;
};

static void nap_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* ---- JACK's threads */

static void copy(struct probe *p, uint32_t at, float *const buffers[2], uint32_t from, uint32_t n)
{
	for (int c = 0; c < 2; c++)
		if (p->player)
			memcpy(buffers[c] + from, p->samples[c] + at, n * sizeof(float));
		else
			memcpy(p->samples[c] + at, buffers[c] + from, n * sizeof(float));
}

static int process(jack_nframes_t n, void *arg)
{
	struct probe *p = arg;
	float *buffers[2];
	for (int c = 0; c < 2; c++) {
		buffers[c] = jack_port_get_buffer(p->ports[c], n);
		if (p->player)
			memset(buffers[c], 0, n * sizeof(float));
	}
	jack_nframes_t now = p->by_cycle && p->started ? p->next : jack_last_frame_time(p->jack);
	int64_t begin = atomic_load(&p->begin);
	if (begin < 0)
		return 0;
	int32_t at = (int32_t)(now - (uint32_t)begin);                        /* frame counts wrap */
	if (p->started && now != p->next && at > 0 && !atomic_load(&p->done)) /* what is left out before is no loss */
		atomic_fetch_add(&p->gaps, 1);
	p->started = true;
	p->next = now + n;
	if (at + (int64_t)n <= 0 || at >= (int64_t)p->n_frames) {
		atomic_store(&p->done, at > 0);
		return 0;
	}
	uint32_t skip = at < 0 ? (uint32_t)-at : 0, first = at < 0 ? 0 : (uint32_t)at;
	uint32_t length = n - skip < p->n_frames - first ? n - skip : p->n_frames - first;
	copy(p, first, buffers, skip, length);
	return 0;
}

/* ---- What is played */

static bool fill_file(const char *path, float *samples[2], uint32_t *n, uint32_t rate)
{
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(path, SFM_READ, &info);
	if (!file || info.samplerate != (int)rate || info.channels > 2) {
		fprintf(stderr, "jackprobe: %s: %s\n", path, file ? "wrong rate or channels" : sf_strerror(NULL));
		return false;
	}
	float *frames = calloc((size_t)info.frames, 2 * sizeof(float));
	sf_count_t got = sf_readf_float(file, frames, info.frames);
	sf_close(file);
	if (*n > got)
		*n = (uint32_t)got;
	for (uint32_t i = 0; i < *n; i++)
		for (int c = 0; c < 2; c++)
			samples[c][i] = frames[i * (uint32_t)info.channels + (uint32_t)(c % info.channels)];
	free(frames);
	return true;
}

static float next_noise(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (float)(int32_t)*seed * 0x1p-32f;
}

/* "impulse", "sine:HZ:DB", "noise:SEED" (-6 dBFS, both channels different), "silence", or a file */
static bool fill(const char *what, float *samples[2], uint32_t *n, uint32_t rate)
{
	double hz = 0, db = 0;
	unsigned seed = 0;
	if (!strcmp(what, "silence"))
		return true;
	if (!strcmp(what, "impulse")) {
		samples[0][0] = samples[1][0] = 0.5f;
		return true;
	}
	if (sscanf(what, "sine:%lf:%lf", &hz, &db) == 2) {
		for (uint32_t i = 0; i < *n; i++)
			samples[0][i] = samples[1][i] =
				(float)(pow(10, db / 20) * sin(6.283185307179586 * hz * i / rate));
		return true;
	}
	if (sscanf(what, "noise:%u", &seed) == 1) {
		for (uint32_t i = 0; i < *n; i++)
			for (int c = 0; c < 2; c++)
				samples[c][i] = next_noise(&seed);
		return true;
	}
	return fill_file(what, samples, n, rate);
}

/* ---- Clients */

static bool open_probe(struct probe *p, const struct options *o, bool player)
{
	jack_options_t options = JackNoStartServer | (o->server ? JackServerName : 0);
	p->player = player;
	p->by_cycle = o->by_cycle;
	atomic_init(&p->begin, -1);
	p->jack = jack_client_open(player ? "probe_play" : "probe_record", options, NULL, o->server);
	if (!p->jack)
		return false;
	jack_set_process_callback(p->jack, process, p);
	for (int c = 0; c < 2; c++)
		p->ports[c] = jack_port_register(p->jack, c ? "right" : "left", JACK_DEFAULT_AUDIO_TYPE,
			player ? JackPortIsOutput : JackPortIsInput, 0);
	return p->ports[0] && p->ports[1] && !jack_activate(p->jack);
}

/* A server that has just started refuses now and then, for some milliseconds. */
static bool connect_ports(struct probe *p, const char *from, const char *to)
{
	for (int tries = 0; tries < CONNECT_TRIES; tries++, nap_ms(50)) {
		int failed = jack_connect(p->jack, from, to);
		if (!failed || failed == EEXIST)
			return true;
	}
	return false;
}

static bool connect_probe(struct probe *p, const char *ports)
{
	char names[2][512] = { "", "" };
	if (!strcmp(ports, "-"))
		return true;
	if (sscanf(ports, "%511[^,],%511[^,]", names[0], names[1]) != 2)
		return false;
	for (int c = 0; c < 2; c++) {
		const char *own = jack_port_name(p->ports[c]);
		if (!connect_ports(p, p->player ? own : names[c], p->player ? names[c] : own)) {
			fprintf(stderr, "jackprobe: cannot connect %s\n", names[c]);
			return false;
		}
	}
	return true;
}

static bool alloc_samples(struct probe *p, uint32_t n)
{
	p->n_frames = n;
	for (int c = 0; c < 2; c++) {
		p->samples[c] = calloc(n, sizeof(float));
		if (!p->samples[c])
			return false;
	}
	return true;
}

static void run(struct probe *play, struct probe *record, const struct options *o)
{
	nap_ms(SETTLE_MS);
	uint32_t lead = (uint32_t)((uint64_t)LEAD_MS * jack_get_sample_rate(play->jack) / 1000);
	/* With a cycle, as a DAW's transport starts: what works in groups of frames then begins one there. */
	uint32_t period = jack_get_buffer_size(play->jack);
	jack_nframes_t begin = jack_last_frame_time(play->jack) + (lead / period + 3) * period;
	atomic_store(&play->begin, begin);
	atomic_store(&record->begin, begin);
	if (o->freewheel)
		jack_set_freewheel(play->jack, 1);
	time_t limit = time(NULL) + END_WAIT_S + (time_t)o->seconds;
	while (time(NULL) < limit && !(atomic_load(&play->done) && atomic_load(&record->done)))
		nap_ms(1);
	if (o->freewheel || o->by_cycle) /* jackd hangs when clients close while somebody has it freewheel */
		jack_set_freewheel(play->jack, 0);
}

/* ---- What came back */

struct result {
	uint32_t latency, peak_at; /* frame of the first sample over -80 dBFS, of the highest */
	float peak, step;          /* highest sample, highest difference of neighbours */
	double difference;
};

static struct result judge(const struct probe *record)
{
	struct result r = { .latency = record->n_frames };
	for (uint32_t i = 0; i < record->n_frames; i++)
		for (int c = 0; c < 2; c++) {
			float a = fabsf(record->samples[c][i]);
			float step = i ? fabsf(record->samples[c][i] - record->samples[c][i - 1]) : 0;
			if (a > r.peak)
				r.peak_at = i;
			r.peak = fmaxf(r.peak, a);
			r.step = fmaxf(r.step, step);
			if (a > 1e-4f && i < r.latency)
				r.latency = i;
		}
	return r;
}

/* Highest |recorded[i + shift] - wanted[i]|, and the part of the frames where that is 0. */
static double compare(const struct probe *record, float *const wanted[2], uint32_t n, uint32_t shift, double *equal)
{
	double highest = 0;
	uint32_t i, same = 0;
	for (i = 0; i < n && i + shift < record->n_frames; i++) {
		double left = fabs((double)record->samples[0][i + shift] - (double)wanted[0][i]);
		double right = fabs((double)record->samples[1][i + shift] - (double)wanted[1][i]);
		same += left == 0 && right == 0;
		highest = fmax(highest, fmax(left, right));
	}
	*equal = i ? (double)same / i : 0;
	return highest;
}

static bool write_file(const char *path, const struct probe *record, uint32_t rate)
{
	SF_INFO info = { .samplerate = (int)rate, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	SNDFILE *file = sf_open(path, SFM_WRITE, &info);
	if (!file)
		return false;
	bool good = true;
	for (uint32_t i = 0; i < record->n_frames && good; i++)
		good = sf_writef_float(file, (float[]){ record->samples[0][i], record->samples[1][i] }, 1) == 1;
	return sf_close(file) == 0 && good;
}

/* ---- Command line */

static int usage(void)
{
	fputs("usage: jackprobe [--server NAME] --play SIGNAL --to L,R --from L,R [--seconds N] [--record FILE]\n"
	      "                 [--compare SIGNAL [--shift FRAMES]] [--freewheel]\n"
	      "                 [--by-cycle]\n"
	      "L,R may be '-': somebody else connects. SIGNAL: impulse, sine:HZ:DB, noise:SEED, silence or a sound "
	      "file. --by-cycle: what the server leaves out is not counted (else status 3). Prints one JSON object.\n",
		stderr);
	return 2;
}

static bool read_options(struct options *o, int argc, char **argv)
{
	static const struct option rows[] = { { "server", 1, NULL, 's' }, { "play", 1, NULL, 'p' },
		{ "to", 1, NULL, 't' }, { "from", 1, NULL, 'f' }, { "record", 1, NULL, 'r' },
		{ "compare", 1, NULL, 'c' }, { "shift", 1, NULL, 'x' }, { "seconds", 1, NULL, 'l' },
		{ "freewheel", 0, NULL, 'w' }, { "by-cycle", 0, NULL, 'y' }, { 0 } };
	const char **texts[] = { ['s'] = &o->server,
		['p'] = &o->play,
		['t'] = &o->to,
		['f'] = &o->from,
		['r'] = &o->record,
		['c'] = &o->compare };
	for (int key; (key = getopt_long(argc, argv, "", rows, NULL)) != -1;)
		if (key == '?')
			return false;
		else if (key == 'x')
			o->shift = atol(optarg);
		else if (key == 'l')
			o->seconds = atof(optarg);
		else if (key == 'w')
			o->freewheel = true;
		else if (key == 'y')
			o->by_cycle = true;
		else
			*texts[key] = optarg;
	return o->play && o->to && o->from && optind == argc;
}

static int report(const struct options *o, struct probe *play, struct probe *record, uint32_t rate)
{
	struct result r = judge(record);
	float *wanted[2] = { calloc(play->n_frames, sizeof(float)), calloc(play->n_frames, sizeof(float)) };
	uint32_t n = play->n_frames, shift = o->shift < 0 ? r.latency : (uint32_t)o->shift;
	if (o->compare && !fill(o->compare, wanted, &n, rate))
		return 1;
	printf("{\"rate\": %u, \"period\": %u, \"frames\": %u, \"gaps\": %u, \"latency\": %u, \"peak\": %.9g, "
	       "\"peak_at\": %u, "
	       "\"step\": %.9g",
		rate, jack_get_buffer_size(record->jack), record->n_frames, atomic_load(&record->gaps), r.latency,
		r.peak, r.peak_at, r.step);
	double equal, difference = compare(record, wanted, n, shift, &equal);
	if (o->compare)
		printf(", \"difference\": %.9g, \"equal\": %.6f", difference, equal);
	puts("}");
	free(wanted[0]);
	free(wanted[1]);
	if (o->record && !write_file(o->record, record, rate))
		return 1;
	return atomic_load(&record->done) && !atomic_load(&play->gaps) && !atomic_load(&record->gaps) ? 0 : 3;
}

int main(int argc, char **argv)
{
	struct options o = { .seconds = 1, .shift = -1 };
	static struct probe play, record;
	if (!read_options(&o, argc, argv))
		return usage();
	if (!open_probe(&play, &o, true) || !open_probe(&record, &o, false)) {
		fputs("jackprobe: no server\n", stderr);
		return 1;
	}
	uint32_t rate = jack_get_sample_rate(play.jack), n = (uint32_t)(o.seconds * rate);
	if (!alloc_samples(&play, n) || !alloc_samples(&record, n) || !fill(o.play, play.samples, &play.n_frames, rate))
		return 1;
	if (!connect_probe(&play, o.to) || !connect_probe(&record, o.from))
		return 1;
	run(&play, &record, &o);
	int status = report(&o, &play, &record, rate);
	jack_client_close(play.jack);
	jack_client_close(record.jack);
	return status;
}
