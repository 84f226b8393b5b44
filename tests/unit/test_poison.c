/* Poison from inside a slot: the same sound whatever the period, silent from its very frame on, gone within 50 ms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/registry.h"
#include "tests/unit/rig.h"

#include <stdbool.h>

static const uint32_t periods[] = { 1, 16, 37, 64, 333, 1024, 4096 };
enum { N_PERIODS = sizeof periods / sizeof periods[0] };

/* What happens while it plays. Transactions are stamped, so they are on their frame at any period. */
struct play {
	const char *types[4];
	double rate;
	void (*prepare)(struct rig *);
};

static uint64_t run(const struct play *play, const struct stereo *in, struct stereo *out, uint32_t period)
{
	struct rig rig = rig_new(play->rate, play->types[0], play->types[1], play->types[2], play->types[3], NULL);
	if (play->prepare)
		play->prepare(&rig);
	rig_run(&rig, in->of, out->of, 0, in->n, period);
	struct control_status status;
	control_read_status(rig.control, &status);
	rig_free(&rig);
	return status.poisoned;
}

static void assert_same_at_any_period(const struct play *play, const struct stereo *in, const char *what)
{
	struct stereo want = stereo_new(in->n), out = stereo_new(in->n);
	uint64_t poisoned = run(play, in, &want, periods[0]);
	if (poisoned == 0)
		fail_msg("%s: nothing was poisoned", what);
	for (size_t i = 0; i < in->n; i++)
		if (!(fabsf(want.of[0][i]) <= 1e6f && fabsf(want.of[1][i]) <= 1e6f))
			fail_msg("%s: poison came out at frame %zu", what, i);
	for (int p = 1; p < N_PERIODS; p++) {
		uint64_t times = run(play, in, &out, periods[p]);
		for (size_t i = 0; i < in->n; i++)
			for (int c = 0; c < 2; c++)
				if (memcmp(&out.of[c][i], &want.of[c][i], sizeof(float)))
					fail_msg("%s, %g Hz: period %u differs from 1 at frame %zu: %g, not %g", what,
						play->rate, periods[p], i, (double)out.of[c][i], (double)want.of[c][i]);
		if (times != poisoned)
			fail_msg("%s: %u times at period %u, %u at 1", what, (unsigned)times, periods[p],
				(unsigned)poisoned);
	}
	stereo_free(&want);
	stereo_free(&out);
}

static void at(struct rig *rig, uint64_t frame, const char *slot, const char *row, float value)
{
	control_begin(rig->control, frame);
	rig_set(rig, slot, row, value);
	control_end(rig->control);
}

static float choice(const char *name)
{
	const struct module *m = registry_find("testfault");
	float value = -1;
	assert_int_equal(param_parse(&m->params[module_find_param(m, "fault")], name, &value, NULL), STATUS_OK);
	return value;
}

static void play_faults(struct rig *rig)
{
	static const char *const faults[] = { "nan", "inf", "huge" };
	for (uint64_t k = 0; k < 3; k++) {
		at(rig, 3001 + 4000 * k, "testfault", "fault", choice(faults[k]));
		at(rig, 3007 + 4000 * k + 700 * k, "testfault", "fault", choice("none"));
	}
}

static void play_faults_and_switches(struct rig *rig)
{
	static const char *const switches[] = { "bypass", "delta", "solo" };
	play_faults(rig);
	for (uint64_t k = 0; k < 24; k++)
		at(rig, 2900 + 391 * k, "testfault", switches[k % 3], (float)(k / 3 % 2 == 0));
}

static void a_faulty_module_sounds_alike_at_any_period(void **state)
{
	(void)state;
	static const double rates[] = { 48000, 8000, 192000 };
	struct stereo in = stereo_new(20000);
	stereo_fill_music(&in, 48000, 0.5f);
	for (int r = 0; r < 3; r++) {
		const struct play plain = { { "eq", "testfault", "limiter", "compressor" }, rates[r], play_faults };
		const struct play switched = { { "limiter", "testfault", "eq", NULL }, rates[r],
			play_faults_and_switches };
		assert_same_at_any_period(&plain, &in, "faults");
		assert_same_at_any_period(&switched, &in, "faults while bypass, delta and solo turn");
	}
	stereo_free(&in);
}

/* A sound that one slot lifts beyond 1e6 on single frames, in the middle of a period, some of them while it is
 * bypassed, moved by a control or faded to other settings. */
static void lift(struct rig *rig)
{
	rig_set(rig, "trim", "gain", 24);
	at(rig, 5003, "trim", "gain", 23);
	at(rig, 7919, "trim", "swap", 1);
	at(rig, 9001, "trim", "bypass", 1);
	at(rig, 9911, "trim", "bypass", 0);
	at(rig, 13007, "trim", "delta", 1);
}

static struct stereo spiked_music(void)
{
	static const size_t spikes[] = { 1234, 5007, 5300, 8111, 8112, 9002, 9905, 9950, 11000, 13111, 14999, 15000,
		15500 };
	struct stereo in = stereo_new(20000);
	stereo_fill_music(&in, 48000, 0.5f);
	for (size_t k = 0; k < sizeof spikes / sizeof spikes[0]; k++)
		in.of[k & 1][spikes[k]] = k % 3 ? 3e5f : -9e5f;
	return in;
}

