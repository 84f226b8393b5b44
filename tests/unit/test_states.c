/* Scenes, sides, undo and locks: what they keep, what they change, and that a recall is one transaction. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/undo.h"
#include "rack/model/rackfile.h"
#include "tests/unit/rig.h"

#include <stdbool.h>

enum { RATE = 48000 };

static void fill(struct stereo *s, float level)
{
	for (size_t i = 0; i < s->n; i++)
		s->of[0][i] = s->of[1][i] = level;
}

static float value_of(struct rig *rig, const char *slot, const char *param)
{
	int s = rack_find_slot(control_rack(rig->control), slot);
	assert_true(s >= 0);
	return control_rack(rig->control)
		->slots[s]
		.values[slot_find_param(&control_rack(rig->control)->slots[s], param)];
}

static void lock_row(struct rig *rig, const char *slot, const char *param, bool locked)
{
	int s = rack_find_slot(control_rack(rig->control), slot);
	int p = slot_find_param(&control_rack(rig->control)->slots[s], param);
	assert_int_equal(control_lock(rig->control, (uint32_t)s, (uint32_t)p, locked, NULL), STATUS_OK);
}

/* Two gains that cancel out at both ends cancel out all the way, if both move by the same law from the same frame. */
static void a_scene_moves_everything_together(void **state)
{
	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct rig rig = rig_new(RATE, "trim", "trim", NULL);
		struct stereo in = stereo_new(3 * RATE), out = stereo_new(3 * RATE);
		fill(&in, 0.1f);
		rig_set(&rig, "trim", "gain", 12);
		rig_set(&rig, "trim_2", "gain", -12);
		assert_int_equal(control_scene_store(rig.control, "loud first", NULL), STATUS_OK);
		rig_set(&rig, "trim", "gain", -6);
		rig_set(&rig, "trim_2", "gain", 6);
		rig_run(&rig, in.of, out.of, 0, RATE / 2, 64);
		control_begin(rig.control, RATE / 2 + 17);
		assert_int_equal(control_scene_recall(rig.control, "loud first", turn ? 1.5f : 0, 0, NULL), STATUS_OK);
		control_end(rig.control);
		rig_run(&rig, in.of, out.of, RATE / 2, in.n - RATE / 2, 64);
		for (size_t i = RATE / 4; i < in.n; i++)
			if (fabs(out.of[0][i] / 0.1 - 1) >
				(turn ? 3e-5 : 5e-3)) /* cosh of half a piece; one frame apart would be 8e-3 */
				fail_msg("off by %g at frame %zu", out.of[0][i] / 0.1 - 1, i);
		stereo_free(&in);
		stereo_free(&out);
		rig_free(&rig);
	}
}

