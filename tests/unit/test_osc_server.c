/* Tests the OSC server over real sockets: questions, types, forms, errors, the chain, states, patterns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/near.h"
#include "tests/unit/osc_fixture.h"

#include <math.h>

static void test_questions(void **state)
{
	(void)state;
	SAY(&rig->udp, "/rack/trim/gain", "");
	SAY(&rig->udp, "/rack/trim/bypass", "N");
	SAY(&rig->udp, "/rack/testfault/fault", "");
	SAY(&rig->udp, "/bypass/match", "");
	SAY(&rig->udp, "/chain", "");
	SAY(&rig->udp, "/rack/trim/gain/norm", "");
	SAY(&rig->udp, "/rack/trim/gain/str", "");
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], "/rack/trim/gain f 0");
	assert_string_equal(rig->udp.lines[1], "/rack/trim/bypass F");
	assert_string_equal(rig->udp.lines[2], "/rack/testfault/fault s none");
	assert_string_equal(rig->udp.lines[3], "/bypass/match F");
	assert_string_equal(rig->udp.lines[4], "/chain ss trim testfault");
	assert_string_equal(rig->udp.lines[5], "/rack/trim/gain/norm f 0.5");
	assert_string_equal(rig->udp.lines[6], "/rack/trim/gain/str s 0.0 dB");
	assert_int_equal(rig->local.n, 0); /* to the asker only */
}

/* Contract, section 13: label, unit, scale, min, max, default, step, help, choices. */
static void test_info_of_rows(void **state)
{
	(void)state;
	const struct param *gain = control_param(rig->control, 0, 0);
	char line[RIG_LINE];
	SAY(&rig->udp, "/rack/trim/gain/info", "");
	SAY(&rig->udp, "/rack/testfault/fault/info", "");
	SAY(&rig->udp, "/rack/trim/gain/info", "f", 1.0);
	rig_sync(rig, &rig->udp);
	snprintf(line, sizeof line, "/rack/trim/gain/info sssffffs %s dB linear %g %g %g %g %s", gain->label, gain->min,
		gain->max, gain->def, gain->step, gain->help);
	assert_string_equal(rig->udp.lines[0], line);
	assert_non_null(
		strstr(rig->udp.lines[1], "/rack/testfault/fault/info sssffffssssssssss Fault  choice 0 8 0 1 "));
	assert_non_null(strstr(rig->udp.lines[1], " none malloc lock syscall nan "));
	assert_non_null(strstr(rig->udp.lines[2], "/error ss /rack/trim/gain/info "));
}

static void test_every_number_type_sets(void **state)
{
	(void)state;
	static const struct {
		const char *types;
		float wanted;
	} cases[] = { { "i", 3 }, { "f", 4 }, { "d", 5 }, { "h", 6 }, { "T", 1 }, { "F", 0 } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (*cases[i].types == 'i')
			SAY(&rig->udp, "/rack/trim/gain", "i", 3);
		else if (*cases[i].types == 'h')
			SAY(&rig->udp, "/rack/trim/gain", "h", (int64_t)6);
		else
			SAY(&rig->udp, "/rack/trim/gain", cases[i].types, (double)cases[i].wanted);
		rig_sync(rig, &rig->udp);
		assert_near(value_of("trim", "gain"), cases[i].wanted, 0);
	}
	SAY(&rig->udp, "/rack/trim/mono", "f", 1.0);
	SAY(&rig->udp, "/rack/trim/swap", "i", 1);
	SAY(&rig->udp, "/rack/testfault/fault", "s", "denormal");
	SAY(&rig->udp, "/bypass", "T");
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "mono"), 1, 0);
	assert_near(value_of("trim", "swap"), 1, 0);
	assert_near(value_of("testfault", "fault"), 7, 0);
	assert_near(control_value(rig->control, RACK_ITSELF, RACK_BYPASS), 1, 0);
	for (int i = 0; i < rig->udp.n; i++) /* a set that was taken as it is gets no answer */
		assert_non_null(strstr(rig->udp.lines[i], "/synced"));
}

