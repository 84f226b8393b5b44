/* The engine and its control: transactions on their frame, chain edits, constant delay, poison, overload, two threads.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/overload.h"
#include "rack/model/registry.h"
#include "tests/unit/rig.h"

#include <pthread.h>
#include <stdatomic.h>

enum { RATE = 48000 };

/* Largest difference between out and in delayed, in dB re full scale, over from .. to. */
static double null_db(const struct stereo *in, const struct stereo *out, uint32_t delay, size_t from, size_t to)
{
	double worst = 1e-20;
	for (size_t i = from; i < to; i++)
		for (int c = 0; c < 2; c++)
			worst = fmax(worst, fabs((double)out->of[c][i] - in->of[c][i - delay]));
	return 20 * log10(worst);
}

/* ---- Time */

static void a_change_starts_on_its_frame(void **state)
{
	(void)state;
	for (uint32_t block = 1; block <= 1024; block *= 4) {
		struct rig rig = rig_new(RATE, "trim", NULL);
		struct stereo in = stereo_new(8000), out = stereo_new(8000);
		for (size_t i = 0; i < in.n; i++)
			in.of[0][i] = in.of[1][i] = 0.5f;
		control_begin(rig.control, 3001);
		rig_set(&rig, "trim", "gain", 6);
		control_end(rig.control);
		rig_run(&rig, in.of, out.of, 0, in.n, block);
		size_t first = 0;
		while (first < out.n && out.of[0][first] == 0.5f)
			first++;
		assert_in_range(first, 3001, 3003); /* the first frames of a raised cosine may round to nothing */
		/* 10 ms later it is there: 6 dB more. */
		assert_true(fabs(out.of[0][3001 + 600] - 0.5 * pow(10, 0.3)) < 1e-6);
		stereo_free(&in);
		stereo_free(&out);
		rig_free(&rig);
	}
}

