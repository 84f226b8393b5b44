/* Tests loudness and true peak against the stereo cases of EBU Tech 3341 and 3342, and against libebur128. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/loudness.h"

#include <ebur128.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/near.h"

/* The files of cases 6 (five channels), 7 and 8 and 3342's 5 and 6 (authentic programmes) cannot be made from a
 * definition. */
#define TOLERANCE_LU 0.1
#define RANGE_TOLERANCE_LU 1.0

static const uint32_t rates[] = { 48000, 44100, 96000 };

struct segment {
	double seconds, dbfs; /* a 1 kHz sine, peak level, the same in both channels; -INFINITY: silence */
};

/* A programme that grows segment by segment. */
struct programme {
	uint32_t rate;
	float *frames;
	size_t n;
};

static void append(struct programme *p, double seconds, double dbfs)
{
	size_t n = (size_t)(seconds * p->rate + 0.5);
	double amplitude = pow(10, dbfs / 20);
	p->frames = realloc(p->frames, (p->n + n) * 2 * sizeof(float));
	for (size_t i = 0; i < n; i++, p->n++)
		p->frames[2 * p->n] = p->frames[2 * p->n + 1] =
			(float)(amplitude * sin(2 * M_PI * 1000 * (double)p->n / p->rate));
}

static struct programme make(uint32_t rate, const struct segment *segments, size_t n)
{
	struct programme p = { .rate = rate };
	for (size_t i = 0; i < n; i++)
		append(&p, segments[i].seconds, segments[i].dbfs);
	return p;
}

/* All of it at once; frees the programme. */
static struct loudness_values measure(struct programme p)
{
	struct loudness *l = loudness_new(p.rate, 2);
	struct loudness_values v;
	loudness_add(l, p.frames, p.n);
	loudness_end(l);
	loudness_read(l, &v);
	loudness_free(l);
	free(p.frames);
	return v;
}

#define MEASURE(RATE, ...)                                                                                             \
	measure(make(RATE, (const struct segment[]){ __VA_ARGS__ },                                                    \
		sizeof((const struct segment[]){ __VA_ARGS__ }) / sizeof(struct segment)))

#define SILENCE(SECONDS)                                                                                               \
	{                                                                                                              \
		SECONDS, -INFINITY                                                                                     \
	}

static void near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.4f is not within %.2f of %.2f", value, tolerance, expected);
}

/* ---- Tech 3341: loudness */

static void steady(uint32_t rate, double level)
{
	struct loudness_values v = MEASURE(rate, { 20, level });
	near(v.momentary_lufs, level, TOLERANCE_LU);
	near(v.short_term_lufs, level, TOLERANCE_LU);
	near(v.integrated_lufs, level, TOLERANCE_LU);
}

static void test_3341_1_2(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		steady(rates[i], -23);
		steady(rates[i], -33);
	}
}

static void test_3341_3_to_5(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		uint32_t r = rates[i];
		near(MEASURE(r, { 10, -36 }, { 60, -23 }, { 10, -36 }).integrated_lufs, -23, TOLERANCE_LU);
		near(MEASURE(r, { 10, -72 }, { 10, -36 }, { 60, -23 }, { 10, -36 }, { 10, -72 }).integrated_lufs, -23,
			TOLERANCE_LU);
		near(MEASURE(r, { 20, -26 }, { 20.1, -20 }, { 20, -26 }).integrated_lufs, -23, TOLERANCE_LU);
	}
}

/* Bursts between which the window's energy stays the same: read every 10 ms, `constant after` seconds. */
static void bursts(uint32_t rate, int n, struct segment loud, struct segment quiet, double after, int momentary)
{
	struct programme p = { .rate = rate };
	struct loudness *l = loudness_new(rate, 2);
	for (int i = 0; i < n; i++) {
		append(&p, loud.seconds, loud.dbfs);
		append(&p, quiet.seconds, quiet.dbfs);
	}
	for (size_t at = 0, hop = rate / 100; at + hop <= p.n; at += hop) {
		struct loudness_values v;
		loudness_add(l, p.frames + 2 * at, hop);
		loudness_read(l, &v);
		if ((double)(at + hop) >= after * rate)
			near(momentary ? v.momentary_lufs : v.short_term_lufs, -23, TOLERANCE_LU);
	}
	loudness_free(l);
	free(p.frames);
}

