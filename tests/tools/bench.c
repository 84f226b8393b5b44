/* What a module, the chain or the meters cost: build/bench [OPTIONS] NAME [FILE] prints nanoseconds a stereo frame. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/engine.h"
#include "rack/base/flush.h"
#include "rack/control/control.h"
#include "rack/dsp/fft.h"
#include "rack/meters/bridge.h"
#include "rack/meters/loudness.h"
#include "rack/model/registry.h"
#include "tests/unit/alone.h"

#include <getopt.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE = 48000, SECONDS = 10, PASSES = 3 };

struct music {
	float *of[2];
	size_t n;
	double rate;
};

/* At work, not idle: what a master would set. Rows that a module does not have are passed over. */
static const struct {
	const char *module, *param;
	float value;
} settings[] = {
	{ "eq", "band1/on", 1 },
	{ "eq", "band2/on", 1 },
	{ "eq", "band3/on", 1 },
	{ "eq", "band4/on", 1 },
	{ "eq", "band5/on", 1 },
	{ "eq", "band6/on", 1 },
	{ "eq", "band7/on", 1 },
	{ "eq", "band8/on", 1 },
	{ "eq", "band2/gain", 1 },
	{ "eq", "band3/gain", -2 },
	{ "eq", "band4/gain", 1.5f },
	{ "eq", "band5/gain", -1 },
	{ "eq", "band6/gain", 2 },
	{ "eq", "band7/gain", -1.5f },
	{ "eq", "band8/gain", 1 },
	{ "compressor", "threshold", -24 },
	{ "compressor", "ratio", 2 },
	{ "multiband", "band1/ratio", 2 },
	{ "multiband", "band2/ratio", 2 },
	{ "multiband", "band3/ratio", 2 },
	{ "multiband", "band4/ratio", 2 },
	{ "multiband", "band1/threshold", -30 },
	{ "multiband", "band2/threshold", -30 },
	{ "multiband", "band3/threshold", -30 },
	{ "multiband", "band4/threshold", -30 },
	{ "multiband", "band1/gain", 1 },
	{ "clipper", "gain", 6 },
	{ "transient", "attack", 50 },
	{ "transient", "sustain", -30 },
	{ "imager", "band1/width", 80 },
	{ "imager", "band2/width", 110 },
	{ "imager", "band3/width", 120 },
	{ "imager", "band4/width", 120 },
	{ "imager", "mono_below", 100 },
	{ "limiter", "gain", 6 },
	{ "limiter", "true_peak", 1 },
	{ "trim", "gain", -1 },
};

static const char *const chain_types[] = { "trim", "eq", "compressor", "multiband", "imager", "limiter" };

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void make_music(struct music *m)
{
	uint32_t seed = 1;
	for (size_t i = 0; i < m->n; i++) {
		double t = (double)i / m->rate, hit = exp(-fmod(t, 0.25) * 30);
		double chord =
			sin(6.2831853 * 82.4 * t) + 0.6 * sin(6.2831853 * 329.6 * t) + 0.3 * sin(6.2831853 * 4186 * t);
		for (int c = 0; c < 2; c++) {
			seed = seed * 1664525u + 1013904223u;
			m->of[c][i] = (float)(0.25 * chord + 0.4 * hit * ((double)(seed >> 8) / 8388608.0 - 1));
		}
	}
}

static int read_music(struct music *m, const char *path)
{
	SF_INFO info = { 0 };
	SNDFILE *file = path ? sf_open(path, SFM_READ, &info) : NULL;
	if (path && (!file || info.channels != 2)) {
		fprintf(stderr, "bench: %s: %s\n", path, file ? "not stereo" : sf_strerror(NULL));
		return 2;
	}
	m->rate = path ? info.samplerate : RATE;
	m->n = path ? (size_t)info.frames : (size_t)RATE * SECONDS;
	float *frames = calloc(m->n * 2, sizeof(float));
	m->of[0] = calloc(m->n, sizeof(float));
	m->of[1] = calloc(m->n, sizeof(float));
	if (!path)
		make_music(m);
	else
		m->n = (size_t)sf_readf_float(file, frames, (sf_count_t)m->n);
	for (size_t i = 0; path && i < m->n; i++)
		for (size_t c = 0; c < 2; c++)
			m->of[c][i] = frames[2 * i + c];
	free(frames);
	if (file)
		sf_close(file);
	return 0;
}

