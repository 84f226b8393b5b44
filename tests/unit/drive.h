/* Drives one module directly, as the host does, and measures what comes out: for tests of modules. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

#include "rack/dsp/fft.h"
#include "rack/model/registry.h"
#include "tests/unit/alone.h"
#include "tests/unit/effort.h"

#include <complex.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

/* The rates at which figures must hold. */
static const double drive_rates[] = { 44100, 48000, 88200, 96000, 176400, 192000 };
enum { DRIVE_N_RATES = sizeof drive_rates / sizeof drive_rates[0] };

/* From one rate that is tried to the next: all of them, or 44.1 and 96 kHz. */
static inline size_t drive_rate_step(void)
{
	return effort_is_small() ? 3 : 1;
}

/* How long the host takes for a step, see rack/audio/glide.h. */
#define DRIVE_MOVE_MS 10.67

struct drive {
	const struct module *module;
	struct spec spec;
	void *state;
	float values[MODULE_PARAMS_MAX];
	float meters[MODULE_METERS_MAX]; /* the worst since the last drive_run began, by absolute value */
};

/* All rows at their defaults, not yet set. */
static inline struct drive *drive_new(const char *module, double rate)
{
	struct drive *d = calloc(1, sizeof *d);
	assert_non_null(d);
	d->module = registry_find(module);
	assert_non_null(d->module);
	d->spec.rate = rate;
	d->spec.fft = fft_new();
	d->state = alone_new(d->module, &d->spec);
	assert_non_null(d->state);
	for (uint32_t i = 0; i < d->module->n_params; i++)
		d->values[i] = d->module->params[i].def;
	return d;
}

static inline void drive_free(struct drive *d)
{
	fft_free(d->spec.fft);
	free(d->state);
	free(d);
}

static inline int drive_row(const struct drive *d, const char *id)
{
	int row = module_find_param(d->module, id);
	if (row < 0)
		fail_msg("%s has no row %s", d->module->id, id);
	return row;
}

/* Writes the value; drive_set hands all of them to the module. */
static inline void drive_put(struct drive *d, const char *id, double value)
{
	int row = drive_row(d, id);
	d->values[row] = param_clamp(&d->module->params[row], (float)value);
}

static inline void drive_choose(struct drive *d, const char *id, const char *choice)
{
	int row = drive_row(d, id);
	struct reason reason;
	if (param_parse(&d->module->params[row], choice, &d->values[row], &reason) != STATUS_OK)
		fail_msg("%s: %s", id, reason.text);
}

static inline void drive_set(struct drive *d)
{
	alone_set(d->module, &d->spec, d->state, d->values);
}

static inline uint32_t drive_latency(const struct drive *d)
{
	return d->module->latency ? d->module->latency(&d->spec, d->values) : 0;
}

/* n frames in place, in calls of at most block frames. */
static inline void drive_run(struct drive *d, double *left, double *right, size_t n, uint32_t block)
{
	memset(d->meters, 0, sizeof d->meters);
	for (size_t at = 0; at < n; at += block) {
		double *const io[2] = { left + at, right + at };
		float meters[MODULE_METERS_MAX] = { 0 };
		d->module->process(d->state,
			&(struct block){
				.io = io, .n = (uint32_t)(n - at < block ? n - at : block), .meters = meters });
		for (int i = 0; i < MODULE_METERS_MAX; i++)
			if (fabsf(meters[i]) > fabsf(d->meters[i]))
				d->meters[i] = meters[i];
	}
}

/* Moves one row from where it is to `to` in ms milliseconds along the row's own scale, on the integral of a Hann
 * window, as the host smooths a step: values at every SET_FRAMES frames. Returns the frames run: ms, rounded up to
 * SET_FRAMES. */
static inline size_t drive_move(struct drive *d, const char *id, double to, double ms, double *left, double *right)
{
	int row = drive_row(d, id);
	const struct param *p = &d->module->params[row];
	float from_norm = param_to_norm(p, d->values[row]), to_norm = param_to_norm(p, (float)to);
	size_t pieces = (size_t)ceil(ms / 1000 * d->spec.rate / SET_FRAMES);
	for (size_t k = 0; k < pieces; k++) {
		double t = (double)(k + 1) / (double)pieces, way = t - sin(2 * M_PI * t) / (2 * M_PI);
		d->values[row] = param_from_norm(p, (float)(from_norm + (to_norm - from_norm) * way));
		if (k + 1 == pieces)
			d->values[row] = (float)to;
		drive_set(d);
		drive_run(d, left + k * SET_FRAMES, right + k * SET_FRAMES, SET_FRAMES, SET_FRAMES);
	}
	return pieces * SET_FRAMES;
}