static void test_3341_9_12(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		bursts(rates[i], 5, (struct segment){ 1.34, -20 }, (struct segment){ 1.66, -30 }, 3, 0);
		bursts(rates[i], 25, (struct segment){ 0.18, -20 }, (struct segment){ 0.22, -30 }, 1, 1);
	}
}

static void test_3341_10_13(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		near(MEASURE(48000, SILENCE(0.15 * i), { 3, -23 }, SILENCE(1)).short_term_max_lufs, -23, TOLERANCE_LU);
		near(MEASURE(48000, SILENCE(0.02 * i), { 0.4, -23 }, SILENCE(1)).momentary_max_lufs, -23, TOLERANCE_LU);
	}
}

/* One stream with ever louder tones; after each the maximum is that of the newest. */
static void rising(uint32_t rate, double tone_s, double step_s, int momentary)
{
	struct loudness *l = loudness_new(rate, 2);
	for (int i = 0; i < 20; i++) {
		struct programme p = { .rate = rate };
		struct loudness_values v;
		append(&p, step_s * i, -INFINITY);
		append(&p, tone_s, -38 + i);
		append(&p, tone_s - step_s * i, -INFINITY);
		loudness_add(l, p.frames, p.n);
		loudness_read(l, &v);
		near(momentary ? v.momentary_max_lufs : v.short_term_max_lufs, -38 + i, TOLERANCE_LU);
		free(p.frames);
	}
	loudness_free(l);
}

static void test_3341_11_14(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		rising(rates[i], 3, 0.15, 0);
		rising(rates[i], 0.4, 0.02, 1);
	}
}

/* ---- Tech 3341: true peak */

static double true_peak(uint32_t rate, const float *frames, size_t n)
{
	struct loudness *l = loudness_new(rate, 2);
	struct loudness_values v;
	loudness_add(l, frames, n);
	loudness_end(l);
	loudness_read(l, &v);
	loudness_free(l);
	assert_near(v.true_peak_dbtp[0], v.true_peak_dbtp[1], 0);
	return v.true_peak_dbtp[0];
}

static void true_peak_near(uint32_t rate, const float *frames, size_t n, double expected)
{
	double dbtp = true_peak(rate, frames, n);
	if (!(dbtp <= expected + 0.2 && dbtp >= expected - 0.4))
		fail_msg("%.3f dBTP is not within +0.2, -0.4 of %.2f", dbtp, expected);
}

/* A sine of rate/divisor with fades of 10 ms, so that the ends ring nowhere. */
static void faded_sine(uint32_t rate, double divisor, double amplitude, double degrees, double expected)
{
	size_t n = rate, fade = rate / 100;
	float *frames = malloc(n * 2 * sizeof *frames);
	for (size_t i = 0; i < n; i++) {
		size_t end = i < n - 1 - i ? i : n - 1 - i;
		double gain = end < fade ? (double)end / (double)fade : 1;
		frames[2 * i] = frames[2 * i + 1] =
			(float)(gain * amplitude * sin(2 * M_PI * (double)i / divisor + degrees * M_PI / 180));
	}
	true_peak_near(rate, frames, n, expected);
	free(frames);
}

static void test_3341_15_to_19(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		faded_sine(rates[i], 4, 0.50, 0, -6);
		faded_sine(rates[i], 4, 0.50, 45, -6);
		faded_sine(rates[i], 6, 0.50, 60, -6);
		faded_sine(rates[i], 8, 0.50, 67.5, -6);
		faded_sine(rates[i], 4, 1.41, 45, 3);
	}
}

/* At four times the rate: a sine of a sixth of the rate at 0.5, within it one period of a quarter of the rate at 1.0,
 * phases joined; low-passed (511 taps, Blackman) and every fourth frame taken, from frame `offset` on. */
