/* What the control is made of, without an engine: undo, locks, scenes and snapshots, delays, values that come due. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/due.h"
#include "rack/control/latency.h"
#include "rack/control/locks.h"
#include "rack/control/match.h"
#include "rack/control/states.h"
#include "rack/control/undo.h"
#include "rack/model/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A trim (uid 1), and a limiter (uid 2). */
static struct rack small_rack(void)
{
	struct rack rack;
	rack_clear(&rack);
	assert_int_equal(rack_insert(&rack, 0, registry_find("trim"), NULL, NULL), STATUS_OK);
	assert_int_equal(rack_insert(&rack, 1, registry_find("limiter"), NULL, NULL), STATUS_OK);
	rack.slots[0].uid = 1;
	rack.slots[1].uid = 2;
	return rack;
}

/* ---- Undo */

static const struct gesture whole = { .uid = UNDO_WHOLE };

/* The rack with this gain, as a change of it at this time. */
static void change(struct undo *u, struct rack *rack, float gain, double time_s)
{
	undo_record(u, rack, 0, &(struct gesture){ .uid = 1, .time_s = time_s });
	rack->slots[0].values[0] = gain;
}

static void undo_goes_back_and_forward(void **state)
{
	(void)state;
	struct undo *u = undo_new();
	struct rack rack = small_rack();
	change(u, &rack, 1, 1);
	change(u, &rack, 2, 1.4); /* within half a second: the same step */
	change(u, &rack, 3, 2.0);
	struct undo_step step = { .rack = rack, .snapshot = 2 };
	assert_true(undo_back(u, &step) && step.rack.slots[0].values[0] == 2.0f);
	assert_true(undo_back(u, &step) && step.rack.slots[0].values[0] == 0.0f);
	assert_false(undo_back(u, &step));
	assert_true(undo_forward(u, &step) && undo_forward(u, &step));
	assert_true(step.rack.slots[0].values[0] == 3.0f && step.snapshot == 2);
	assert_false(undo_forward(u, &step));
	undo_free(u);
}

static void a_transaction_is_one_step(void **state)
{
	(void)state;
	struct undo *u = undo_new();
	struct rack rack = small_rack();
	undo_open(u);
	for (int i = 1; i < 5; i++)
		change(u, &rack, (float)i, i);
	undo_close(u);
	undo_record(u, &rack, 0, &whole);
	struct undo_step step = { .rack = rack };
	assert_true(undo_back(u, &step) && undo_back(u, &step) && step.rack.slots[0].values[0] == 0);
	assert_false(undo_back(u, &step));
	undo_free(u);
}

/* What is changed behind an undo in one transaction can be undone, and there is nothing to redo behind it. */
static void an_undo_within_a_transaction(void **state)
{
	(void)state;
	struct undo *u = undo_new();
	struct rack rack = small_rack();
	undo_open(u);
	change(u, &rack, 1, 1);
	struct undo_step step = { .rack = rack };
	assert_true(undo_back(u, &step));
	rack = step.rack;
	change(u, &rack, 2, 1.1);
	undo_close(u);
	step.rack = rack;
	assert_false(undo_forward(u, &step));
	assert_true(undo_back(u, &step) && step.rack.slots[0].values[0] == 0);
	undo_free(u);
}

static void undo_keeps_the_newest(void **state)
{
	(void)state;
	struct undo *u = undo_new();
	struct rack rack = small_rack();
	for (int i = 0; i < UNDO_MAX + 7; i++) {
		rack.slots[0].uid = (uint32_t)(10 + i);
		undo_record(u, &rack, 0, &whole);
	}
	assert_false(undo_holds(u, 16));
	assert_true(undo_holds(u, 17) && undo_holds(u, 10 + UNDO_MAX + 6));
	undo_clear(u);
	assert_false(undo_holds(u, 17));
	undo_free(u);
}

/* ---- Locks */

static void locked_values_stay(void **state)
{
	(void)state;
	struct locks locks = { 0 };
	struct rack now = small_rack(), wanted = now;
	uint32_t ceiling = (uint32_t)module_find_role(now.slots[1].module, ROLE_CEILING);
	assert_true(locks_is(&locks, &now.slots[1], ceiling)); /* by its row */
	assert_false(locks_is(&locks, &now.slots[0], 0));
	assert_int_equal(locks_set(&locks, &now, 0, 0, true, NULL), STATUS_OK);
	assert_int_equal(locks_set(&locks, &now, 1, ceiling, false, NULL), STATUS_OK);
	wanted.slots[0].values[0] = 5;
	wanted.slots[1].values[ceiling] = -3;
	rack_move(&wanted, 0, 1);
	struct reason kept;
	locks_keep(&locks, &now, &wanted, "preset", &kept);
	assert_true(wanted.slots[1].values[0] == 0.0f && wanted.slots[0].values[ceiling] == -3.0f);
	assert_string_equal(kept.text, "kept, locked: trim gain 0.0 dB, the preset has 5.0 dB");
	locks_keep(&locks, &now, &wanted, "preset", &kept);
	assert_string_equal(kept.text, "");
	/* Back to the row's word; more than the sentence holds is counted. */
	assert_int_equal(locks_set(&locks, &now, 1, ceiling, true, NULL), STATUS_OK);
	for (uint32_t p = 0; p < now.slots[0].module->n_params; p++)
		assert_int_equal(locks_set(&locks, &now, 0, p, true, NULL), STATUS_OK);
	for (uint32_t p = 0; p < now.slots[0].module->n_params; p++)
		wanted.slots[1].values[p] = now.slots[0].module->params[p].max;
	locks_keep(&locks, &now, &wanted, "scene", &kept);
	assert_memory_equal(kept.text, "kept, locked: trim gain 0.0 dB, the scene has 24.0 dB; trim balance", 66);
	assert_non_null(strstr(kept.text, " more"));
	assert_true(wanted.slots[0].values[ceiling] == -1.0f && wanted.slots[1].values[1] == 0.0f);
}