/* ---- Signals */

static inline double *drive_buffer(size_t n)
{
	double *x = calloc(n ? n : 1, sizeof *x);
	assert_non_null(x);
	return x;
}

static inline void drive_sine(double *x, size_t n, double hz, double rate, double amplitude)
{
	for (size_t i = 0; i < n; i++)
		x[i] = amplitude * sin(2 * M_PI * fmod(hz * (double)i / rate, 1));
}

/* White, uniform, -amplitude..amplitude; the same for the same seed. */
static inline void drive_noise(double *x, size_t n, double amplitude, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		x[i] = amplitude * ((double)(int64_t)(seed >> 11) / 4503599627370496.0 - 1);
	}
}

/* ---- Measures */

static inline double drive_db(double gain)
{
	return 20 * log10(fabs(gain));
}

/* A turning phasor, by parts, as C's complex product looks for NaN each time; set anew often enough to keep rounding
 * small. */
struct drive_phasor {
	double re, im, step_re, step_im, turns; /* turns: of a circle, a sample */
};

static inline struct drive_phasor drive_phasor(double turns)
{
	return (struct drive_phasor){ 1, 0, cos(2 * M_PI * turns), sin(2 * M_PI * turns), turns };
}

static inline void drive_turn(struct drive_phasor *p, size_t i)
{
	double re = p->re * p->step_re - p->im * p->step_im;
	p->im = p->re * p->step_im + p->im * p->step_re;
	p->re = re;
	if (i % 256 == 255) {
		double angle = 2 * M_PI * fmod(p->turns * (double)(i + 1), 1);
		p->re = cos(angle);
		p->im = sin(angle);
	}
}

/* Sum of x[i] e^(-jwi): the response at hz of an impulse response. */
static inline double complex drive_dft(const double *x, size_t n, double hz, double rate)
{
	double re = 0, im = 0;
	struct drive_phasor tone = drive_phasor(-hz / rate);
	for (size_t i = 0; i < n; drive_turn(&tone, i), i++) {
		re += x[i] * tone.re;
		im += x[i] * tone.im;
	}
	return re + im * I; /* clang has no CMPLX here */
}

/* Amplitude of the sine at hz in x, through a Hann window: other tones must be 4 / n of the rate away. */
static inline double drive_amplitude(const double *x, size_t n, double hz, double rate)
{
	double re = 0, im = 0, half = M_PI / (double)n;
	struct drive_phasor tone = drive_phasor(-hz / rate), window = drive_phasor(1 / (double)n);
	for (size_t i = 0; i < n; drive_turn(&tone, i), drive_turn(&window, i), i++) {
		double w = 0.5 - 0.5 * (window.re * cos(half) - window.im * sin(half));
		re += x[i] * w * tone.re;
		im += x[i] * w * tone.im;
	}
	return 4 * hypot(re, im) / (double)n;
}

static inline double drive_rms(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return n ? sqrt(sum / (double)n) : 0;
}

static inline double drive_peak(const double *x, size_t n)
{
	double peak = 0;
	for (size_t i = 0; i < n; i++)
		peak = fmax(peak, fabs(x[i]));
	return peak;
}

/* ---- Splatter: what a change throws more than 500 Hz away from its 1 kHz carrier, in dB re x */

struct drive_splatter {
	double total, worst_5ms;
};

static inline double drive_bessel(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 60; k++)
		sum += term *= x * x / (4.0 * k * k);
	return sum;
}

/* Band-stop 500 .. 1500 Hz by a Kaiser-windowed sinc (beta 14: below -135 dB) of 100 ms; the first and last 50 ms of x
 * do not count. */