/* A straight line in dB over the time that was asked for. */
static void a_scene_takes_its_time(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct stereo in = stereo_new(4 * RATE), out = stereo_new(4 * RATE);
	fill(&in, 0.1f);
	rig_set(&rig, "trim", "gain", 12);
	assert_int_equal(control_scene_store(rig.control, "up", NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", 0);
	rig_run(&rig, in.of, out.of, 0, RATE, 64);
	assert_int_equal(control_scene_recall(rig.control, "up", 2, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 12);
	rig_run(&rig, in.of, out.of, RATE, 3 * RATE, 64);
	for (int tenth = 1; tenth < 20; tenth++) {
		double db = 20 * log10(out.of[0][RATE + RATE / 10 * tenth] / 0.1);
		if (fabs(db - 12 * tenth / 20.0) > 0.06) /* 5 ms of the window are 0.03 dB */
			fail_msg("%.3f dB after %.1f s", db, tenth / 10.0);
	}
	assert_true(fabs(20 * log10(out.of[0][in.n - 1] / 0.1) - 12) < 1e-4);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* A scene with other slots: what both have goes slowly, the rest is cross-faded, nothing is lost. */
static void a_scene_brings_its_slots(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "trim", NULL);
	struct stereo in = stereo_new(4 * RATE), out = stereo_new(4 * RATE);
	fill(&in, 0.1f);
	rig_set(&rig, "trim", "gain", 6);
	assert_int_equal(control_scene_store(rig.control, "two", NULL), STATUS_OK);
	assert_int_equal(control_remove(rig.control, "trim_2", 0, NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", -6);
	rig_run(&rig, in.of, out.of, 0, RATE, 64);
	assert_int_equal(control_scene_recall(rig.control, "two", 2, 0, NULL), STATUS_OK);
	assert_int_equal(control_rack(rig.control)->n_slots, 2);
	rig_run(&rig, in.of, out.of, RATE, 3 * RATE, 64);
	assert_true(fabs(20 * log10(out.of[0][2 * RATE] / 0.1)) < 0.06);
	assert_true(fabs(20 * log10(out.of[0][in.n - 1] / 0.1) - 6) < 1e-4);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

static void scenes_are_checked(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	struct reason reason;
	assert_int_equal(control_scene_recall(rig.control, "none", 0, 0, &reason), STATUS_UNKNOWN);
	assert_int_equal(control_scene_store(rig.control, "../x", &reason), STATUS_BAD_VALUE);
	assert_int_equal(control_scene_store(rig.control, "x", &reason), STATUS_OK);
	assert_int_equal(control_scene_store(rig.control, "x", &reason), STATUS_OK);
	assert_int_equal(control_n_scenes(rig.control), 1);
	assert_int_equal(control_scene_recall(rig.control, "x", 61, 0, &reason), STATUS_BAD_VALUE);
	assert_int_equal(control_scene_recall(rig.control, "x", NAN, 0, &reason), STATUS_BAD_VALUE);
	for (int i = 1; i < SCENES_MAX; i++) {
		char name[24];
		snprintf(name, sizeof name, "scene %d", i);
		assert_int_equal(control_scene_store(rig.control, name, &reason), STATUS_OK);
	}
	assert_int_equal(control_scene_store(rig.control, "one more", &reason), STATUS_FULL);
	rig_free(&rig);
}

static void locked_rows_stay(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "limiter", NULL);
	rig_set(&rig, "limiter", "ceiling", -3);
	rig_set(&rig, "trim", "gain", -3);
	control_scene_store(rig.control, "s", NULL);
	rig_set(&rig, "limiter", "ceiling", -1);
	rig_set(&rig, "trim", "gain", -1);
	control_scene_recall(rig.control, "s", 0, 0, NULL);
	assert_true(value_of(&rig, "limiter", "ceiling") == -1); /* locked by its row */
	assert_true(value_of(&rig, "trim", "gain") == -3);
	rig_set(&rig, "trim", "gain", -1);
	lock_row(&rig, "limiter", "ceiling", false);
	lock_row(&rig, "trim", "gain", true);
	control_scene_recall(rig.control, "s", 0, 0, NULL);
	assert_true(value_of(&rig, "limiter", "ceiling") == -3);
	assert_true(value_of(&rig, "trim", "gain") == -1);
	rig_free(&rig);
}

static void locks_come_back_with_their_slot(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", "eq", "eq", NULL);
	lock_row(&rig, "trim", "gain", true);
	assert_int_equal(control_remove(rig.control, "trim", 0, NULL), STATUS_OK);
	assert_int_equal(control_undo(rig.control, 0, NULL), STATUS_OK);
	assert_true(control_locked(rig.control, 0, 0));
	/* What is as its row has it takes no place, nor do slots that have gone when there is no other. */
	for (uint32_t slot = 1; slot < 3; slot++)
		for (uint32_t p = 0; p < 40; p++) {
			assert_int_equal(control_lock(rig.control, slot, p, true, NULL), STATUS_OK);
			assert_int_equal(control_lock(rig.control, slot, p, false, NULL), STATUS_OK);
		}
	for (uint32_t i = 0; i < 63; i++)
		assert_int_equal(control_lock(rig.control, 1 + i / 32, i % 32, true, NULL), STATUS_OK);
	assert_int_equal(control_lock(rig.control, 2, 31, true, NULL), STATUS_FULL);
	assert_int_equal(control_remove(rig.control, "trim", 0, NULL), STATUS_OK);
	assert_int_equal(control_lock(rig.control, 1, 31, true, NULL), STATUS_OK);
	for (uint32_t i = 0; i < 80; i++)
		assert_true(control_locked(rig.control, i / 40, i % 40) == (i % 40 < 32));
	rig_free(&rig);
}

/* Undo goes back to the side that was heard, and what the other one holds stays there. */
static void undo_knows_the_sides(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	rig_set(&rig, "trim", "gain", 1);
	assert_int_equal(control_snapshot_hear(rig.control, 1, 0, NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", 2);
	assert_int_equal(control_snapshot_hear(rig.control, 0, 0, NULL), STATUS_OK);
	assert_int_equal(control_snapshot_hear(rig.control, 1, 0, NULL), STATUS_OK);
	assert_int_equal(control_undo(rig.control, 0, NULL), STATUS_OK);
	assert_int_equal(control_snapshot(rig.control), 0);
	assert_true(value_of(&rig, "trim", "gain") == 1);
	assert_int_equal(control_snapshot_hear(rig.control, 1, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 2);
	for (int i = 0; i < 4; i++) /* to a; to b; the change on b; to b the first time */
		assert_int_equal(control_undo(rig.control, 0, NULL), STATUS_OK);
	assert_int_equal(control_snapshot(rig.control), 0);
	assert_true(value_of(&rig, "trim", "gain") == 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(control_redo(rig.control, 0, NULL), STATUS_OK);
	assert_int_equal(control_snapshot(rig.control), 1);
	assert_true(value_of(&rig, "trim", "gain") == 2);
	rig_free(&rig);
}

static void four_sides(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	rig_set(&rig, "trim", "gain", 1);
	assert_int_equal(control_snapshot_hear(rig.control, 1, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 1); /* the same until changed */
	rig_set(&rig, "trim", "gain", 2);
	assert_int_equal(control_insert(rig.control, "trim", 9, "more", 0, NULL), STATUS_OK);
	assert_int_equal(control_snapshot_hear(rig.control, 0, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 1);
	assert_int_equal(control_rack(rig.control)->n_slots, 1);
	assert_int_equal(control_snapshot_hear(rig.control, 1, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 2);
	assert_int_equal(control_rack(rig.control)->n_slots, 2);
	assert_int_equal(control_snapshot_copy(rig.control, 1, 3, 0, NULL), STATUS_OK);
	rig_set(&rig, "trim", "gain", 5);
	assert_int_equal(control_snapshot_hear(rig.control, 3, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 2);
	assert_int_equal(control_snapshot(rig.control), 3);
	assert_int_equal(control_snapshot_copy(rig.control, 0, 3, 0, NULL), STATUS_OK);
	assert_true(value_of(&rig, "trim", "gain") == 1);
	assert_int_equal(control_snapshot_hear(rig.control, 4, 0, NULL), STATUS_UNKNOWN);
	rig_free(&rig);
}

static void count_call(void *user)
{
	++*(int *)user;
}

/* What is put back from files is what was stored, and whoever saves hears of each change. */
static void states_can_be_taken_out_and_put_back(void **state)
{
	(void)state;
	int calls = 0;
	struct rig rig = rig_new(RATE, "trim", NULL), other = rig_new(RATE, "trim", NULL);
	struct control_listener listener = { .user = &calls, .states = count_call };
	control_listen(rig.control, &listener);
	rig_set(&rig, "trim", "gain", 3);
	control_scene_store(rig.control, "three", NULL);
	assert_int_equal(calls, 1);
	assert_null(control_snapshot_rack(rig.control, 0)); /* heard */
	assert_null(control_snapshot_rack(rig.control, 1)); /* never left */
	control_snapshot_hear(rig.control, 1, 0, NULL);
	assert_true(calls > 1);
	rig_set(&rig, "trim", "gain", 4);
	calls = 0;
	lock_row(&rig, "trim", "mono", true);
	assert_int_equal(calls, 1);

	assert_int_equal(
		control_scene_put(other.control, "three", control_scene_rack(rig.control, 0), NULL), STATUS_OK);
	assert_int_equal(control_scene_put(other.control, "../three", control_scene_rack(rig.control, 0), NULL),
		STATUS_BAD_VALUE);
	assert_int_equal(
		control_snapshot_put(other.control, 0, control_snapshot_rack(rig.control, 0), NULL), STATUS_OK);
	assert_int_equal(control_snapshot_put(other.control, 1, NULL, NULL), STATUS_OK);
	assert_int_equal(control_snapshot_put(other.control, 4, NULL, NULL), STATUS_UNKNOWN);
	assert_int_equal(control_snapshot(other.control), 1);
	assert_true(value_of(&other, "trim", "gain") == 0); /* nothing is heard of it yet */
	control_scene_recall(other.control, "three", 0, 0, NULL);
	assert_true(value_of(&other, "trim", "gain") == 3);
	rig_set(&other, "trim", "gain", 5);
	control_snapshot_hear(other.control, 0, 0, NULL);
	assert_true(value_of(&other, "trim", "gain") == 3);
	control_snapshot_hear(other.control, 1, 0, NULL);
	assert_true(value_of(&other, "trim", "gain") == 5);
	rig_free(&rig);
	rig_free(&other);
}

static void play(struct rig *rig, size_t frames)
{
	struct stereo in = stereo_new(frames), out = stereo_new(frames);
	rig_run(rig, in.of, out.of, 0, frames, 512);
	stereo_free(&in);
	stereo_free(&out);
}

static void undo_goes_back_by_gestures(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	control_undo(rig.control, 0, NULL); /* the insertion */
	assert_int_equal(control_rack(rig.control)->n_slots, 0);
	assert_int_equal(control_undo(rig.control, 0, NULL), STATUS_UNAVAILABLE);
	control_redo(rig.control, 0, NULL);
	assert_int_equal(control_rack(rig.control)->n_slots, 1);
	for (int i = 1; i <= 20; i++) { /* one ride of a fader */
		rig_set(&rig, "trim", "gain", (float)i / 2);
		play(&rig, 4800);
	}
	play(&rig, RATE);
	rig_set(&rig, "trim", "gain", -10); /* another, a second later */
	control_begin(rig.control, 0);      /* and a group */
	rig_set(&rig, "trim", "swap", 1);
	rig_set(&rig, "trim", "mono", 1);
	control_end(rig.control);
	assert_int_equal(control_move(rig.control, "trim", 0, 0, NULL), STATUS_OK); /* moves nothing: no step */
	assert_int_equal(control_replace(rig.control, "trim", "limiter", 0, NULL), STATUS_OK);

	control_undo(rig.control, 0, NULL);
	assert_true(value_of(&rig, "trim", "mono") == 1);
	control_undo(rig.control, 0, NULL);
	assert_true(value_of(&rig, "trim", "mono") == 0 && value_of(&rig, "trim", "swap") == 0);
	assert_true(value_of(&rig, "trim", "gain") == -10);
	control_undo(rig.control, 0, NULL);
	assert_true(value_of(&rig, "trim", "gain") == 10);
	control_undo(rig.control, 0, NULL);
	assert_true(value_of(&rig, "trim", "gain") == 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(control_redo(rig.control, 0, NULL), STATUS_OK);
	assert_int_equal(control_redo(rig.control, 0, NULL), STATUS_UNAVAILABLE);
	assert_true(rack_find_slot(control_rack(rig.control), "limiter") == 0);
	rig_free(&rig);
}

static void undo_is_200_deep(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	for (int i = 1; i <= 300; i++)
		rig_set(&rig, "trim", i % 2 ? "swap" : "mono", (float)((i + 1) / 2 % 2));
	int steps = 0;
	while (control_undo(rig.control, 0, NULL) == STATUS_OK)
		steps++;
	assert_int_equal(steps, UNDO_MAX);
	while (control_redo(rig.control, 0, NULL) == STATUS_OK)
		steps--;
	assert_int_equal(steps, 0);
	rig_free(&rig);
}

/* What is set is what a rack file gives back, and undo knows it. */
static void a_title_fits_into_a_file(void **state)
{
	(void)state;
	static const struct {
		const char *set, *kept;
	} titles[] = { { "Plain", "Plain" }, { " # a # b ", "a  b" }, { "#", "" }, { "\xc3\xa4\xff\t", "\xc3\xa4??" },
		{ "", "" }, { "a = b ; [c]", "a = b ; [c]" } };
	struct rig rig = rig_new(RATE, "trim", NULL);
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		struct rack read;
		char before[RACK_TITLE_SIZE];
		strcpy(before, control_rack(rig.control)->title);
		control_set_title(rig.control, titles[i].set, 0);
		assert_string_equal(control_rack(rig.control)->title, titles[i].kept);
		char *text = control_print(rig.control);
		assert_int_equal(rackfile_parse("t", text, strlen(text), &read, NULL, NULL, NULL, NULL), STATUS_OK);
		assert_string_equal(read.title, titles[i].kept);
		free(text);
		if (strcmp(before, titles[i].kept) == 0)
			continue;
		assert_int_equal(control_undo(rig.control, 0, NULL), STATUS_OK);
		assert_string_equal(control_rack(rig.control)->title, before);
		assert_int_equal(control_redo(rig.control, 0, NULL), STATUS_OK);
		assert_string_equal(control_rack(rig.control)->title, titles[i].kept);
	}
	rig_free(&rig);
}

static unsigned n_heard, n_done;

static void hear_chain(void *user, unsigned origin)
{
	(void)user, (void)origin;
	n_heard++;
}

static void hear_done(void *user, enum status status, const struct reason *reason)
{
	(void)user, (void)status, (void)reason;
	n_done++;
}

/* A preset that is still being read at the end reaches its asker, but no listener: they may be gone. */
static void the_end_is_told_to_nobody(void **state)
{
	(void)state;
	struct control *control = control_new(NULL);
	struct control_listener listener = { .chain = hear_chain };
	control_listen(control, &listener);
	control_preset_load(control, "streaming", 0, hear_done, NULL);
	control_free(control);
	assert_int_equal(n_done, 1);
	assert_int_equal(n_heard, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scene_moves_everything_together),
		cmocka_unit_test(a_scene_takes_its_time),
		cmocka_unit_test(a_scene_brings_its_slots),
		cmocka_unit_test(scenes_are_checked),
		cmocka_unit_test(locked_rows_stay),
		cmocka_unit_test(locks_come_back_with_their_slot),
		cmocka_unit_test(undo_knows_the_sides),
		cmocka_unit_test(four_sides),
		cmocka_unit_test(states_can_be_taken_out_and_put_back),
		cmocka_unit_test(undo_goes_back_by_gestures),
		cmocka_unit_test(undo_is_200_deep),
		cmocka_unit_test(a_title_fits_into_a_file),
		cmocka_unit_test(the_end_is_told_to_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
