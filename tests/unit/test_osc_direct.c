/* Tests what words mean to each kind of address, and messages that come without a socket. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/direct.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/near.h"

static struct control *control;
static struct direct *direct;

static int setup(void **state)
{
	struct reason reason;
	(void)state;
	control = control_new(&reason);
	direct = direct_new(control);
	assert_non_null(direct);
	assert_int_equal(control_insert(control, "trim", 0, NULL, ORIGIN_HOST, &reason), STATUS_OK);
	assert_int_equal(control_insert(control, "dither", 1, NULL, ORIGIN_HOST, &reason), STATUS_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	direct_free(direct);
	control_free(control);
	return 0;
}

/* A line such as "/rack/trim/gain 3 dB", its words quoted where they stand in apostrophes. Returns what is refused. */
static const char *apply(const char *line)
{
	static struct reason reason;
	char text[200], *rest = text;
	struct word words[8];
	int n = 0;
	snprintf(text, sizeof text, "%s", line);
	const char *address = strsep(&rest, " ");
	for (char *word; (word = strsep(&rest, " ")); n++) {
		words[n] = (struct word){ .text = word, .quoted = word[0] == '\'' };
		if (words[n].quoted) {
			words[n].text++;
			word[strlen(word) - 1] = '\0';
		}
	}
	reason.text[0] = '\0';
	return direct_apply_words(direct, address, words, n, &reason) == STATUS_OK ? NULL : reason.text;
}

static float value_of(const char *slot, const char *id)
{
	int index = rack_find_slot(control_rack(control), slot);
	return control_value(
		control, (uint32_t)index, (uint32_t)slot_find_param(&control_rack(control)->slots[index], id));
}

/* Nobody gets the answer that says so. */
static void test_what_is_clamped_is_said(void **state)
{
	(void)state;
	struct reason reason = { "" };
	assert_int_equal(
		direct_apply_words(direct, "/rack/trim/gain", &(struct word){ .text = "40" }, 1, &reason), STATUS_OK);
	assert_string_equal(reason.text, "clamped to 24.0 dB");
	assert_int_equal(
		direct_apply_words(direct, "/rack/trim/gain", &(struct word){ .text = "4" }, 1, &reason), STATUS_OK);
	assert_string_equal(reason.text, "");
}

static void test_parameters(void **state)
{
	(void)state;
	assert_null(apply("/rack/trim/gain -1.5"));
	assert_near(value_of("trim", "gain"), -1.5, 0);
	assert_null(apply("/rack/trim/gain 3 dB"));
	assert_near(value_of("trim", "gain"), 3, 0);
	assert_null(apply("/rack/trim/gain/str -2dB"));
	assert_near(value_of("trim", "gain"), -2, 0);
	assert_null(apply("/rack/trim/gain/str -4"));
	assert_near(value_of("trim", "gain"), -4, 0);
	assert_null(apply("/rack/trim/gain/norm 1"));
	assert_near(value_of("trim", "gain"), 24, 0);
	assert_null(apply("/rack/trim/mono on"));
	assert_near(value_of("trim", "mono"), 1, 0);
	assert_null(apply("/rack/trim/mono F"));
	assert_near(value_of("trim", "mono"), 0, 0);
	assert_null(apply("/rack/trim/bypass T"));
	assert_near(value_of("trim", "bypass"), 1, 0);
	assert_null(apply("/bypass on"));
	assert_near(control_value(control, RACK_ITSELF, RACK_BYPASS), 1, 0);
}

/* "off" of dither is no switch. */
static void test_choices(void **state)
{
	(void)state;
	assert_null(apply("/rack/dither/bits 16"));
	float sixteen = value_of("dither", "bits");
	assert_null(apply("/rack/dither/bits off"));
	assert_near(value_of("dither", "bits"), 0, 0);
	assert_null(apply("/rack/dither/bits 16 bits"));
	assert_near(value_of("dither", "bits"), sixteen, 0);
	assert_null(apply("/rack/dither/bits 0"));
	assert_near(value_of("dither", "bits"), 0, 0);
}

static void test_names(void **state)
{
	(void)state;
	assert_null(apply("/title 007"));
	assert_string_equal(control_rack(control)->title, "007");
	assert_null(apply("/title 'off'"));
	assert_string_equal(control_rack(control)->title, "off");
	assert_null(apply("/scene/store 2"));
	assert_string_equal(control_scene_name(control, 0), "2");
	assert_null(apply("/scene/recall 2 0.5"));
	assert_null(apply("/chain/move trim 1"));
	assert_string_equal(control_rack(control)->slots[1].id, "trim");
	assert_null(apply("/lock /rack/trim/gain on"));
	assert_true(control_locked(control, 1, 0));
}

static void test_refused(void **state)
{
	(void)state;
	assert_string_equal(apply("/rack/trim/gain loud"), "'loud' is not a number");
	assert_string_equal(apply("/rack/trim/gain inf"), "'inf' is not a number");
	assert_string_equal(apply("/rack/trim/gain 0x10"), "'0x10' is not a number");
	assert_string_equal(apply("/nothing 1"), "unknown address");
	assert_non_null(apply("/rack/trim/gain '3' '4'"));
	assert_non_null(apply("/chain 1"));
	assert_non_null(apply("/scene/recall gone"));
	assert_non_null(apply("/quit"));
	assert_near(value_of("trim", "gain"), 0, 0);
}

int main(void)
{
#define TEST(F) cmocka_unit_test_setup_teardown(F, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_clamped_is_said),
		TEST(test_parameters),
		TEST(test_choices),
		TEST(test_names),
		TEST(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
