/* Tests the analysis thread: known signals block by block as from JACK, published values held to formulas. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analysis.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/near.h"

enum { RATE = 48000, BLOCK = 64 };

/* Sines with a level for each of: in left, in right, out left, out right. phase is the right channels' lead. */
struct signal {
	float hz, level[4], phase;
};

struct side {
	float peak[2], true_peak[2], true_peak_max[2], rms[2];
	float momentary, short_term, integrated, range, momentary_max, short_term_max, correlation, balance;
};

/* A copy of what is published: the thread's own goes with the next reading. */
struct values {
	struct side in, out;
	uint64_t frames, lost_frames;
	bool paused;
	float change_lu; /* NaN: not known */
};

static float row(const struct levels *levels, enum tap tap, const char *id, int channel)
{
	struct level_place at;
	assert_true(levels_find(&at, levels->taps, tap, id));
	assert_true((uint32_t)channel < level_width(at.row));
	return levels_of(levels, &at)[channel];
}

static struct side read_side(const struct levels *l, enum tap tap)
{
	struct side side = {
		.momentary = row(l, tap, "momentary", 0),
		.short_term = row(l, tap, "short_term", 0),
		.integrated = row(l, tap, "integrated", 0),
		.range = row(l, tap, "range", 0),
		.momentary_max = row(l, tap, "momentary_max", 0),
		.short_term_max = row(l, tap, "short_term_max", 0),
		.correlation = row(l, tap, "correlation", 0),
		.balance = row(l, tap, "balance", 0),
	};
	for (int c = 0; c < 2; c++) {
		side.peak[c] = row(l, tap, "peak", c);
		side.true_peak[c] = row(l, tap, "true_peak", c);
		side.true_peak_max[c] = row(l, tap, "true_peak_max", c);
		side.rms[c] = row(l, tap, "rms", c);
	}
	return side;
}

static struct values read_values(struct analysis *a)
{
	const struct levels *l = analysis_read(a);
	return (struct values){ read_side(l, TAP_IN), read_side(l, TAP_OUT), l->frames, l->lost_frames, l->paused,
		row(l, TAP_PROCESSED, "change", 0) };
}

static void feed_block(struct analysis *a, const float *const in[2], const float *const out[2],
	const double *const made[2], uint32_t n)
{
	const struct analysis_block block = { .of = { [TAP_IN] = { in[0], in[1] }, [TAP_OUT] = { out[0], out[1] } },
		.processed = { made[0], made[1] } };
	analysis_feed(a, &block, n);
}

static void nap(void)
{
	nanosleep(&(const struct timespec){ .tv_nsec = 2000000 }, NULL);
}

/* Waits (not for time: for the value) until the thread has measured all full hops of what was fed. */
static struct values read_at(struct analysis *a, uint64_t frames)
{
	struct values v;
	for (int tries = 0; tries < 5000; tries++) {
		v = read_values(a);
		if (v.frames >= frames / 480 * 480)
			return v;
		nap();
	}
	fail_msg("the thread measured %lu of %lu frames", (unsigned long)v.frames, (unsigned long)frames);
	return v;
}

/* Feeds no faster than the thread takes it, so that nothing is lost. What comes out is what the slots made. */
static void feed(struct analysis *a, const struct signal *s, uint32_t n)
{
	struct values v = read_values(a);
	uint64_t start = v.frames;
	for (uint32_t at = 0; at < n; at += BLOCK) {
		float samples[4][BLOCK];
		double made[2][BLOCK];
		for (uint32_t i = 0; i < BLOCK; i++) {
			double phase = 2 * M_PI * s->hz * (at + i) / RATE;
			for (int k = 0; k < 4; k++)
				samples[k][i] = (float)(s->level[k] * sin(phase + (k & 1 ? s->phase : 0)));
			made[0][i] = (double)samples[2][i];
			made[1][i] = (double)samples[3][i];
		}
		feed_block(a, (const float *const[]){ samples[0], samples[1] },
			(const float *const[]){ samples[2], samples[3] }, (const double *const[]){ made[0], made[1] },
			BLOCK);
		if (!v.paused && (at + BLOCK) % 24000 < BLOCK)
			read_at(a, start + at + BLOCK);
	}
}

static struct analysis *start(void)
{
	struct reason reason;
	struct analysis *a = analysis_new(&(const struct spec){ .rate = RATE }, 0, &reason);
	assert_non_null(a);
	return a;
}