static void test_3341_20_to_23(void **state)
{
	(void)state;
	enum { RATE = 48000, N = 4 * 4800, TAPS = 511 };
	double *high = calloc(N, sizeof *high), taps[TAPS], sum = 0;
	float *frames = calloc(N / 4 * 2, sizeof *frames);
	int middle = N / 2 / 24 * 24;
	for (int i = 0; i < N; i++) {
		double fade = fmin(1, fmin(i, N - 1 - i) / (0.01 * 4 * RATE));
		if (i >= middle && i < middle + 16)
			high[i] = sin(2 * M_PI * (i - middle) / 16);
		else
			high[i] = fade * 0.5 * sin(2 * M_PI * (i < middle ? i - middle : i - middle - 16) / 24);
	}
	for (int k = 0; k < TAPS; k++) {
		double x = (k - TAPS / 2) / 4.0, w = 2 * M_PI * (k + 1) / (TAPS + 1);
		taps[k] = (x == 0 ? 1 : sin(M_PI * x) / (M_PI * x)) * (0.42 - 0.5 * cos(w) + 0.08 * cos(2 * w));
		sum += taps[k];
	}
	for (int offset = 0; offset < 4; offset++) {
		for (int i = 0; i < N / 4; i++) {
			double y = 0;
			for (int k = 0; k < TAPS; k++) {
				int at = 4 * i + offset + k - TAPS / 2;
				y += at >= 0 && at < N ? high[at] * taps[k] / sum : 0;
			}
			frames[2 * i] = frames[2 * i + 1] = (float)y;
		}
		true_peak_near(RATE, frames, N / 4, 0);
	}
	free(frames);
	free(high);
}

/* ---- Tech 3342 */

static void test_3342(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		uint32_t r = rates[i];
		near(MEASURE(r, { 20, -20 }, { 20, -30 }).range_lu, 10, RANGE_TOLERANCE_LU);
		near(MEASURE(r, { 20, -20 }, { 20, -15 }).range_lu, 5, RANGE_TOLERANCE_LU);
		near(MEASURE(r, { 20, -40 }, { 20, -20 }).range_lu, 20, RANGE_TOLERANCE_LU);
		near(MEASURE(r, { 20, -50 }, { 20, -35 }, { 20, -20 }, { 20, -35 }, { 20, -50 }).range_lu, 15,
			RANGE_TOLERANCE_LU);
	}
}

/* ---- Against libebur128 */

/* Noise that wanders in level and between the channels, 60 s. */
static struct programme wandering(uint32_t rate)
{
	struct programme p = { .rate = rate, .n = (size_t)60 * rate };
	uint32_t seed = 12345;
	p.frames = malloc(p.n * 2 * sizeof(float));
	for (size_t i = 0; i < p.n; i++) {
		double t = (double)i / rate, gain = pow(10, (-26 + 10 * sin(t / 3) + 6 * sin(7 * t)) / 20);
		for (int channel = 0; channel < 2; channel++) {
			seed = seed * 1664525u + 1013904223u;
			double noise = (double)(int32_t)seed / 2147483648.0;
			p.frames[2 * i + (size_t)channel] = (float)(noise * gain * (channel ? 1 : 0.5 + 0.5 * cos(t)));
		}
	}
	return p;
}

static void against_library(uint32_t rate)
{
	struct programme p = wandering(rate);
	ebur128_state *library =
		ebur128_init(2, rate, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_M | EBUR128_MODE_S);
	double integrated, range, momentary, short_term;
	ebur128_add_frames_float(library, p.frames, p.n);
	ebur128_loudness_global(library, &integrated);
	ebur128_loudness_range(library, &range);
	ebur128_loudness_momentary(library, &momentary);
	ebur128_loudness_shortterm(library, &short_term);
	ebur128_destroy(&library);
	struct loudness_values v = measure(p);
	near(v.integrated_lufs, integrated, 0.02);
	near(v.momentary_lufs, momentary, 0.01);
	near(v.short_term_lufs, short_term, 0.01);
	near(v.range_lu, range, 0.3);
}