static void locks_of_slots_that_have_gone_make_room(void **state)
{
	(void)state;
	struct locks locks = { 0 };
	struct rack now = small_rack();
	for (uint32_t i = 0; i < LOCKS_MAX; i++) {
		now.slots[0].uid = 100 + i / 4;
		assert_int_equal(locks_set(&locks, &now, 0, i % 4, true, NULL), STATUS_OK);
	}
	assert_true(locks_hold(&locks, 100));
	assert_int_equal(locks_set(&locks, &now, 0, 4, true, NULL), STATUS_OK);
	assert_false(locks_hold(&locks, 100)); /* the slots of the earlier uids are not in `now` */
	assert_true(locks_is(&locks, &now.slots[0], 0) && locks_is(&locks, &now.slots[0], 4));
}

/* ---- Scenes and snapshots */

static void scenes_are_found_replaced_and_deleted(void **state)
{
	(void)state;
	struct states s = { 0 };
	struct rack rack = small_rack();
	uint32_t at;
	char name[24];
	for (int i = 0; i < SCENES_MAX; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_int_equal(states_store_scene(&s, name, &rack, NULL), STATUS_OK);
	}
	assert_int_equal(states_store_scene(&s, "more", &rack, NULL), STATUS_FULL);
	assert_int_equal(states_store_scene(&s, "a/b", &rack, NULL), STATUS_BAD_VALUE);
	rack.slots[0].uid = 9;
	assert_int_equal(states_store_scene(&s, "5", &rack, NULL), STATUS_OK);
	assert_true(states_hold(&s, 9) && s.n_scenes == SCENES_MAX);
	assert_int_equal(states_find_scene(&s, "5", &at, NULL), STATUS_OK);
	states_delete_scene(&s, at);
	assert_false(states_hold(&s, 9));
	assert_int_equal(states_find_scene(&s, "5", &at, NULL), STATUS_UNKNOWN);
	assert_int_equal(states_keep(&s, 3, &rack, NULL), STATUS_OK);
	assert_true(states_hold(&s, 9));
	states_clear(&s);
	assert_false(states_hold(&s, 1));
}

/* ---- Delays */

static void delays_grow_and_stay(void **state)
{
	(void)state;
	const struct spec spec = { .rate = 48000 };
	struct latency l = { 0 };
	struct rack rack = small_rack();
	struct rack_slot *limiter = &rack.slots[1];
	float *lookahead = &limiter->values[module_find_role(limiter->module, ROLE_LOOKAHEAD)];
	uint32_t needed = latency_needed(limiter, &spec);
	assert_true(latency_grow(&l, &rack, &spec));
	assert_true(needed > 0 && l.frames == needed && latency_of(&l, 2) == needed && latency_of(&l, 1) == 0);
	*lookahead = 0.5f;
	assert_false(latency_grow(&l, &rack, &spec));
	assert_int_equal(latency_of(&l, 2), needed);
	*lookahead = 5;
	assert_true(latency_grow(&l, &rack, &spec));
	assert_int_equal(l.frames, latency_needed(limiter, &spec));
	rack_remove(&rack, 1);
	uint32_t before = l.frames;
	assert_false(latency_grow(&l, &rack, &spec));
	assert_true(l.frames == before && latency_of(&l, 2) == 0);
}

/* ---- Values for later, and bypass at matched loudness */

static void the_last_value_for_a_parameter_comes_due(void **state)
{
	(void)state;
	struct due due = { .n = 0 };
	struct due_value come;
	due_expect(&due, &(struct due_value){ .frame = 300, .uid = 1, .value = 3 });
	due_expect(&due, &(struct due_value){ .frame = 100, .uid = 1, .value = 1 });
	due_expect(&due, &(struct due_value){ .frame = 200, .uid = 2, .value = 2 });
	assert_false(due_take(&due, 100, &come));
	assert_true(due_take(&due, 250, &come) && come.value == 2.0f); /* of uid 1 another one follows */
	assert_false(due_take(&due, 300, &come));
	assert_true(due_take(&due, 301, &come) && come.value == 3.0f);
	assert_int_equal(due.n, 0);
}

static void the_louder_of_both_is_attenuated(void **state)
{
	(void)state;
	struct match m = { .change_lu = 0 };
	assert_true(match_follow(&m, true, 4));
	assert_true(m.processed_db == -4.0f && m.unprocessed_db == 0.0f);
	assert_false(match_follow(&m, true, 4.01f));
	assert_false(match_follow(&m, true, NAN));
	assert_true(match_follow(&m, true, -3));
	assert_true(m.processed_db == 0.0f && m.unprocessed_db == -3.0f);
	assert_true(match_follow(&m, false, -3));
	assert_true(m.processed_db == 0.0f && m.unprocessed_db == 0.0f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undo_goes_back_and_forward),
		cmocka_unit_test(a_transaction_is_one_step),
		cmocka_unit_test(an_undo_within_a_transaction),
		cmocka_unit_test(undo_keeps_the_newest),
		cmocka_unit_test(locked_values_stay),
		cmocka_unit_test(locks_of_slots_that_have_gone_make_room),
		cmocka_unit_test(scenes_are_found_replaced_and_deleted),
		cmocka_unit_test(delays_grow_and_stay),
		cmocka_unit_test(the_last_value_for_a_parameter_comes_due),
		cmocka_unit_test(the_louder_of_both_is_attenuated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
