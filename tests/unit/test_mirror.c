/* Tests the mirror of a rack alone: answers that are hostile, broken, older or crossed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/osc_rig.h"

#include "osc/remote/mirror.h"

#include <math.h>

static void give(struct mirror *m, const char *address, const char *types, ...)
{
	uint8_t bytes[4096];
	lo_message body = lo_message_new();
	va_list values;
	va_start(values, types);
	message_add_list(body, types, values);
	va_end(values);
	size_t size = message_write(address, body, bytes, sizeof bytes);
	struct message message;
	assert_true(size > 0 && message_open(&message, bytes, size));
	mirror_take(m, &message);
	message_close(&message);
	lo_message_free(body);
}

/* What drawing and stepping rely on. */
static void expect_sound(const struct mirror *m)
{
	assert_true(m->n_slots <= RACK_SLOTS_MAX);
	for (uint32_t s = 0; s < m->n_slots; s++) {
		const struct remote_slot *slot = &m->slots[s]->shown;
		assert_true(slot->n_params <= MODULE_PARAMS_MAX && slot->n_meters <= MODULE_METERS_MAX);
		for (uint32_t i = 0; i < slot->n_params + N_HOST_PARAMS; i++) {
			const struct remote_param *p = &slot->params[i];
			char text[64];
			assert_ptr_equal(p->row.id, p->id);
			assert_non_null(p->row.label);
			assert_non_null(p->row.help);
			if (!p->known)
				continue;
			assert_true(isfinite(p->value) && p->value >= p->row.min && p->value <= p->row.max);
			param_format(&p->row, param_step(&p->row, p->value, 1), text, sizeof text);
		}
	}
}

static void start_slot(struct mirror *m)
{
	assert_true(mirror_init(m));
	m->now_ms = 1000;
	give(m, "/chain", "s", "a");
	give(m, "/rack/a/info", "sssissssis", "thing", "Thing", "Help", 4, "x", "bypass", "solo", "delta", 1,
		"reduction");
}

static void test_rows_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	const struct mirror_param *p = &m->slots[0]->params[0];
	give(m, "/rack/a/x/info", "sssffffs", "X", "dB", "wobbly", 0.0, 1.0, 0.0, 0.1, "h");
	give(m, "/rack/a/x/info", "sssffffs", "X", "dB", "linear", 1.0, 0.0, 0.0, 0.1, "h");
	give(m, "/rack/a/x/info", "sssffffs", "X", "dB", "linear", 0.0, (double)NAN, 0.0, 0.1, "h");
	give(m, "/rack/a/x/info", "sssffffs", "X", "Hz", "log", 0.0, 1.0, 0.5, 1.1, "h");
	give(m, "/rack/a/x/info", "sssffffs", "X", "", "choice", 0.0, 2.0, 0.0, 1.0, "h");
	give(m, "/rack/a/x/info", "sssffffsss", "X", "", "choice", 0.0, 7.0, 0.0, 1.0, "h", "one", "two");
	give(m, "/rack/a/x/info", "sssffff", "X", "dB", "linear", 0.0, 1.0, 0.0, 0.1);
	assert_false(p->row.answered);
	give(m, "/rack/a/x/info", "sssffffsss", "X\033", "", "choice", 0.0, 1.0, 0.0, 1.0, "h", "one", "two");
	assert_true(p->row.answered);
	assert_string_equal(m->slots[0]->shown.params[0].row.label, "X?");
	give(m, "/rack/a/x", "s", "three");
	assert_false(m->slots[0]->shown.params[0].known);
	give(m, "/rack/a/x", "s", "two");
	assert_true(m->slots[0]->shown.params[0].known && m->slots[0]->shown.params[0].value == 1);
	give(m, "/rack/a/x", "f", (double)NAN);
	give(m, "/rack/a/x", "f", 1e30);
	expect_sound(m);
	mirror_clear(m);
	free(m);
}