static void test_library(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		against_library(rates[i]);
	against_library(8000);
	against_library(192000);
}

/* ---- The contract of the header */

static void test_cuts(void **state)
{
	(void)state;
	static const size_t cuts[] = { 1, 7, 64, 333, 1024, 4800 };
	struct loudness_values whole, cut;
	struct programme p = wandering(44100);
	for (size_t i = 0; i <= sizeof cuts / sizeof cuts[0]; i++) {
		size_t step = i ? cuts[i - 1] : p.n;
		struct loudness *l = loudness_new(p.rate, 2);
		for (size_t at = 0; at < p.n; at += step)
			loudness_add(l, p.frames + 2 * at, p.n - at < step ? p.n - at : step);
		loudness_read(l, i ? &cut : &whole);
		if (i)
			assert_memory_equal(&cut, &whole, sizeof cut);
		loudness_free(l);
	}
	free(p.frames);
}

static struct loudness_values values_of(const struct loudness *l)
{
	struct loudness_values v;
	loudness_read(l, &v);
	return v;
}

static void test_pause_and_reset(void **state)
{
	(void)state;
	struct programme quiet = make(48000, (const struct segment[]){ { 10, -30 } }, 1);
	struct programme loud = make(48000, (const struct segment[]){ { 10, -10 } }, 1);
	struct loudness *l = loudness_new(48000, 2);
	loudness_add(l, quiet.frames, quiet.n);
	struct loudness_values before = values_of(l);
	near(before.integrated_lufs, -30, TOLERANCE_LU);

	loudness_pause(l, 1);
	loudness_add(l, loud.frames, loud.n);
	struct loudness_values paused = values_of(l);
	near(paused.momentary_lufs, -10, TOLERANCE_LU);
	near(paused.short_term_lufs, -10, TOLERANCE_LU);
	assert_near(paused.integrated_lufs, before.integrated_lufs, 0);
	assert_near(paused.range_lu, before.range_lu, 0);
	assert_near(paused.momentary_max_lufs, before.momentary_max_lufs, 0);
	assert_near(paused.short_term_max_lufs, before.short_term_max_lufs, 0);
	assert_near(paused.true_peak_dbtp[0], before.true_peak_dbtp[0], 0);
	assert_near(paused.sample_peak_dbfs[1], before.sample_peak_dbfs[1], 0);
	assert_int_equal(paused.frames, before.frames);

	/* The loud part must not reach over the gap, though the windows hold it still. */
	loudness_pause(l, 0);
	loudness_add(l, quiet.frames, quiet.n);
	struct loudness_values resumed = values_of(l);
	near(resumed.integrated_lufs, -30, TOLERANCE_LU);
	near(resumed.short_term_max_lufs, -30, TOLERANCE_LU);
	near(resumed.range_lu, 0, 0.1);
	assert_int_equal(resumed.frames, 2 * quiet.n);

	loudness_reset(l);
	struct loudness_values reset = values_of(l);
	assert_true(isinf(reset.integrated_lufs) && isinf(reset.momentary_max_lufs) && isinf(reset.true_peak_dbtp[0]));
	assert_int_equal(reset.frames, 0);
	loudness_add(l, loud.frames, loud.n);
	near(values_of(l).integrated_lufs, -10, TOLERANCE_LU);
	near(values_of(l).range_lu, 0, 0.1);
	loudness_free(l);
	free(quiet.frames);
	free(loud.frames);
}