static void a_poisoning_sound_sounds_alike_at_any_period(void **state)
{
	(void)state;
	static const double rates[] = { 48000, 8000, 44100 };
	struct stereo in = spiked_music();
	for (int r = 0; r < 3; r++) {
		const struct play before = { { "trim", "compressor", "eq", "limiter" }, rates[r], lift };
		const struct play behind = { { "eq", "trim", "imager", "limiter" }, rates[r], lift };
		assert_same_at_any_period(&before, &in, "a sound that is lifted");
		assert_same_at_any_period(&behind, &in, "a sound that is lifted later");
	}
	stereo_free(&in);
}

/* What was heard before the poison stays, its own frame is silent; 50 ms later all is as in a rack that has heard
 * nothing before, to the bit. The compressor makes it, which has an envelope, filters and glides to forget. */
static void drive(struct rig *rig)
{
	rig_set(rig, "compressor", "threshold", -30);
	rig_set(rig, "compressor", "makeup", 24);
	rig_set(rig, "compressor", "mix", 100);
	rig_set(rig, "compressor", "attack", 100);
}

static void a_cured_slot_is_a_fresh_one(void **state)
{
	(void)state;
	enum { POISON = 7013 };
	static const double rates[] = { 48000, 8000, 96000 };
	for (int r = 0; r < 3; r++) {
		const struct play play = { { "compressor", NULL, NULL, NULL }, rates[r], drive };
		size_t cure = (size_t)(rates[r] * 0.010 + 0.5), recovered = (size_t)(rates[r] * 0.050);
		struct stereo bad = stereo_new(POISON + 10000), clean = stereo_new(bad.n), late = stereo_new(bad.n);
		struct stereo cured = stereo_new(bad.n), healthy = stereo_new(bad.n), fresh = stereo_new(bad.n);
		stereo_fill_music(&bad, rates[r], 0.5f);
		stereo_fill_music(&clean, rates[r], 0.5f);
		stereo_fill_music(&late, rates[r], 0.5f);
		bad.of[0][POISON] = 9.9e5f;
		for (int c = 0; c < 2; c++)
			memset(late.of[c], 0, (POISON + cure) * sizeof(float));
		assert_int_equal(run(&play, &bad, &cured, 64), 1);
		assert_int_equal(run(&play, &clean, &healthy, 64), 0);
		assert_int_equal(run(&play, &late, &fresh, 64), 0);
		for (int c = 0; c < 2; c++) {
			for (size_t i = 0; i < POISON; i++)
				assert_true(cured.of[c][i] == healthy.of[c][i]);
			for (size_t i = POISON; i < POISON + cure; i++)
				assert_true(cured.of[c][i] == 0);
			for (size_t i = POISON + recovered; i < bad.n; i++)
				if (memcmp(&cured.of[c][i], &fresh.of[c][i], sizeof(float)))
					fail_msg("%g Hz, frame %zu: %g, not %g", rates[r], i, (double)cured.of[c][i],
						(double)fresh.of[c][i]);
		}
		struct stereo *all[] = { &bad, &clean, &late, &cured, &healthy, &fresh };
		for (int i = 0; i < 6; i++)
			stereo_free(all[i]);
	}
}

/* The way back never jumps, not for somebody who turns the bypass, or the difference, in the middle of a cure either.
 */
static void it_comes_back_smoothly(void **state)
{
	(void)state;
	enum { SPIKE = 5000 };
	struct stereo in = stereo_new(12000), out = stereo_new(12000);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.01f * (float)sin(6.283185307179586 * 130 * (double)i / 48000);
	in.of[0][SPIKE] = 3e5f;
	static const char *const rows[] = { "bypass", "delta" };
	for (int turn = 0; turn < 4; turn++) {
		struct rig rig = rig_new(48000, "trim", NULL);
		rig_set(&rig, "trim", "gain", 24);
		rig_set(&rig, "trim", rows[turn / 2], (float)(turn % 2));
		at(&rig, SPIKE + 200, "trim", rows[turn / 2], (float)!(turn % 2));
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
		for (size_t i = SPIKE; i < SPIKE + 200; i++) /* the difference's other half is not heard alone */
			assert_true(out.of[0][i] == (turn == 1 ? in.of[0][i] : 0));
		for (size_t i = SPIKE + 2; i < in.n; i++)
			if (fabsf(out.of[0][i] - out.of[0][i - 1]) > 0.005f)
				fail_msg("%s from %d: a step of %g at frame %zu", rows[turn / 2], turn % 2,
					(double)(out.of[0][i] - out.of[0][i - 1]), i);
		double gain = turn / 2 == 0 ? (turn % 2 ? pow(10, 1.2) : 1) : pow(10, 1.2) - !(turn % 2);
		for (size_t i = SPIKE + 2400; i < in.n; i++)
			assert_true(fabs(out.of[0][i] - gain * (double)in.of[0][i]) < 1e-6);
		rig_free(&rig);
	}
	stereo_free(&in);
	stereo_free(&out);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_faulty_module_sounds_alike_at_any_period),
		cmocka_unit_test(a_poisoning_sound_sounds_alike_at_any_period),
		cmocka_unit_test(a_cured_slot_is_a_fresh_one),
		cmocka_unit_test(it_comes_back_smoothly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