/* An answer that left before the own change did would pull the slider back under the finger. */
static void test_older_answers_do_not_pull_back(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	give(m, "/rack/a/x/info", "sssffffs", "X", "dB", "linear", -1.0, 1.0, 0.0, 0.1, "h");
	give(m, "/rack/a/x", "f", 0.25);
	m->slots[0]->params[0].held_until_ms = m->now_ms + MIRROR_HOLD_MS;
	m->slots[0]->params[0].value.answered = false;
	give(m, "/rack/a/x", "f", 0.75);
	assert_true(m->slots[0]->shown.params[0].value == 0.25f);
	assert_false(m->slots[0]->params[0].value.answered); /* so that it is asked when the hand rests */
	m->now_ms += MIRROR_HOLD_MS;
	give(m, "/rack/a/x", "f", 0.75);
	assert_true(m->slots[0]->shown.params[0].value == 0.75f && m->slots[0]->params[0].value.answered);
	mirror_clear(m);
	free(m);
}

/* Another rack may have other rows under the same ids. */
static void test_doubt_asks_for_everything(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	give(m, "/rack/a/x/info", "sssffffs", "X", "dB", "linear", -1.0, 1.0, 0.0, 0.1, "h");
	give(m, "/rack/a/x", "f", 0.25);
	m->locks.question.answered = true;
	mirror_doubt(m);
	assert_false(m->locks.question.answered || m->chain.answered || m->info.answered ||
		     m->title_question.answered || m->complete);
	assert_false(m->slots[0]->info.answered || m->slots[0]->params[0].row.answered ||
		     m->slots[0]->params[0].value.answered);
	assert_true(m->slots[0]->shown.params[0].known && m->slots[0]->shown.params[0].value == 0.25f);
	mirror_clear(m);
	free(m);
}

static void test_an_older_rack_is_asked_once(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	assert_false(m->snapshot_question.answered);
	give(m, "/error", "ss", "/ab", "unknown address");
	assert_true(m->snapshot_question.answered);
	assert_int_equal(m->n_errors, 0);
	give(m, "/error", "ss", "/ab", "no such side"); /* nothing was asked: news */
	assert_int_equal(m->n_errors, 1);
	assert_string_equal(m->error, "/ab: no such side");
	mirror_clear(m);
	free(m);
}

static void test_a_question_that_crosses_the_loss_of_its_slot_is_no_news(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	m->slots[0]->info = m->slots[0]->params[0].row = m->slots[0]->params[0].value =
		(struct question){ .asked_ms = 1 };
	give(m, "/error", "ss", "/rack/a/info", "unknown address: no such slot");
	give(m, "/error", "ss", "/rack/a/x/info", "unknown address: no such slot");
	give(m, "/error", "ss", "/rack/a/x", "unknown address: no such slot");
	assert_int_equal(m->n_errors, 0);
	m->slots[0]->params[0].held_until_ms = m->now_ms + MIRROR_HOLD_MS; /* the user has just changed it */
	give(m, "/error", "ss", "/rack/a/x", "unknown address: no such slot");
	assert_int_equal(m->n_errors, 1);
	m->slots[0]->info.answered = true;
	give(m, "/error", "ss", "/rack/a/info", "unknown address: no such slot");
	give(m, "/error", "ss", "/rack/b/x", "unknown address: no such slot");
	assert_int_equal(m->n_errors, 3);
	mirror_clear(m);
	free(m);
}

static void test_a_snapshot_that_keeps_a_locked_value_is_news(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	give(m, "/ab", "ss", "b", "kept, locked: a x 0.5 dB, the snapshot has 0.1 dB");
	assert_string_equal(m->notice, "snapshot B; kept, locked: a x 0.5 dB, the snapshot has 0.1 dB");
	mirror_clear(m);
	free(m);
}