static void test_silence_and_poison(void **state)
{
	(void)state;
	struct loudness_values v = MEASURE(48000, SILENCE(5));
	assert_true(isinf(v.integrated_lufs) && isinf(v.momentary_lufs) && isinf(v.true_peak_dbtp[0]));
	assert_near(v.range_lu, 0, 0);
	struct programme p = make(48000, (const struct segment[]){ { 10, -23 } }, 1);
	/* Where the sine crosses zero, so that nothing is missing. */
	p.frames[2 * 480] = NAN;
	p.frames[2 * 1008 + 1] = INFINITY;
	p.frames[2 * 1512] = 1e30f;
	v = measure(p);
	near(v.integrated_lufs, -23, 0.01);
	near(v.sample_peak_dbfs[0], -23, 0.01);
	near(v.true_peak_dbtp[0], -23, 0.01);
	near(v.true_peak_dbtp[1], -23, 0.01);
}

static void test_mono(void **state)
{
	(void)state;
	/* BS.1770-4: a 0 dBFS sine of 997 Hz in one front channel is -3.01 LKFS. */
	struct loudness *l = loudness_new(48000, 1);
	for (int i = 0; i < 480000; i++) {
		float sample = (float)sin(2 * M_PI * 997 * i / 48000);
		loudness_add(l, &sample, 1);
	}
	near(values_of(l).integrated_lufs, -3.01, 0.01);
	assert_true(isinf(values_of(l).true_peak_dbtp[1]));
	loudness_free(l);
}

static void test_bad_arguments(void **state)
{
	(void)state;
	assert_null(loudness_new(7999, 2));
	assert_null(loudness_new(384001, 2));
	assert_null(loudness_new(48000, 3));
	assert_null(loudness_new(48000, 0));
}

/* A meter's fall is fed with what came since it last asked, and the filter's last frames come with the end. */
static void test_peaks(void **state)
{
	(void)state;
	struct loudness *l = loudness_new(48000, 2);
	const float impulse[] = { 0.5f, -0.25f }, silence[2 * 480] = { 0 };
	float sample_peak[2], true_peak_now[2];
	loudness_add(l, impulse, 1);
	loudness_take_peaks(l, sample_peak, true_peak_now);
	assert_near(sample_peak[0], 0.5, 0);
	assert_near(sample_peak[1], 0.25, 0);
	assert_true(true_peak_now[0] < 0.1);
	loudness_end(l);
	loudness_take_peaks(l, sample_peak, true_peak_now);
	assert_near(true_peak_now[0], 0.5, 0);
	assert_near(true_peak_now[1], 0.25, 0);
	loudness_add(l, silence, 480);
	loudness_take_peaks(l, sample_peak, true_peak_now);
	loudness_take_peaks(l, sample_peak, true_peak_now);
	assert_near(true_peak_now[0], 0, 0);
	near(values_of(l).true_peak_dbtp[0], -6.02, 0.01);
	loudness_free(l);
}

/* Worst reading of sines of any phase, up to 0.46 of the rate: the grid of 8 points misses most at the top (0.145 dB).
 */
static void test_true_peak_of_sines(void **state)
{
	(void)state;
	for (double part = 0.01; part < 0.461; part += 0.009) {
		for (int phase = 0; phase < 8; phase++) {
			enum { N = 2000 };
			float frames[2 * N];
			for (int i = 0; i < N; i++) {
				double fade = fmin(1, fmin(i, N - 1 - i) / 500.0);
				frames[2 * i] = frames[2 * i + 1] =
					(float)(fade * sin(2 * M_PI * part * i + phase * M_PI / 8));
			}
			double dbtp = true_peak(48000, frames, N);
			if (!(dbtp > -0.17 && dbtp < 0.05))
				fail_msg("%.3f dBTP for a full-scale sine of %.3f of the rate", dbtp, part);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_3341_1_2),
		cmocka_unit_test(test_3341_3_to_5),
		cmocka_unit_test(test_3341_9_12),
		cmocka_unit_test(test_3341_10_13),
		cmocka_unit_test(test_3341_11_14),
		cmocka_unit_test(test_3341_15_to_19),
		cmocka_unit_test(test_3341_20_to_23),
		cmocka_unit_test(test_3342),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_pause_and_reset),
		cmocka_unit_test(test_silence_and_poison),
		cmocka_unit_test(test_mono),
		cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_peaks),
		cmocka_unit_test(test_true_peak_of_sines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