static inline struct drive_splatter drive_splatter(const double *x, size_t n, double rate)
{
	size_t half = (size_t)(0.05 * rate), taps = 2 * half + 1, window = (size_t)(0.005 * rate);
	double *h = drive_buffer(taps), *y = drive_buffer(n);
	for (size_t i = 0; i < taps; i++) {
		double t = (double)i - (double)half, r = t / (double)half;
		double kaiser = drive_bessel(14 * sqrt(fmax(0, 1 - r * r))) / drive_bessel(14);
		double pass = t == 0 ? 2 * 1000 / rate
				     : (sin(2 * M_PI * 1500 / rate * t) - sin(2 * M_PI * 500 / rate * t)) / (M_PI * t);
		h[i] = (t == 0 ? 1 : 0) - kaiser * pass;
	}
	assert_true(n > taps + window);
	double sum = 0, worst = 0, recent = 0;
	size_t count = n - taps + 1;
	for (size_t i = 0; i < count; i++) {
		double out = 0;
		for (size_t k = 0; k < taps; k++)
			out += h[k] * x[i + k];
		y[i] = out * out;
		sum += y[i];
		recent += y[i] - (i >= window ? y[i - window] : 0);
		worst = fmax(worst, recent);
	}
	free(h);
	free(y);
	double power = pow(drive_rms(x, n), 2);
	return (struct drive_splatter){ 10 * log10(sum / (double)count / power + 1e-30),
		10 * log10(worst / (double)window / power + 1e-30) };
}

/* ---- What every module promises */

/* Sets the values for step k of a test: called at frame k * spacing. */
typedef void drive_script(struct drive *, unsigned k);

static inline void drive_script_run(const char *module, double rate, drive_script *script, size_t spacing,
	uint32_t block, double *left, double *right, size_t n)
{
	struct drive *d = drive_new(module, rate);
	for (size_t at = 0, k = 0; at < n; at += spacing, k++) {
		script(d, (unsigned)k);
		drive_set(d);
		drive_run(d, left + at, right + at, n - at < spacing ? n - at : spacing, block);
	}
	drive_free(d);
}

/* The same bits for calls of 1, 7, 64 and 256 frames, while script moves the controls every 96 frames (a glide ends in
 * between) and every 16 (glides are cut off). */
static inline void drive_check_blocks(const char *module, double rate, drive_script *script)
{
	static const size_t spacings[] = { 96, 16, 500 };
	static const uint32_t blocks[] = { 256, 1, 7, 64 };
	enum { N = 6000 };
	double *got[2] = { drive_buffer(N), drive_buffer(N) }, *want[2] = { drive_buffer(N), drive_buffer(N) };
	for (size_t s = 0; s < 3; s++)
		for (size_t b = 0; b < 4; b++) {
			double **out = b ? got : want;
			for (int c = 0; c < 2; c++)
				drive_noise(out[c], N, 0.8, 5 + (uint64_t)c);
			drive_script_run(module, rate, script, spacings[s], blocks[b], out[0], out[1], N);
			for (int c = 0; b && c < 2; c++)
				assert_memory_equal(got[c], want[c], N * sizeof(double));
		}
	for (int c = 0; c < 2; c++) {
		free(got[c]);
		free(want[c]);
	}
}

/* After reset a module that has worked gives the same bits as a new one; silence comes out as silence. */
static inline void drive_check_reset(const char *module, double rate, drive_script *script)
{
	enum { N = 4800 };
	double *used[2] = { drive_buffer(N), drive_buffer(N) }, *fresh[2] = { drive_buffer(N), drive_buffer(N) };
	struct drive *a = drive_new(module, rate), *b = drive_new(module, rate);
	for (unsigned k = 0; k < 20; k++) {
		for (int c = 0; c < 2; c++)
			drive_noise(used[c], 240, 0.9, k * 2 + (uint64_t)c);
		script(a, k);
		drive_set(a);
		drive_run(a, used[0], used[1], 240, 17); /* leaves a glide unfinished */
	}
	drive_set(a);
	a->module->reset(a->state);
	memcpy(b->values, a->values, sizeof b->values);
	for (int pass = 0; pass < 2; pass++) {
		for (int c = 0; c < 2; c++) {
			drive_noise(used[c], N, pass ? 0.8 : 0, 99 + (uint64_t)c);
			memcpy(fresh[c], used[c], N * sizeof(double));
		}
		drive_set(a);
		drive_set(b);
		drive_run(a, used[0], used[1], N, 256);
		drive_run(b, fresh[0], fresh[1], N, 256);
		for (int c = 0; c < 2; c++) {
			assert_memory_equal(used[c], fresh[c], N * sizeof(double));
			if (!pass)
				assert_true(drive_peak(used[c], N) == 0);
		}
	}
	drive_free(a);
	drive_free(b);
	for (int c = 0; c < 2; c++) {
		free(used[c]);
		free(fresh[c]);
	}
}

#endif