static void test_forms_set(void **state)
{
	(void)state;
	const struct param *gain = control_param(rig->control, 0, 0);
	SAY(&rig->udp, "/rack/trim/gain/norm", "f", 0.75);
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "gain"), param_from_norm(gain, 0.75f), 0);
	SAY(&rig->udp, "/rack/trim/gain/str", "s", "-1.5 dB");
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "gain"), -1.5f, 0);
	SAY(&rig->udp, "/rack/trim/gain/str", "s", "2 Hz");
	SAY(&rig->udp, "/rack/trim/gain/norm", "f", 7.0);
	rig_sync(rig, &rig->udp);
	assert_non_null(strstr(client_last(&rig->udp, "/error"), "/rack/trim/gain/str"));
	assert_true(client_has(&rig->udp, "/rack/trim/gain/norm f 1")); /* clamped: told */
	assert_near(value_of("trim", "gain"), gain->max, 0);
}

static void test_clamped_is_answered(void **state)
{
	(void)state;
	char line[RIG_LINE];
	snprintf(line, sizeof line, "/rack/trim/gain f %g", control_param(rig->control, 0, 0)->max);
	SAY(&rig->udp, "/rack/trim/gain", "d", 1e300);
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], line);
}

/* Each gets an error with its address and changes nothing. */
static void test_errors(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	const char *const places[] = { "/rack/trim/gain", "/rack/trim/gain", "/rack/trim/gain", "/rack/trim/gain",
		"/rack/trim/gain", "/rack/trim/nothing", "/rack/nobody/gain", "/nothing", "/rack/testfault/fault",
		"/rack/testfault/fault", "/rack/trim/mono", "/scene/recall", "/chain", "/meter/in/nothing",
		"/meter/trim/nothing", "/rack/trim" };
	SAY(c, "/rack/trim/gain", "f", (double)NAN);
	SAY(c, "/rack/trim/gain", "d", (double)INFINITY);
	SAY(c, "/rack/trim/gain", "f", -(double)INFINITY);
	SAY(c, "/rack/trim/gain", "s", "loud");
	SAY(c, "/rack/trim/gain", "ff", 1.0, 2.0);
	SAY(c, "/rack/trim/nothing", "f", 1.0);
	SAY(c, "/rack/nobody/gain", "");
	SAY(c, "/nothing", "");
	SAY(c, "/rack/testfault/fault", "s", "sunburn");
	SAY(c, "/rack/testfault/fault", "f", 99.0);
	SAY(c, "/rack/trim/mono", "s", "loud");
	SAY(c, "/scene/recall", "s", "a");
	SAY(c, "/chain", "s", "eq");
	SAY(c, "/meter/in/nothing", "");
	SAY(c, "/meter/trim/nothing", "");
	SAY(c, "/rack/trim", "");
	rig_sync(rig, c);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		char start[RIG_LINE];
		snprintf(start, sizeof start, "/error ss %s ", places[i]);
		if (strncmp(c->lines[i], start, strlen(start)) != 0)
			fail_msg("'%s' instead of '%s...'", c->lines[i], start);
	}
	assert_near(value_of("trim", "gain"), 0, 0);
	assert_near(value_of("testfault", "fault"), 0, 0);
	assert_near(value_of("trim", "mono"), 0, 0);
}

/* What goes back to a terminal or log holds no control characters. */
static void test_errors_are_clean(void **state)
{
	(void)state;
	SAY(&rig->udp, "/chain/insert", "si", "\033]0;evil\007", 0);
	rig_sync(rig, &rig->udp);
	assert_non_null(strstr(rig->udp.lines[0], "?]0;evil?"));
	assert_null(strchr(rig->udp.lines[0], '\033'));
}