static void test_levels(void **state)
{
	(void)state;
	struct analysis *a = start();
	feed(a, &(const struct signal){ 1000, { 1, 0.5f, 0.1f, 0.1f }, 0 }, 4 * RATE);
	struct values v = read_at(a, 4 * RATE);
	assert_near(v.in.peak[0], 0, 0.05);
	assert_near(v.in.peak[1], -6.02, 0.05);
	assert_near(v.in.true_peak[0], 0, 0.05);
	assert_near(v.in.true_peak_max[1], -6.02, 0.05);
	assert_near(v.in.rms[0], -3.01, 0.01);
	assert_near(v.in.rms[1], -9.03, 0.01);
	assert_near(v.in.balance, -6.02, 0.01);
	assert_near(v.in.correlation, 1, 1e-6);
	assert_near(v.out.peak[0], -20, 0.05);
	assert_near(v.out.balance, 0, 1e-6);
	/* -23.0 dBFS in both channels is -23.0 LUFS. */
	assert_near(v.out.momentary, -20, 0.1);
	assert_near(v.out.short_term, -20, 0.1);
	assert_near(v.out.integrated, -20, 0.1);
	assert_near(v.out.momentary_max, -20, 0.1);
	assert_near(v.out.short_term_max, -20, 0.1);
	assert_near(v.out.range, 0, 0.1);
	assert_int_equal(v.lost_frames, 0);
	assert_false(v.paused);
	analysis_free(a);
}

static void test_correlation(void **state)
{
	(void)state;
	static const double phases[] = { 0, 60, 90, 120, 180 };
	struct analysis *a = start();
	uint64_t frames = 0;
	for (int i = 0; i < 5; i++) {
		feed(a, &(const struct signal){ 1000, { 1, 0.3f, 0, 0.5f }, (float)(phases[i] * M_PI / 180) }, RATE);
		struct values v = read_at(a, frames += RATE);
		assert_near(v.in.correlation, cos(phases[i] * M_PI / 180), 1e-4);
		assert_near(v.out.correlation, 0, 0);
		assert_near(v.out.balance, 60, 0);
	}
	analysis_free(a);
}

static void test_fall(void **state)
{
	(void)state;
	struct analysis *a = start();
	feed(a, &(const struct signal){ 1000, { 1, 1, 1, 1 }, 0 }, RATE);
	feed(a, &(const struct signal){ 1000, { 0 }, 0 }, RATE / 2);
	struct values v = read_at(a, RATE + RATE / 2);
	assert_near(v.in.peak[0], -10, 0.25);
	assert_near(v.out.true_peak[1], -10, 0.25);
	assert_near(v.out.true_peak_max[1], 0, 0.05);
	assert_true(isinf(v.in.rms[0]) && v.in.rms[0] < 0);
	analysis_free(a);
}

static struct values wait_for(struct analysis *a, bool paused, uint64_t frames)
{
	struct values v;
	for (int tries = 0; tries < 5000; tries++) {
		v = read_values(a);
		if (v.paused == paused && v.frames == frames)
			return v;
		nap();
	}
	fail_msg("paused %d, %lu frames never came", paused, (unsigned long)frames);
	return v;
}

static void test_pause_and_reset(void **state)
{
	(void)state;
	const struct signal quiet = { 1000, { 0.1f, 0.1f, 0.1f, 0.1f }, 0 }, loud = { 1000, { 1, 1, 1, 1 }, 0 };
	struct analysis *a = start();
	feed(a, &quiet, RATE);
	read_at(a, RATE);
	analysis_pause(a, true);
	wait_for(a, true, RATE);
	feed(a, &loud, RATE / 2);
	struct values v;
	for (int tries = 0; tries < 5000; tries++) {
		v = read_values(a);
		if (v.out.momentary > -0.1f)
			break;
		nap();
	}
	assert_near(v.out.momentary, 0, 0.1);
	assert_near(v.out.integrated, -20, 0.1);
	assert_near(v.in.true_peak_max[0], -20, 0.1);
	assert_int_equal(v.frames, RATE);
	/* Without audio too. */
	analysis_reset(a);
	v = wait_for(a, true, 0);
	assert_true(isinf(v.in.integrated));
	assert_true(isinf(v.out.true_peak_max[0]));
	analysis_pause(a, false);
	wait_for(a, false, 0);
	feed(a, &quiet, RATE);
	assert_near(read_at(a, RATE).in.integrated, -20, 0.1);
	analysis_free(a);
}

