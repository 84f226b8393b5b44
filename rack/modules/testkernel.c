/* Test kernel: a low-pass that a worker designs, as slowly as is asked for; hidden as testfault is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/clock.h"
#include "rack/dsp/decibel.h"
#include "rack/dsp/fft.h"
#include "rack/dsp/ramp.h"

#include <math.h>
#include <stdalign.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CUTOFF, LENGTH, TOIL, GAIN, INVERT, N_PARAMS };
enum { DESIGNED, WORKER, N_METERS };
enum { DELAY_MAX = 64, TAPS_MAX = 2 * DELAY_MAX + 1, POINTS = 512 };

static const char *const lengths[] = { "16", "64" };

static const struct param params[] = {
	[CUTOFF] = { .id = "cutoff",
		.label = "Cutoff",
		.unit = UNIT_HZ,
		.scale = SCALE_LOG,
		.min = 20,
		.max = 20000,
		.def = 2000,
		.step = 1.0595f,
		.help = "Cutoff frequency of the low-pass in Hz",
		.design = true },
	[LENGTH] = { .id = "length",
		.label = "Length",
		.unit = UNIT_FRAMES,
		.scale = SCALE_CHOICE,
		.max = 1,
		.step = 1,
		.choices = lengths,
		.help = "Delay of the filter in frames, half its length",
		.design = true },
	[TOIL] = { .id = "toil",
		.label = "Toil",
		.unit = UNIT_MS,
		.max = 2000,
		.step = 10,
		.help = "How long a design takes in ms",
		.design = true },
	[GAIN] = { .id = "gain",
		.label = "Gain",
		.unit = UNIT_DB,
		.min = -24,
		.max = 24,
		.step = 0.5f,
		.help = "Gain behind the filter in dB" },
	[INVERT] = { .id = "invert",
		.label = "Invert",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.step = 1,
		.help = "Turns the polarity" },
};

static const struct level meters[] = {
	[DESIGNED] = { .id = "designed",
		.label = "Designed",
		.unit = UNIT_HZ,
		.min = -20000,
		.max = 20000,
		.kind = LEVEL_CENTRED,
		.help = "Cutoff that the filter in use is designed for" },
	[WORKER] = { .id = "worker",
		.label = "Worker",
		.unit = UNIT_NONE,
		.min = -1,
		.max = 1,
		.kind = LEVEL_CENTRED,
		.help = "Whether another thread than the program's first has designed it" },
};

struct kernel_memory {
	uint32_t n;
	float cutoff, worker;
	double taps[TAPS_MAX];
};

struct state {
	const struct kernel_memory *kernel;
	struct ramp_clock clock;
	struct ramp gain;
	double sign;
	double past[2][TAPS_MAX - 1]; /* oldest first */
};

static uint32_t delay(const float *values) RT
{
	return values[LENGTH] != 0 ? DELAY_MAX : DELAY_MAX / 4;
}

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	(void)state;
	(void)spec;
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	(void)spec;
	return delay(values);
}

static size_t kernel_size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct kernel_memory);
}

/* The response on a grid, transformed, cut to the length under a Hann window, with a sum of 1. */
static void design(const struct spec *spec, const float *values, void *memory)
{
	struct kernel_memory *k = memory;
	alignas(64) struct fft_bin bins[POINTS / 2 + 1];
	alignas(64) double response[POINTS];
	uint32_t half = delay(values);
	fft_prepare(spec->fft, POINTS);
	for (uint32_t i = 0; i <= POINTS / 2; i++) {
		double octave = i * spec->rate / POINTS / (double)values[CUTOFF];
		bins[i] = (struct fft_bin){ .re = 1 / (1 + octave * octave * octave * octave) };
	}
	fft_inverse(spec->fft, POINTS, bins, response);
	double sum = 0;
	k->n = 2 * half + 1;
	for (uint32_t i = 0; i < k->n; i++) {
		double away = fabs((double)i - half);
		k->taps[i] = response[(uint32_t)away] * (0.5 + 0.5 * cos(away * 3.14159265358979323846 / (half + 1)));
		sum += k->taps[i];
	}
	for (uint32_t i = 0; i < k->n; i++)
		k->taps[i] /= sum;
	k->cutoff = values[CUTOFF];
	k->worker = getpid() != (pid_t)syscall(SYS_gettid);
	if (values[TOIL] > 0)
		clock_sleep_us((int64_t)(values[TOIL] * 1000));
}

static void use(void *state, const void *kernel) RT
{
	((struct state *)state)->kernel = kernel;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	s->sign = values[INVERT] != 0 ? -1 : 1;
	ramp_to(&s->gain, decibel_to_gain((double)values[GAIN]), at_once);
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	ramp_land(&s->gain);
	memset(s->past, 0, sizeof s->past);
}

static void convolve(const struct kernel_memory *k, double past[TAPS_MAX - 1], double *x, uint32_t n) RT
{
	enum { PAST = TAPS_MAX - 1 };
	double line[PAST + BLOCK_MAX];
	memcpy(line, past, PAST * sizeof *line);
	memcpy(line + PAST, x, n * sizeof *line);
	memcpy(past, line + n, PAST * sizeof *line);
	for (uint32_t i = 0; i < n; i++) {
		double sum = 0;
		for (uint32_t t = 0; t < k->n; t++)
			sum += k->taps[t] * line[PAST + i - t];
		x[i] = sum;
	}
}

static void process(void *state, const struct block *block) RT
{
	struct state *s = state;
	for (int c = 0; c < 2; c++)
		convolve(s->kernel, s->past[c], block->io[c], block->n);
	for (uint32_t i = 0; i < block->n; i++) {
		double gain = s->clock.left ? ramp_next(&s->gain) : s->gain.value;
		if (s->clock.left && --s->clock.left == 0)
			ramp_land(&s->gain);
		block->io[0][i] *= s->sign * gain;
		block->io[1][i] *= s->sign * gain;
	}
	block->meters[DESIGNED] = s->kernel->cutoff;
	block->meters[WORKER] = s->kernel->worker;
}

const struct module module_testkernel = {
	.id = "testkernel",
	.label = "Test kernel",
	.help = "A low-pass that a worker designs: for tests only",
	.params = params,
	.n_params = N_PARAMS,
	.meters = meters,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.latency = latency,
	.kernel_size = kernel_size,
	.design = design,
	.use = use,
	.set = set,
	.reset = reset,
	.process = process,
};