/* ---- What is timed: one block at frame `at` */

struct timed {
	void (*run)(void *, const struct music *, size_t at, uint32_t n);
	void *of;
};

struct one_module {
	const struct module *module;
	void *state;
};

static void run_module(void *of, const struct music *m, size_t at, uint32_t n)
{
	struct one_module *one = of;
	static double left[BLOCK_MAX], right[BLOCK_MAX];
	static double *const io[2] = { left, right };
	float meters[MODULE_METERS_MAX];
	for (uint32_t done = 0; done < n; done += BLOCK_MAX) {
		uint32_t piece = n - done < BLOCK_MAX ? n - done : BLOCK_MAX;
		for (int c = 0; c < 2; c++)
			for (uint32_t i = 0; i < piece; i++)
				io[c][i] = (double)m->of[c][at + done + i];
		one->module->process(one->state, &(struct block){ .io = io, .n = piece, .meters = meters });
	}
}

static void run_engine(void *of, const struct music *m, size_t at, uint32_t n)
{
	static float left[8192], right[8192];
	const struct buses buses = { .in = { m->of[0] + at, m->of[1] + at }, .out = { left, right } };
	engine_process(of, &buses, n, 0);
}

static void run_loudness(void *of, const struct music *m, size_t at, uint32_t n)
{
	static float frames[2 * 8192];
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t c = 0; c < 2; c++)
			frames[2 * i + c] = m->of[c][at + i];
	loudness_add(of, frames, n);
}

/* All analysers over the taps of a rack that changes nothing, as the analysis thread runs them. */
struct all_levels {
	struct bridge *bridge;
	float *hop, *values;
	uint32_t filled, hops;
};

static void run_levels(void *of, const struct music *m, size_t at, uint32_t n)
{
	struct all_levels *all = of;
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < 6; k++)
			all->hop[6 * all->filled + (uint32_t)k] = m->of[k % 2][at + i];
		if (++all->filled < bridge_hop_frames(all->bridge))
			continue;
		bridge_hear(all->bridge, all->hop);
		if (++all->hops % 3 == 0)
			bridge_read(all->bridge, all->values);
		all->filled = 0;
	}
}

static struct timed time_levels(const struct spec *spec)
{
	static struct all_levels all;
	all.bridge = bridge_new(spec, TAPS_RACK);
	all.hop = calloc(bridge_hop_frames(all.bridge), 6 * sizeof *all.hop);
	all.values = calloc(levels_count_values(TAPS_RACK), sizeof *all.values);
	return (struct timed){ run_levels, &all };
}

static float setting(const struct module *module, uint32_t row)
{
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (strcmp(settings[i].module, module->id) == 0 &&
			strcmp(settings[i].param, module->params[row].id) == 0)
			return settings[i].value;
	return module->params[row].def;
}

/* ROW=VALUE, as in `-s bands=4`. */
static int overrule(const struct module *module, char *setting, float *values)
{
	char *value = strchr(setting, '=');
	struct reason reason = { "no ROW=VALUE" };
	int row = -1;
	if (value) {
		*value++ = 0;
		row = module_find_param(module, setting);
		snprintf(reason.text, sizeof reason.text, "%s has no such row", module->id);
	}
	if (row >= 0 && param_parse(&module->params[row], value, &values[row], &reason) == STATUS_OK)
		return 0;
	fprintf(stderr, "bench: %s: %s\n", setting, reason.text);
	return 2;
}

static struct timed time_module(const struct module *module, const struct spec *spec, char *const *set, int n_set)
{
	static struct one_module one;
	float values[MODULE_PARAMS_MAX];
	one.module = module;
	one.state = alone_new(module, spec);
	for (uint32_t i = 0; i < module->n_params; i++)
		values[i] = setting(module, i);
	for (int i = 0; i < n_set; i++)
		if (overrule(module, set[i], values))
			exit(2);
	alone_set(module, spec, one.state, values);
	return (struct timed){ run_module, &one };
}