/* A burst of ten seconds at once finds room for one or so: the rest is counted, to the frame. */
static void test_lost(void **state)
{
	(void)state;
	enum { BURST = 10 * RATE };
	float *silence = calloc(BURST, sizeof *silence);
	double *made = calloc(BURST, sizeof *made);
	const float *const pair[] = { silence, silence };
	struct analysis *a = start();
	feed_block(a, pair, pair, (const double *const[]){ made, made }, BURST);
	struct values v = { 0 };
	for (int tries = 0; tries < 5000 && v.frames + v.lost_frames + 480 <= BURST; tries++, nap())
		v = read_values(a);
	assert_true(v.lost_frames > 0);
	assert_true(v.frames >= RATE / 480 * 480);
	assert_in_range(v.frames + v.lost_frames, BURST - 479, BURST);
	analysis_reset(a);
	assert_int_equal(wait_for(a, false, 0).lost_frames, 0);
	analysis_free(a);
	free(silence);
	free(made);
}

/* By how much louder it is comes from the same sound on both sides, however late the slots give it: noise of bursts, 6
 * dB down and 8000 frames late, with silence before. */
static void test_change(void **state)
{
	(void)state;
	enum { LATE = 8000, SILENCE = 24000, LENGTH = 48000 * 2 };
	static float in[LENGTH];
	static double made[LENGTH];
	uint32_t seed = 5;
	for (uint32_t i = SILENCE; i < LENGTH; i++) {
		seed = seed * 1664525u + 1013904223u;
		double loud = i / 4800 % 3 ? 0.3 : 0.02;
		in[i] = (float)(loud * ((double)(seed >> 8) / 8388608.0 - 1));
	}
	for (uint32_t i = LATE; i < LENGTH; i++)
		made[i] = 0.5 * (double)in[i - LATE];
	struct analysis *a = start();
	analysis_set_delay(a, LATE);
	uint32_t first = 0;
	for (uint32_t at = 0; at < LENGTH; at += 2400) {
		const float *const before[] = { in + at, in + at };
		feed_block(a, before, before, (const double *const[]){ made + at, made + at }, 2400);
		struct values v = read_at(a, at + 2400);
		if (isnan(v.change_lu))
			continue;
		first = first ? first : at + 2400;
		assert_near(v.change_lu, -6.02, 0.35);
	}
	assert_in_range(first, SILENCE + LATE + 19200, SILENCE + LATE + 24000); /* 400 ms of sound */
	analysis_free(a);
}

static void test_poison(void **state)
{
	(void)state;
	const float nan = NAN, huge = 1e30f;
	const double nothing = 0;
	struct analysis *a = start();
	feed(a, &(const struct signal){ 1000, { 0.1f, 0.1f, 0.1f, 0.1f }, 0 }, 448);
	for (int i = 0; i < 32; i++)
		feed_block(a, (const float *const[]){ &nan, &huge }, (const float *const[]){ &huge, &nan },
			(const double *const[]){ &nothing, &nothing }, 1);
	feed(a, &(const struct signal){ 1000, { 0.1f, 0.1f, 0.1f, 0.1f }, 0 }, 4800);
	struct values soon = read_at(a, 4800);
	feed(a, &(const struct signal){ 1000, { 0.1f, 0.1f, 0.1f, 0.1f }, 0 }, RATE);
	/* Within 300 ms: the poison is still in the window. */
	assert_true(soon.in.rms[0] > -40 && soon.in.rms[0] < -20 && soon.out.rms[0] < -20);
	assert_true(soon.in.correlation > 0.99f && soon.out.balance < 0.1f && soon.out.balance > -0.1f);
	struct values v = read_at(a, RATE + 4800);
	assert_near(v.in.peak[0], -20, 0.05);
	assert_near(v.in.rms[1], -23.01, 0.05);
	assert_near(v.out.momentary, -20, 0.1);
	assert_near(v.out.correlation, 1, 1e-6);
	analysis_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_correlation),
		cmocka_unit_test(test_fall),
		cmocka_unit_test(test_pause_and_reset),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_poison),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