static void later_frames_wait_and_keep_their_order(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(12000), out = stereo_new(12000);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.1f;
	static const struct {
		uint64_t frame;
		float gain;
	} sent[] = { { 9000, -6 }, { 3000, 6 }, { 6000, 12 }, { 6000, 3 } };
	for (int i = 0; i < 4; i++) {
		control_begin(rig.control, sent[i].frame);
		rig_set(&rig, "trim", "gain", sent[i].gain);
		control_end(rig.control);
	}
	assert_true(control_applied(rig.control) < control_sequence(rig.control));
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_true(fabs(out.of[0][2999] - 0.1) < 1e-7);
	assert_true(fabs(out.of[0][5999] - 0.1 * pow(10, 0.3)) < 1e-6);
	assert_true(fabs(out.of[0][8999] - 0.1 * pow(10, 0.15)) < 1e-6); /* of one frame's two the later */
	assert_true(fabs(out.of[0][11999] - 0.1 * pow(10, -0.3)) < 1e-6);
	assert_int_equal(control_applied(rig.control), control_sequence(rig.control));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* Faster than the ring: nothing blocks, the last value arrives. */
static void a_flood_ends_in_the_last_value(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(4096), out = stereo_new(4096);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.1f;
	for (int i = 0; i < 20000; i++)
		rig_set(&rig, "trim", "gain", (float)(i % 200) / 10 - 10);
	rig_set(&rig, "trim", "gain", -6);
	for (int turn = 0; turn < 60; turn++)
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_true(fabs(out.of[0][4095] - 0.1 * pow(10, -0.3)) < 1e-6);
	assert_int_equal(control_applied(rig.control), control_sequence(rig.control));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* Nor is it heard for long after: what is sent faster than it is taken waits as one value and not as a row of them. */
static void a_flood_is_over_within_blocks(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "eq", NULL);
	struct stereo in = stereo_new(256), out = stereo_new(256);
	for (int bundled = 0; bundled < 2; bundled++) {
		for (int i = 0; i < 20000; i++) {
			if (bundled)
				control_begin(rig.control, 0);
			rig_set(&rig, "trim", "gain", (float)(i % 200) / 10 - 10);
			rig_set(&rig, "eq", "gain", (float)(i % 100) / 10 - 5);
			if (bundled)
				control_end(rig.control);
		}
		rig_set(&rig, "trim", "gain", -6);
		uint64_t sequence = control_sequence(rig.control);
		rig_run(&rig, in.of, out.of, 0, 3 * 64, 64);
		assert_true(control_applied(rig.control) >= sequence);
	}
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* A long block has time for more: a flood is not behind for seconds where the period is long. */
static void a_long_block_takes_more(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(8192), out = stereo_new(8192);
	rig_run(&rig, in.of, out.of, 0, 64, 64);
	for (int i = 0; i < 1500; i++) { /* stamped, so that each is sent */
		control_begin(rig.control, 1);
		rig_set(&rig, "trim", "gain", (float)(i % 200) / 10 - 10);
		control_end(rig.control);
	}
	rig_run(&rig, in.of, out.of, 0, 64, 64);
	assert_true(control_applied(rig.control) < control_sequence(rig.control));
	rig_run(&rig, in.of, out.of, 0, 8192, 8192);
	assert_int_equal(control_applied(rig.control), control_sequence(rig.control));
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* ---- Chain edits and delay */

static uint32_t told_latency;

static void hear_latency(void *user, uint32_t frames)
{
	(void)user;
	told_latency = frames;
}

static void delay_grows_when_it_must_and_never_shrinks(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct control_listener listener = { .latency = hear_latency };
	control_listen(rig.control, &listener);
	assert_int_equal(rig.latency, 0);
	assert_int_equal(control_insert(rig.control, "testfault", 0, NULL, 0, NULL), STATUS_OK);
	assert_int_equal(control_latency(rig.control), 0);
	assert_int_equal(control_insert(rig.control, "limiter", 9, NULL, 0, NULL), STATUS_OK);
	uint32_t grown = control_latency(rig.control);
	assert_true(grown > 0);
	assert_int_equal(told_latency, grown);

	struct stereo in = stereo_new(96000), out = stereo_new(96000);
	stereo_fill_sine(&in, RATE, 997, 0.25);
	rig_run(&rig, in.of, out.of, 0, 24000, 64);
	assert_true(null_db(&in, &out, grown, 12000, 24000) < -100);
	/* Without the limiter the same frames come at the same time, through the change too. */
	assert_int_equal(control_remove(rig.control, "limiter", 0, NULL), STATUS_OK);
	rig_run(&rig, in.of, out.of, 24000, 24000, 64);
	assert_int_equal(control_latency(rig.control), grown);
	assert_true(null_db(&in, &out, grown, 24000, 48000) < -100);
	rig_set(&rig, "trim", "bypass", 1);
	rig_run(&rig, in.of, out.of, 48000, 24000, 64);
	assert_true(null_db(&in, &out, grown, 48000, 72000) < -140);
	rig_set(&rig, "trim", "gain", 12);
	control_set(rig.control, RACK_ITSELF, RACK_BYPASS, 1, 0, NULL, NULL);
	rig_run(&rig, in.of, out.of, 72000, 24000, 64);
	for (size_t i = 80000; i < 96000; i++)
		assert_true(out.of[0][i] == in.of[0][i - grown]);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* 200 edits of a chain that changes nothing: the tone must come through untouched. */
static void edits_are_not_heard(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "eq", "imager", "limiter", NULL);
	struct stereo in = stereo_new(48000 * 20), out = stereo_new(48000 * 20);
	stereo_fill_sine(&in, RATE, 1000, 0.5);
	uint32_t seed = 4, delay = rig.latency;
	size_t at = 0;
	assert_int_equal(control_scene_store(rig.control, "first", NULL), STATUS_OK);
	const struct rack preset = *control_rack(rig.control);
	rig_run(&rig, in.of, out.of, at, 4800, 64);
	at = 4800;
	for (int edit = 0; edit < 200; edit++, at += 4096) {
		const struct rack *rack = control_rack(rig.control);
		const char *some = rack->slots[rig_random(&seed) % rack->n_slots].id;
		char id[RACK_ID_SIZE];
		snprintf(id, sizeof id, "%s", some);
		switch (rig_random(&seed) % 8) {
		case 5:
			control_scene_recall(rig.control, "first", edit % 2 ? 0.05f : 0, 0, NULL);
			break;
		case 6:
			control_load(rig.control, &preset, 0);
			break;
		case 7:
			control_undo(rig.control, 0, NULL);
			break;
		case 0:
			if (rack->n_slots < 8)
				control_insert(
					rig.control, edit % 2 ? "eq" : "trim", rig_random(&seed) % 9, NULL, 0, NULL);
			break;
		case 1:
			if (rack->n_slots > 3 && strcmp(id, "limiter"))
				control_remove(rig.control, id, 0, NULL);
			break;
		case 2:
			control_move(rig.control, id, rig_random(&seed) % 9, 0, NULL);
			break;
		case 3:
			rig_set(&rig, id, "bypass", (float)(edit % 2));
			break;
		default:
			if (strcmp(id, "limiter"))
				control_replace(rig.control, id, edit % 2 ? "trim" : "eq", 0, NULL);
		}
		rig_run(&rig, in.of, out.of, at, 4096, 64);
	}
	assert_int_equal(control_latency(rig.control), delay);
	double residue = null_db(&in, &out, delay, 4800, at);
	if (residue > -100)
		fail_msg("the tone is %.1f dB off", residue);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* A gain that stays sounds on through an edit beside it, and goes on from where it is. */
static void slots_that_stay_keep_their_sound(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(24000), out = stereo_new(24000);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.1f;
	rig_set(&rig, "trim", "gain", 6);
	rig_run(&rig, in.of, out.of, 0, 4800, 64);
	control_begin(rig.control, 0);
	assert_int_equal(control_insert(rig.control, "trim", 0, "second", 0, NULL), STATUS_OK);
	rig_set(&rig, "second", "gain", 6);
	rig_set(&rig, "trim", "gain", 0);
	control_end(rig.control);
	rig_run(&rig, in.of, out.of, 4800, 19200, 64);
	float before = 0.1f * (float)pow(10, 0.3);
	assert_true(fabs(out.of[0][4799] - before) < 1e-6);
	assert_true(fabs(out.of[0][23999] - before) < 1e-6);
	for (size_t i = 4800; i < in.n; i++) { /* never louder than both together, never softer than neither */
		assert_true(out.of[0][i] < before * 1.0001f * 2);
		assert_true(out.of[0][i] > 0.0999f);
		assert_true(fabsf(out.of[0][i] - out.of[0][i - 1]) < 0.001f);
	}
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static void a_refused_edit_changes_nothing(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "eq", NULL);
	const struct rack before = *control_rack(rig.control);
	struct reason reason;
	assert_int_equal(control_insert(rig.control, "flanger", 0, NULL, 0, &reason), STATUS_UNKNOWN);
	assert_non_null(strstr(reason.text, "flanger"));
	assert_int_equal(control_insert(rig.control, "eq", 0, "trim", 0, &reason), STATUS_BAD_VALUE);
	assert_int_equal(control_insert(rig.control, "eq", 0, "Big Name", 0, &reason), STATUS_BAD_VALUE);
	assert_int_equal(control_remove(rig.control, "limiter", 0, &reason), STATUS_UNKNOWN);
	assert_int_equal(control_move(rig.control, "limiter", 0, 0, &reason), STATUS_UNKNOWN);
	assert_int_equal(control_replace(rig.control, "trim", "flanger", 0, &reason), STATUS_UNKNOWN);
	assert_int_equal(control_set(rig.control, 0, 0, NAN, 0, NULL, &reason), STATUS_BAD_VALUE);
	assert_memory_equal(&before, control_rack(rig.control), sizeof before);
	for (int i = 2; i < RACK_SLOTS_MAX; i++)
		assert_int_equal(control_insert(rig.control, "trim", 0, NULL, 0, NULL), STATUS_OK);
	assert_int_equal(control_insert(rig.control, "trim", 0, NULL, 0, &reason), STATUS_FULL);
	rig_free(&rig);
}

static void solo_and_clamping(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(9600), out = stereo_new(9600);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.1f;
	assert_int_equal(control_insert(rig.control, "trim", 1, "other", 0, NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", 6);
	rig_set(&rig, "other", "gain", -12);
	rig_set(&rig, "trim", "solo", 1);
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_true(fabs(out.of[0][9599] - 0.1 * pow(10, 0.3)) < 1e-6);
	rig_set(&rig, "trim", "solo", 0);
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_true(fabs(out.of[0][9599] - 0.1 * pow(10, -0.3)) < 1e-6);
	float real;
	assert_int_equal(control_set(rig.control, 0, 0, 1e9f, 0, &real, NULL), STATUS_OK);
	assert_true(real == control_param(rig.control, 0, 0)->max);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* Loudness of both sides after match: the rack turned down, the bypass as it is. Analysis runs in its thread. */
/* ---- Poison from inside */

static void a_poisoned_slot_is_reset_muted_and_counted(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "testfault", NULL);
	struct stereo in = stereo_new(24000), out = stereo_new(24000);
	stereo_fill_sine(&in, RATE, 440, 0.3);
	const struct module *fault = registry_find("testfault");
	int row = module_find_param(fault, "fault");
	float nan_choice = -1;
	assert_int_equal(param_parse(&fault->params[row], "nan", &nan_choice, NULL), STATUS_OK);
	rig_run(&rig, in.of, out.of, 0, 4800, 64);
	rig_set(&rig, "testfault", "fault", nan_choice);
	rig_run(&rig, in.of, out.of, 4800, 9600, 64);
	struct control_status status;
	control_read_status(rig.control, &status);
	assert_true(status.poisoned > 0);
	for (size_t i = 4800; i < 14400; i++)
		assert_true(fabsf(out.of[0][i]) <= 0.31f); /* fails for NaN */
	rig_set(&rig, "testfault", "fault", 0);
	rig_run(&rig, in.of, out.of, 14400, 9600, 64);
	assert_true(null_db(&in, &out, 0, 14400 + 4800, 24000) < -120); /* whole again */
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* Who bypasses a broken slot hears its input, whatever it goes on doing. */
static void a_poisoned_slot_can_be_bypassed(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "testfault", NULL);
	struct stereo in = stereo_new(24000), out = stereo_new(24000);
	stereo_fill_sine(&in, RATE, 440, 0.3);
	rig_set(&rig, "testfault", "fault", 4);
	rig_run(&rig, in.of, out.of, 0, 4800, 64);
	rig_set(&rig, "testfault", "bypass", 1);
	rig_run(&rig, in.of, out.of, 4800, 19200, 64);
	struct control_status status;
	control_read_status(rig.control, &status);
	assert_in_range(status.poisoned, 45, 50); /* it still is: once every 10 ms, as often as it is let try again */
	assert_true(out.of[0][4700] == 0);
	for (size_t i = 4800 + 960; i < in.n; i++)
		assert_true(out.of[0][i] == in.of[0][i]);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* ---- Overload */

static void run_loaded(
	struct rig *rig, const struct stereo *in, struct stereo *out, size_t *at, double seconds, float load)
{
	for (size_t n = (size_t)(seconds * RATE / 64); n; n--, *at += 64) {
		rig_run(rig, in->of, out->of, *at, 64, 64);
		engine_report_load(rig->engine, load);
	}
}

static int overload_of(struct rig *rig)
{
	struct control_status status;
	control_read_status(rig->control, &status);
	return status.overload;
}

/* The bypass under overload: as late, as loud and as limited as the chain; entered and left without a click; and back.
 */
static void overload_ends_in_a_safe_bypass(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "eq", "trim", "limiter", NULL);
	struct stereo in = stereo_new(20 * RATE), out = stereo_new(20 * RATE);
	stereo_fill_sine(&in, RATE, 1000, 0.1);
	for (size_t i = 6 * RATE; i < 7 * RATE; i++) /* a burst that the gain would send over the ceiling */
		in.of[0][i] = in.of[1][i] = stereo_sine(i, RATE, 1000, 0.9);
	rig_set(&rig, "trim", "gain", 6);
	rig_set(&rig, "limiter", "ceiling", -2);
	size_t at = 0;
	run_loaded(&rig, &in, &out, &at, 4, 0.5f);
	assert_int_equal(overload_of(&rig), OVERLOAD_NONE);
	run_loaded(&rig, &in, &out, &at, 0.5, 0.9f);
	assert_int_equal(overload_of(&rig), OVERLOAD_WARNING);
	run_loaded(&rig, &in, &out, &at, 0.7, 1.2f);
	assert_int_equal(overload_of(&rig), OVERLOAD_WARNING);
	run_loaded(&rig, &in, &out, &at, 0.4, 1.2f);
	assert_int_equal(overload_of(&rig), OVERLOAD_SAFE);
	/* An edit meanwhile waits for nobody and is there afterwards. */
	assert_int_equal(control_insert(rig.control, "trim", 0, "late", 0, NULL), STATUS_OK);
	run_loaded(&rig, &in, &out, &at, 4.6, 0.2f);
	assert_int_equal(overload_of(&rig), OVERLOAD_SAFE);
	run_loaded(&rig, &in, &out, &at, 8, 0.5f);
	assert_int_equal(overload_of(&rig), OVERLOAD_NONE);
	double gain = pow(10, 0.3), worst_level = 0, worst_time = 0, ceiling = pow(10, -0.1);
	for (size_t i = 2 * RATE; i < at; i++) {
		double expected = gain * in.of[0][i - rig.latency];
		if (i < 6 * RATE || i > 9 * RATE) /* the burst and the limiter's recovery aside */
			worst_level = fmax(worst_level, fabs(out.of[0][i] - expected) / (0.1 * gain));
		worst_time = fmax(worst_time, fabs(out.of[0][i]));
	}
	if (worst_level > 0.02)
		fail_msg("%.1f %% off in level or time", 100 * worst_level);
	if (worst_time > ceiling * 1.006)
		fail_msg("%.3f is over the ceiling of %.3f", worst_time, ceiling);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* The safe bypass keeps the ceiling that the rack keeps now, not the one it had when its chain was made. */
static void the_safe_bypass_keeps_the_newest_ceiling(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "limiter", NULL);
	struct stereo in = stereo_new(20 * RATE), out = stereo_new(20 * RATE);
	stereo_fill_sine(&in, RATE, 1000, 0.5);
	size_t at = 0;
	run_loaded(&rig, &in, &out, &at, 1, 0.5f);
	rig_set(&rig, "limiter", "ceiling", -12);
	run_loaded(&rig, &in, &out, &at, 4, 1.2f);
	assert_int_equal(overload_of(&rig), OVERLOAD_SAFE);
	double worst = 0;
	for (size_t i = 2 * RATE; i < at; i++)
		worst = fmax(worst, fabs(out.of[0][i]));
	assert_true(worst < pow(10, -0.6) * 1.006);
	rig_set(&rig, "limiter", "ceiling", -3);
	rig_set(&rig, "limiter", "bypass", 1); /* nothing keeps one any more */
	rig_set(&rig, "trim", "gain", 6);
	for (size_t i = at; i < at + RATE; i++)
		in.of[0][i] = in.of[1][i] = stereo_sine(i, RATE, 1000, 4);
	size_t loud = at;
	run_loaded(&rig, &in, &out, &at, 1, 0.5f);
	assert_int_equal(overload_of(&rig), OVERLOAD_SAFE);
	worst = 0;
	for (size_t i = loud + RATE / 2; i < at; i++)
		worst = fmax(worst, fabs(out.of[0][i]));
	assert_true(worst > 1);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* ---- Stream */

static void the_stream_fades(void **state)
{
	(void)state;
	struct control *control = control_new(NULL);
	assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
	struct rig rig = { .control = control, .engine = control_engine(control) };
	struct stereo in = stereo_new(9600), out = stereo_new(9600);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 1;
	rig_run(&rig, in.of, out.of, 0, 960, 64);
	assert_true(out.of[0][959] == 0 && engine_is_silent(rig.engine));
	engine_fade(rig.engine, true);
	rig_run(&rig, in.of, out.of, 960, 3840, 64);
	assert_true(out.of[0][4799] == 1 && !engine_is_silent(rig.engine));
	engine_fade(rig.engine, false);
	rig_run(&rig, in.of, out.of, 4800, 4800, 64);
	assert_true(out.of[0][9599] == 0 && engine_is_silent(rig.engine));
	for (size_t i = 1; i < out.n; i++) /* pi/2 / 960 is the steepest of a 20 ms raised cosine */
		assert_true(fabsf(out.of[0][i] - out.of[0][i - 1]) < 0.0018f);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* ---- Two threads: for TSan and the leak checker; the last values must arrive */

static atomic_bool playing;

static void *play(void *engine)
{
	static float left[64], right[64];
	const struct buses buses = { .in = { left, right }, .out = { left, right } };
	while (atomic_load(&playing)) {
		for (int i = 0; i < 64; i++)
			left[i] = right[i] = 0.1f;
		engine_process(engine, &buses, 64, 0);
	}
	return NULL;
}

static void two_threads(void **state)
{
	(void)state;
	struct control *control = control_new(NULL);
	for (int i = 0; i < 3; i++)
		control_insert(control, "trim", 9, NULL, 0, NULL);
	assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
	struct rig rig = { .control = control, .engine = control_engine(control) };
	engine_fade(rig.engine, true);
	pthread_t thread;
	atomic_store(&playing, true);
	assert_int_equal(pthread_create(&thread, NULL, play, rig.engine), 0);
	uint32_t seed = 6;
	for (int i = 0; i < 30000; i++) {
		const struct rack *rack = control_rack(control);
		const char *id = rack->slots[rig_random(&seed) % rack->n_slots].id;
		if (i % 97 == 0 && rack->n_slots < 6)
			control_insert(control, "trim", 9, NULL, 0, NULL);
		else if (i % 97 == 48 && rack->n_slots > 2)
			control_remove(control, id, 0, NULL);
		else
			rig_set(&rig, id, "gain", (float)(rig_random(&seed) % 20) - 10);
		float level = control_meter(control, 0, 0);
		assert_true(isfinite(level));
		control_tick(control);
	}
	uint64_t sequence = control_sequence(control);
	for (int i = 0; control_applied(control) < sequence; i++) {
		control_tick(control);
		sequence = control_sequence(control);
		if (i > 100000000)
			fail_msg("the audio thread never applied everything");
	}
	atomic_store(&playing, false);
	pthread_join(thread, NULL);
	double gain = 0;
	const struct rack *rack = control_rack(control);
	for (uint32_t i = 0; i < rack->n_slots; i++)
		gain += rack->slots[i].values[0];
	struct stereo in = stereo_new(48000), out = stereo_new(48000);
	for (size_t i = 0; i < in.n; i++)
		in.of[0][i] = in.of[1][i] = 0.1f;
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	assert_true(fabs(out.of[0][in.n - 1] / (0.1 * pow(10, gain / 20)) - 1) < 1e-5);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_starts_on_its_frame),
		cmocka_unit_test(later_frames_wait_and_keep_their_order),
		cmocka_unit_test(a_flood_ends_in_the_last_value),
		cmocka_unit_test(a_flood_is_over_within_blocks),
		cmocka_unit_test(a_long_block_takes_more),
		cmocka_unit_test(delay_grows_when_it_must_and_never_shrinks),
		cmocka_unit_test(edits_are_not_heard),
		cmocka_unit_test(slots_that_stay_keep_their_sound),
		cmocka_unit_test(a_refused_edit_changes_nothing),
		cmocka_unit_test(solo_and_clamping),
		cmocka_unit_test(a_poisoned_slot_is_reset_muted_and_counted),
		cmocka_unit_test(a_poisoned_slot_can_be_bypassed),
		cmocka_unit_test(overload_ends_in_a_safe_bypass),
		cmocka_unit_test(the_safe_bypass_keeps_the_newest_ceiling),
		cmocka_unit_test(the_stream_fades),
		cmocka_unit_test(two_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
