/* Values whose frame has come while the control did something else: the model has them before the next edit, and the
 * control wakes up for them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/rig.h"

enum { RATE = 48000, BLOCK = 64, FRAME = 2000 };

/* A rack of two trims. The first one's gain was set to 3 dB for a later frame and then to 5 dB at once; the frame has
 * come, so 3 dB is heard, and nobody has told the control. */
static struct rig overtaken(void)
{
	struct rig rig = rig_new(RATE, "trim", "trim", NULL);
	float left[BLOCK] = { 0 }, right[BLOCK] = { 0 };
	const struct buses buses = { .in = { left, right }, .out = { left, right } };
	assert_int_equal(control_scene_store(rig.control, "before", NULL), STATUS_OK);
	control_begin(rig.control, FRAME);
	rig_set(&rig, "trim", "gain", 3);
	control_end(rig.control);
	rig_set(&rig, "trim", "gain", 5);
	for (int frame = 0; frame < 2 * FRAME; frame += BLOCK)
		engine_process(rig.engine, &buses, BLOCK, 0);
	return rig;
}

static void insert(struct control *c)
{
	assert_int_equal(control_insert(c, "eq", 1, NULL, 0, NULL), STATUS_OK);
}

static void remove_one(struct control *c)
{
	assert_int_equal(control_remove(c, "trim_2", 0, NULL), STATUS_OK);
}

static void move(struct control *c)
{
	assert_int_equal(control_move(c, "trim", 1, 0, NULL), STATUS_OK);
}

static void replace(struct control *c)
{
	assert_int_equal(control_replace(c, "trim_2", "eq", 0, NULL), STATUS_OK);
}

static void set_title(struct control *c)
{
	control_set_title(c, "Late", 0);
}

static void recall(struct control *c)
{
	assert_int_equal(control_scene_recall(c, "before", 0, 0, NULL), STATUS_OK);
}

static void hear_snapshot(struct control *c)
{
	assert_int_equal(control_snapshot_hear(c, 1, 0, NULL), STATUS_OK);
}

static void load(struct control *c)
{
	struct rack rack = *control_rack(c);
	rack.slots[1].values[0] = 1;
	control_load(c, &rack, 0);
}

/* Undo of an edit gives back what was heard before it. */
static void edits_begin_with_what_is_heard(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*edit)(struct control *);
	} edits[] = { { "insert", insert }, { "remove", remove_one }, { "move", move }, { "replace", replace },
		{ "title", set_title }, { "scene", recall }, { "snapshot", hear_snapshot }, { "load", load } };
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		struct rig rig = overtaken();
		edits[i].edit(rig.control);
		assert_int_equal(control_undo(rig.control, 0, NULL), STATUS_OK);
		float gain = control_rack(rig.control)->slots[0].values[0];
		if (gain != 3)
			fail_msg("%s: undo gives %g dB, 3 dB were heard", edits[i].name, (double)gain);
		rig_free(&rig);
	}
}

static void what_is_stored_is_what_is_heard(void **state)
{
	(void)state;
	struct rig rig = overtaken();
	assert_int_equal(control_scene_store(rig.control, "now", NULL), STATUS_OK);
	assert_int_equal(control_snapshot_copy(rig.control, 0, 1, 0, NULL), STATUS_OK);
	assert_true(control_scene_rack(rig.control, 1)->slots[0].values[0] == 3);
	assert_true(control_snapshot_rack(rig.control, 1)->slots[0].values[0] == 3);
	rig_free(&rig);
}

/* Nobody else may wake it: listeners and what is saved would have 5 dB for as long. */
static void the_control_wakes_for_them(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "trim", NULL);
	control_begin(rig.control, FRAME);
	rig_set(&rig, "trim", "gain", 3);
	control_end(rig.control);
	assert_in_range(control_tick(rig.control), 0, 50);
	struct stereo sound = stereo_new(2 * FRAME);
	rig_run(&rig, sound.of, sound.of, 0, sound.n, BLOCK);
	assert_int_equal(control_tick(rig.control), -1);
	stereo_free(&sound);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_begin_with_what_is_heard),
		cmocka_unit_test(what_is_stored_is_what_is_heard),
		cmocka_unit_test(the_control_wakes_for_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