static void test_chain_edits(void **state)
{
	(void)state;
	struct client *c = &rig->local;
	SAY(c, "/chain/insert", "si", "trim", 0);
	SAY(c, "/chain/insert", "sfs", "trim", 99.0, "last");
	SAY(c, "/chain/move", "si", "last", 0);
	SAY(c, "/chain/remove", "s", "testfault");
	SAY(c, "/chain/replace", "ss", "last", "testfault");
	SAY(c, "/rack/trim_2/gain", "f", 2.0);
	rig_sync(rig, c);
	assert_string_equal(c->lines[0], "/chain sss trim_2 trim testfault");
	assert_string_equal(c->lines[1], "/chain ssss trim_2 trim testfault last");
	assert_string_equal(c->lines[2], "/chain ssss last trim_2 trim testfault");
	assert_string_equal(c->lines[3], "/chain sss last trim_2 trim");
	assert_string_equal(c->lines[4], "/chain sss last trim_2 trim");
	assert_string_equal(control_rack(rig->control)->slots[0].module->id, "testfault");
	assert_near(value_of("trim_2", "gain"), 2, 0);
	client_clear(c);
	SAY(c, "/chain/insert", "si", "no_such", 0);
	SAY(c, "/chain/insert", "s", "trim");
	SAY(c, "/chain/insert", "sis", "trim", 0, "Bad Id");
	SAY(c, "/chain/insert", "sis", "trim", 0, "trim");
	SAY(c, "/chain/insert", "sis", "trim", 0, "in");
	SAY(c, "/chain/remove", "s", "nobody");
	SAY(c, "/chain/remove", "i", 1);
	SAY(c, "/chain", "");
	rig_sync(rig, c);
	for (int i = 0; i < 7; i++)
		assert_non_null(strstr(c->lines[i], "/error ss /chain/"));
	assert_non_null(strstr(c->lines[4], "'in' cannot be a slot's id: /meter/in is something else"));
	assert_string_equal(c->lines[7], "/chain sss last trim_2 trim");
}

static void test_states(void **state)
{
	(void)state;
	struct client *c = &rig->local;
	SAY(c, "/rack/trim/gain", "f", 3.0);
	SAY(c, "/scene/store", "s", "low");
	SAY(c, "/rack/trim/gain", "f", 9.0);
	SAY(c, "/scene/recall", "sf", "low", 0.0);
	SAY(c, "/rack/trim/gain", "");
	SAY(c, "/undo", "f", 1.0);
	SAY(c, "/undo", "f", 0.0); /* a button's release is no press */
	SAY(c, "/rack/trim/gain", "");
	SAY(c, "/redo", "");
	SAY(c, "/redo", "F");
	SAY(c, "/rack/trim/gain", "");
	rig_turn(rig); /* the kernel holds few datagrams */
	SAY(c, "/ab", "s", "b");
	SAY(c, "/rack/trim/gain", "f", -4.0);
	SAY(c, "/ab", "s", "a");
	SAY(c, "/rack/trim/gain", "");
	SAY(c, "/ab", "");
	rig_turn(rig);
	SAY(c, "/lock", "sT", "/rack/trim/gain");
	SAY(c, "/scene/list", "");
	SAY(c, "/ab", "s", "e");
	SAY(c, "/redo", "");
	SAY(c, "/lock", "s", "/rack/trim/nothing");
	rig_sync(rig, c);
	static const char *const lines[] = { "/scene/store s low", "/scene/recall s low", "/rack/trim/gain f 3",
		"/undo ", "/rack/trim/gain f 9", "/redo ", "/rack/trim/gain f 3", "/ab s b", "/ab s a",
		"/rack/trim/gain f 3", "/ab s a", "/lock sT /rack/trim/gain", "/scene/list s low", "/error ss /ab ",
		"/error ss /redo ", "/error ss /lock " };
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strncmp(c->lines[i], lines[i], strlen(lines[i])) != 0)
			fail_msg("'%s' instead of '%s'", c->lines[i], lines[i]);
}