static void test_chains_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	struct mirror *m = malloc(sizeof *m);
	start_slot(m);
	give(m, "/chain", "ss", "b", "b");
	give(m, "/chain", "s", "Not An Id");
	give(m, "/chain", "si", "b", 4);
	give(m, "/chain", "sssssssssssssssssssssssss", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
		"n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y");
	assert_int_equal(m->n_slots, 1);
	assert_string_equal(m->slots[0]->shown.id, "a");
	give(m, "/rack/a/info", "sssi", "thing", "Thing", "Help", 100000);
	give(m, "/rack/a/info", "sssis", "thing", "Thing", "Help", 1, "x");
	assert_int_equal(m->slots[0]->shown.n_params, 1);
	mirror_clear(m);
	free(m);
}

/* Answers of all kinds with arguments mixed up at random: nothing may break or become unsound. */
static void test_random_answers(void **state)
{
	(void)state;
	static const char *const addresses[] = { "/chain", "/title", "/bypass", "/bypass/match", "/error", "/info",
		"/status", "/modules", "/preset/list", "/preset/info", "/preset/save", "/lock", "/scene/delete",
		"/meter/in/peak", "/meter/out/range", "/meter/a/reduction", "/meter/a/reduction/info", "/rack/a/info",
		"/rack/b/info", "/rack/a/x", "/rack/a/x/info", "/rack/a/bypass", "/rack/a/bypass/info", "/rack/b/x",
		"/rack//", "/rack/a", "/meter/", "/rack/a//info", "/x" };
	static const char *const words[] = { "a", "b", "x", "bypass", "solo", "delta", "linear", "log", "choice",
		"toggle", "dB", "", "\033[1m", "\xff", "load_mean", "client", "rate" };
	static const double numbers[] = { 0, 1, -1, 3, 4, 0.5, 1e30, -1e30, 112, 8, 20000 };
	struct mirror *m = malloc(sizeof *m);
	uint32_t seed = 1;
	start_slot(m);
	for (int round = 0; round < 60000; round++) {
		uint8_t bytes[4096];
		lo_message body = lo_message_new();
		unsigned n = (seed = seed * 1664525u + 1013904223u) >> 28;
		for (unsigned i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			unsigned pick = seed >> 16;
			switch (seed >> 29) {
			case 0:
			case 1:
			case 2:
			case 3:
				message_add(body, "s", words[pick % (sizeof words / sizeof words[0])]);
				break;
			case 4:
				message_add(body, "i", (int32_t)(pick % 9));
				break;
			case 5:
				message_add(body, pick % 2 ? "T" : "F");
				break;
			default:
				message_add(body, "f", numbers[pick % (sizeof numbers / sizeof numbers[0])]);
			}
		}
		seed = seed * 1664525u + 1013904223u;
		const char *address = addresses[(seed >> 16) % (sizeof addresses / sizeof addresses[0])];
		size_t size = message_write(address, body, bytes, sizeof bytes);
		struct message message;
		assert_true(size > 0 && message_open(&message, bytes, size));
		mirror_take(m, &message);
		message_close(&message);
		lo_message_free(body);
		if (round % 16 == 0) {
			give(m, "/rack/a/info", "sssissssis", "thing", "Thing", "Help", 4, "x", "bypass", "solo",
				"delta", 1, "reduction");
			give(m, "/rack/a/x/info", "sssffffs", "X", "dB", "linear", -1.0, 1.0, 0.0, 0.1, "h");
		}
		expect_sound(m);
	}
	mirror_clear(m);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_that_make_no_sense_are_refused),
		cmocka_unit_test(test_older_answers_do_not_pull_back),
		cmocka_unit_test(test_doubt_asks_for_everything),
		cmocka_unit_test(test_an_older_rack_is_asked_once),
		cmocka_unit_test(test_a_question_that_crosses_the_loss_of_its_slot_is_no_news),
		cmocka_unit_test(test_a_snapshot_that_keeps_a_locked_value_is_news),
		cmocka_unit_test(test_chains_that_make_no_sense_are_refused),
		cmocka_unit_test(test_random_answers),
	};
	char folder[40], remove[60];
	rig_folders(folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(remove, sizeof remove, "rm -rf '%s'", folder);
	return system(remove) == 0 ? failed : 1;
}