/* With the analysis thread and its ring, as it runs under JACK. */
static struct timed time_chain(const struct spec *spec)
{
	struct control *control = control_new(NULL);
	for (size_t i = 0; i < sizeof chain_types / sizeof chain_types[0]; i++) {
		if (!registry_find(chain_types[i]))
			continue;
		uint32_t at = control_rack(control)->n_slots;
		control_insert(control, chain_types[i], at, NULL, 0, NULL);
		const struct module *module = control_rack(control)->slots[at].module;
		for (uint32_t p = 0; p < module->n_params; p++)
			control_set(control, at, p, setting(module, p), 0, NULL, NULL);
	}
	control_start(control, spec, 0, NULL);
	engine_fade(control_engine(control), true);
	return (struct timed){ run_engine, control_engine(control) };
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of each block the fastest of PASSES: what the code costs, not what the machine did meanwhile. ns_frame is the median
 * of all. */
static void measure(const struct timed *t, const struct music *m, uint32_t block, const char *name, int json)
{
	size_t n = m->n / block;
	double *all = calloc(n * PASSES, sizeof *all), *best = calloc(n, sizeof *best);
	for (int pass = 0; pass < PASSES; pass++)
		for (size_t b = 0; b < n; b++) {
			double start = now_ns();
			t->run(t->of, m, b * block, block);
			double ns = (now_ns() - start) / block;
			all[(size_t)pass * n + b] = ns;
			best[b] = pass && best[b] < ns ? best[b] : ns;
		}
	qsort(all, n * PASSES, sizeof *all, compare);
	qsort(best, n, sizeof *best, compare);
	double median = all[n * PASSES / 2], p99 = best[n * 99 / 100], max = best[n - 1];
	if (json)
		printf("{\"name\": \"%s\", \"block\": %u, \"rate\": %g, \"ns_frame\": %.2f, \"p99\": %.2f, \"max\": %.2f}\n",
			name, block, m->rate, median, p99, max);
	else
		printf("%s, blocks of %u at %g Hz: %.2f ns a frame (median), p99 %.2f, max %.2f\n", name, block,
			m->rate, median, p99, max);
	free(all);
	free(best);
}

static int usage(FILE *to, int status)
{
	fprintf(to, "usage: bench [--json] [-b FRAMES] [-s ROW=VALUE]... NAME [FILE]\n"
		    "NAME: a module, chain, meters (loudness), levels (all analysers); -s: of the module\n");
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' },
		{ "block", required_argument, NULL, 'b' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	char *set[16];
	int json = 0, option, n_set = 0;
	long block = 64;
	while ((option = getopt_long(argc, argv, "b:s:h", options, NULL)) != -1) {
		if (option == 'h')
			return usage(stdout, 0);
		if (option == 'j')
			json = 1;
		else if (option == 's' && n_set < 16)
			set[n_set++] = optarg;
		else if (option != 'b' || (block = strtol(optarg, NULL, 10)) < 1 || block > 8192)
			return usage(stderr, 2);
	}
	if (optind >= argc || argc > optind + 2)
		return usage(stderr, 2);
	const char *name = argv[optind];
	const struct module *module = registry_find(name);
	if (n_set && !module)
		return usage(stderr, 2);
	struct music music;
	int status = read_music(&music, argv[optind + 1]);
	if (status)
		return status;
	const struct spec spec = { .rate = music.rate, .fft = fft_new() };
	struct timed timed;
	if (strcmp(name, "chain") == 0)
		timed = time_chain(&spec);
	else if (strcmp(name, "meters") == 0)
		timed = (struct timed){ run_loudness, loudness_new((uint32_t)music.rate, 2) };
	else if (strcmp(name, "levels") == 0)
		timed = time_levels(&spec);
	else if (module)
		timed = time_module(module, &spec, set, n_set);
	else
		return fprintf(stderr, "bench: there is no module '%s'\n", name), 2;
	flush_denormals();
	measure(&timed, &music, (uint32_t)block, name, json);
	return 0;
}
