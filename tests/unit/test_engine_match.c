/* Tests the rack's bypass at matched loudness: which side is attenuated, when it is ready, that it never steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/rig.h"

#include <unistd.h>

enum { RATE = 48000 };

static double level_db(const struct stereo *s, size_t from)
{
	double sum = 0;
	for (size_t i = from; i < s->n; i++)
		sum += (double)s->of[0][i] * s->of[0][i];
	return 10 * log10(sum / (double)(s->n - from));
}

/* Feeds no faster than the analysis thread measures, however slow it is. */
static void run_matched(struct rig *rig, const struct stereo *in, struct stereo *out, int seconds)
{
	const struct levels *values;
	struct control_status status;
	for (int second = 0; second < seconds; second++)
		for (size_t at = 0; at < in->n; at += 4800) {
			rig_run(rig, in->of, out->of, at, 4800, 64);
			for (int wait = 0; wait < 10000; wait++) {
				control_read_status(rig->control, &status);
				values = control_analysis(rig->control);
				assert_non_null(values);
				if (values->frames + values->lost_frames + 960 >=
					status.frames) /* it measures hops of 10 ms */
					break;
				usleep(1000);
			}
			control_tick(rig->control);
		}
}

static void match_turns_the_louder_side_down(void **state)
{
	(void)state;
	static const float gains[] = { 6, -6 };
	for (int g = 0; g < 2; g++) {
		struct control *control = control_new(NULL);
		control_insert(control, "trim", 0, NULL, 0, NULL);
		assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
		struct rig rig = { .control = control, .engine = control_engine(control) };
		struct stereo in = stereo_new(48000), out = stereo_new(48000);
		stereo_fill_sine(&in, RATE, 1000, 0.1);
		engine_fade(rig.engine, true);
		rig_set(&rig, "trim", "gain", gains[g]);
		run_matched(&rig, &in, &out, 4);
		control_set(control, RACK_ITSELF, RACK_MATCH, 1, 0, NULL, NULL);
		run_matched(&rig, &in, &out, 8);
		double rack_db = level_db(&out, 24000);
		control_set(control, RACK_ITSELF, RACK_BYPASS, 1, 0, NULL, NULL);
		run_matched(&rig, &in, &out, 1);
		double bypass_db = level_db(&out, 24000), quieter_db = level_db(&in, 0) + (gains[g] < 0 ? gains[g] : 0);
		if (fabs(rack_db - bypass_db) > 0.1 || fabs(rack_db - quieter_db) > 0.1)
			fail_msg("rack %.2f dB, bypass %.2f dB, quieter side %.2f dB", rack_db, bypass_db, quieter_db);
		control_set(control, RACK_ITSELF, RACK_MATCH, 0, 0, NULL, NULL);
		run_matched(&rig, &in, &out, 1);
		for (size_t i = 24000; i < in.n; i++)
			assert_true(out.of[0][i] == in.of[0][i]);
		stereo_free(&in);
		stereo_free(&out);
		rig_free(&rig);
	}
}