static void test_title(void **state)
{
	(void)state;
	struct client *c = &rig->local;
	char cut[40 + RACK_TITLE_SIZE], longest[160] = "";
	SAY(c, "/title", "s", "  Side #1, \033[1m\xc3\xa4\n ");
	SAY(c, "/title", "");
	SAY(c, "/title", "f", 1.0);
	SAY(c, "/title", "s", "Side 2");
	SAY(c, "/undo", "");
	SAY(c, "/title", "");
	SAY(c, "/redo", "");
	SAY(c, "/title", "");
	rig_turn(rig);
	memset(longest, 'x', sizeof longest - 1);
	SAY(c, "/title", "s", longest);
	SAY(c, "/title", "s", "");
	rig_sync(rig, c);
	snprintf(cut, sizeof cut, "/title s %.*s", RACK_TITLE_SIZE - 1, longest);
	const char *const lines[] = { "/title s Side 1, ?[1m\xc3\xa4?", "/title s Side 1, ?[1m\xc3\xa4?",
		"/error ss /title not a text", "/title s Side 2", "/undo ", "/title s Side 1, ?[1m\xc3\xa4?", "/redo ",
		"/title s Side 2", cut, "/title s " };
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strncmp(c->lines[i], lines[i], i == 2 ? 16 : 200) != 0)
			fail_msg("'%s' instead of '%s'", c->lines[i], lines[i]);
}

static void test_a_title_is_told(void **state)
{
	(void)state;
	SAY(&rig->local, "/subscribe", "s", "/title");
	rig_sync(rig, &rig->local);
	SAY(&rig->udp, "/title", "s", "Night");
	rig_expect(rig, &rig->udp, "/title s Night");
	rig_expect(rig, &rig->local, "/title s Night");
}

static void test_scenes_are_deleted(void **state)
{
	(void)state;
	struct client *c = &rig->local;
	SAY(c, "/scene/store", "s", "one");
	SAY(c, "/scene/store", "s", "two");
	SAY(c, "/scene/store", "s", "three");
	SAY(c, "/scene/delete", "s", "one");
	SAY(c, "/scene/delete", "s", "one");
	SAY(c, "/scene/delete", "");
	SAY(c, "/scene/list", "");
	SAY(c, "/scene/recall", "s", "two");
	rig_sync(rig, c);
	static const char *const lines[] = { "/scene/delete s one", "/error ss /scene/delete there is no scene 'one'",
		"/error ss /scene/delete", "/scene/list ss two three", "/scene/recall s two" };
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (strncmp(c->lines[3 + i], lines[i], strlen(lines[i])) != 0)
			fail_msg("'%s' instead of '%s'", c->lines[3 + i], lines[i]);
}

static void test_slot_info_and_modules(void **state)
{
	(void)state;
	SAY(&rig->udp, "/rack/testfault/info", "");
	SAY(&rig->udp, "/modules", "");
	SAY(&rig->udp, "/info", "");
	SAY(&rig->udp, "/status", "");
	SAY(&rig->udp, "/meter/out/peak", "");
	SAY(&rig->udp, "/meter/in/integrated", "");
	rig_sync(rig, &rig->udp);
	assert_non_null(strstr(rig->udp.lines[0], " 4 fault bypass solo delta 0"));
	assert_non_null(strstr(rig->udp.lines[1], " trim"));
	assert_non_null(strstr(rig->udp.lines[2], "program lacquer version " LACQUER_VERSION));
	assert_non_null(strstr(rig->udp.lines[3], "not real-time"));
	assert_string_equal(rig->udp.lines[4], "/meter/out/peak ff -144 -144"); /* no engine: silence */
	assert_string_equal(rig->udp.lines[5], "/meter/in/integrated f -144");
}