/* What a person does: a second of sound, then match and bypass at once, or the one right after the other. */
static void match_is_ready_when_it_is_asked_for(void **state)
{
	(void)state;
	static const float gains[] = { 6, -6 };
	for (int turn = 0; turn < 6; turn++) {
		struct control *control = control_new(NULL);
		float gain = gains[turn % 2];
		control_insert(control, "trim", 0, NULL, 0, NULL);
		control_insert(control, "limiter", 1, NULL, 0, NULL); /* does nothing, late */
		assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
		struct rig rig = { .control = control, .engine = control_engine(control) };
		struct stereo in = stereo_new(48000), out = stereo_new(48000);
		stereo_fill_sine(&in, RATE, 1000, 0.1);
		engine_fade(rig.engine, true);
		if (turn / 2 < 2)
			rig_set(&rig, "trim", "gain", gain);
		run_matched(&rig, &in, &out, 1);
		int order[] = { turn / 2 ? RACK_BYPASS : RACK_MATCH, turn / 2 ? RACK_MATCH : RACK_BYPASS };
		control_begin(control, 0);
		for (int k = 0; k < 2; k++)
			control_set(control, RACK_ITSELF, (uint32_t)order[k], 1, 0, NULL, NULL);
		control_end(control);
		control_tick(control);
		rig_run(&rig, in.of, out.of, 0, 4800, 64); /* two fades of 20 ms, and the delay */
		if (turn / 2 == 2) {                       /* changed while nothing of it is heard */
			rig_set(&rig, "trim", "gain", gain);
			run_matched(&rig, &in, &out, 4);
		}
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
		double bypass_db = level_db(&out, 0), quieter_db = level_db(&in, 0) + fmin(gain, 0);
		control_set(control, RACK_ITSELF, RACK_BYPASS, 0, 0, NULL, NULL);
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
		double rack_db = level_db(&out, 24000);
		if (fabs(bypass_db - quieter_db) > 0.1 || fabs(rack_db - quieter_db) > 0.1)
			fail_msg("turn %d: rack %.2f dB, bypass %.2f dB, quieter side %.2f dB", turn, rack_db,
				bypass_db, quieter_db);
		stereo_free(&in);
		stereo_free(&out);
		rig_free(&rig);
	}
}

/* From the first sound on, through changes of the rack: neither side is ever lifted, and no gain steps. */
static void match_never_lifts_and_never_steps(void **state)
{
	(void)state;
	struct control *control = control_new(NULL);
	control_insert(control, "trim", 0, NULL, 0, NULL);
	control_set(control, RACK_ITSELF, RACK_MATCH, 1, 0, NULL, NULL);
	rig_set(&(struct rig){ .control = control }, "trim", "gain", 6);
	assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
	struct rig rig = { .control = control, .engine = control_engine(control) };
	struct stereo in = stereo_new(4800), out = stereo_new(4800);
	stereo_fill_sine(&in, RATE, 100, 0.1);
	engine_fade(rig.engine, true);
	const double lifted = 0.1 * pow(10, 6 / 20.0),
		     slope = lifted * 6.2831853 * 100 / RATE * 1.2 + lifted * 1.5708 / 960;
	float last = 0;
	for (int tenth = 0; tenth < 100; tenth++) {
		if (tenth == 30)
			rig_set(&rig, "trim", "gain", -12);
		if (tenth == 60 || tenth == 75)
			control_set(control, RACK_ITSELF, RACK_BYPASS, tenth == 60, 0, NULL, NULL);
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
		const struct levels *values;
		struct control_status status;
		for (int wait = 0; wait < 10000; wait++, usleep(1000)) {
			control_read_status(control, &status);
			values = control_analysis(control);
			assert_non_null(values);
			if (values->frames + values->lost_frames + 960 >= status.frames)
				break;
		}
		control_tick(control);
		for (size_t i = 0; i < in.n; last = out.of[0][i++]) {
			assert_true(fabsf(out.of[0][i]) <= (tenth < 30 ? lifted : 0.1) * 1.0001 ||
				    (tenth == 30 && i < 1000));
			if (fabsf(out.of[0][i] - last) > slope)
				fail_msg("a step of %g at %d, %zu", (double)(out.of[0][i] - last), tenth, i);
		}
		if (tenth == 20) /* long matched: after 400 ms of sound */
			assert_true(fabs(level_db(&out, 0) - level_db(&in, 0)) < 0.1);
		if (tenth == 99)
			assert_true(fabs(level_db(&out, 0) - level_db(&in, 0) + 12) < 0.1);
	}
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match_turns_the_louder_side_down),
		cmocka_unit_test(match_is_ready_when_it_is_asked_for),
		cmocka_unit_test(match_never_lifts_and_never_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