/* Without an engine all is silence; the rows are there. */
static void test_info_of_levels_and_meters(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	assert_int_equal(control_insert(rig->control, "limiter", 2, NULL, ORIGIN_HOST, NULL), STATUS_OK);
	SAY(c, "/meter/out/peak/info", "");
	SAY(c, "/meter/processed/change/info", "");
	SAY(c, "/meter/limiter/reduction/info", "");
	SAY(c, "/meter/processed/change", "");
	SAY(c, "/meter/out/plr", "");
	SAY(c, "/meter/in/nothing/info", "");
	SAY(c, "/meter/ref/peak", ""); /* there is no such bus */
	rig_sync(rig, c);
	assert_non_null(strstr(c->lines[0], "/meter/out/peak/info ssffsis Peak dBFS -60 0 "));
	assert_non_null(strstr(c->lines[0], " 2 rising"));
	assert_non_null(strstr(c->lines[1], "/meter/processed/change/info ssffsis Change LU -20 20 "));
	assert_non_null(strstr(c->lines[1], " 1 centred"));
	assert_non_null(strstr(c->lines[2], "/meter/limiter/reduction/info ssffsis Reduction dB 0 20 "));
	assert_string_equal(c->lines[3], "/meter/processed/change f 0");
	assert_string_equal(c->lines[4], "/meter/out/plr f 0");
	assert_string_equal(c->lines[5], "/error ss /meter/in/nothing/info unknown address: no such level");
	assert_string_equal(c->lines[6], "/error ss /meter/ref/peak unknown address: no such slot");
	static const char *const taken[] = { "in", "processed", "out", "ref", "monitor", "reset" };
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		assert_false(rack_id_valid(taken[i]));
	assert_true(rack_id_valid("input"));
}

/* As wide as a message may be, asked for and followed; rows without number do not crowd anything out. */
static void test_levels_of_any_width_and_number(void **state)
{
	(void)state;
	SAY(&rig->udp, "/meter/out/spectrum", "");
	SAY(&rig->local, "/subscribe", "s", "/meter/out/*");
	rig_sync(rig, &rig->udp);
	assert_memory_equal(rig->udp.lines[0], "/meter/out/spectrum ffff", 24);
	assert_int_equal(strspn(rig->udp.lines[0] + 20, "f"), RIG_LINE - 1 - 20);
	rig_expect(rig, &rig->local, "/meter/out/row99 f 0");
	assert_non_null(client_last(&rig->local, "/meter/out/spectrum"));
	assert_non_null(client_last(&rig->local, "/meter/out/peak"));
	assert_non_null(client_last(&rig->local, "/meter/out/elapsed"));
}

/* ---- Patterns in addresses */

static void test_patterns_set_and_ask(void **state)
{
	(void)state;
	SAY(&rig->udp, "/rack/*/bypass", "T");
	SAY(&rig->udp, "/rack/{trim,testfault}/[a-c]ypass", "");
	SAY(&rig->udp, "/rack/*/nothing", "f", 1.0);
	SAY(&rig->udp, "/rack/*/*/*/*/*", "");
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "bypass"), 1, 0);
	assert_near(value_of("testfault", "bypass"), 1, 0);
	assert_true(client_has(&rig->udp, "/rack/trim/bypass T"));
	assert_true(client_has(&rig->udp, "/rack/testfault/bypass T"));
	assert_non_null(strstr(client_last(&rig->udp, "/error"), "more than 4 '*'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_questions),
		TEST(test_info_of_rows),
		TEST(test_info_of_levels_and_meters),
		TEST(test_levels_of_any_width_and_number),
		TEST(test_every_number_type_sets),
		TEST(test_forms_set),
		TEST(test_clamped_is_answered),
		TEST(test_errors),
		TEST(test_errors_are_clean),
		TEST(test_chain_edits),
		TEST(test_states),
		TEST(test_slot_info_and_modules),
		TEST(test_patterns_set_and_ask),
		TEST(test_scenes_are_deleted),
		TEST(test_title),
		TEST(test_a_title_is_told),
	};
	OSC_FIXTURE_RUN(tests);
}
