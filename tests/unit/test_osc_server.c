/* Tests the OSC server over real sockets: types, forms, errors, the chain, bundles, subscriptions, who may talk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/ahead.h"
#include "rack/base/clock.h"
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "rack/model/rackfile.h"
#include "tests/unit/near.h"
#include "tests/unit/osc_rig.h"

#include <limits.h>
#include <math.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct rig *rig;

static int setup(void **state)
{
	(void)state;
	rig = rig_new(false);
	return 0;
}

static int setup_audio(void **state)
{
	(void)state;
	rig = rig_new(true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(rig);
	return 0;
}

#define SAY(CLIENT, ...) assert_int_equal(link_send((CLIENT)->link, __VA_ARGS__), STATUS_OK)

static float value_of(const char *slot, const char *param)
{
	const struct rack *rack = control_rack(rig->control);
	int s = rack_find_slot(rack, slot), p = slot_find_param(&rack->slots[s], param);
	return control_value(rig->control, (uint32_t)s, (uint32_t)p);
}

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

/* ---- Bundles */

static void send_bundle(lo_timetag when, int n, ...)
{
	uint8_t bytes[8192];
	size_t size = sizeof bytes;
	lo_bundle bundle = lo_bundle_new(when);
	va_list list;
	va_start(list, n);
	for (int i = 0; i < n; i++) {
		lo_message m = lo_message_new();
		const char *address = va_arg(list, const char *);
		lo_message_add_float(m, (float)va_arg(list, double));
		lo_bundle_add_message(bundle, address, m);
	}
	va_end(list);
	lo_bundle_serialise(bundle, bytes, &size);
	assert_int_equal(write(link_fd(rig->udp.link), bytes, size), size);
	lo_bundle_free_recursive(bundle);
}

static lo_timetag in_seconds(double seconds)
{
	lo_timetag t;
	lo_timetag_now(&t);
	double fraction = t.frac / 4294967296.0 + seconds, whole = floor(fraction);
	t.sec = (uint32_t)((int64_t)t.sec + (int64_t)whole);
	t.frac = (uint32_t)((fraction - whole) * 4294967295.0);
	return t;
}

static void test_bundle_with_one_bad_message(void **state)
{
	(void)state;
	send_bundle(LO_TT_IMMEDIATE, 3, "/rack/trim/gain", 3.0, "/rack/trim/nothing", 1.0, "/rack/trim/mono", 1.0);
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "gain"), 3, 0);
	assert_near(value_of("trim", "mono"), 1, 0);
	assert_non_null(strstr(rig->udp.lines[0], "/error ss /rack/trim/nothing "));
}

/* All of a bundle goes to the audio thread as one transaction: control numbers them. */
static void test_bundle_is_one_transaction(void **state)
{
	(void)state;
	rig_sync(rig, &rig->udp);
	uint64_t before = control_sequence(rig->control);
	send_bundle(LO_TT_IMMEDIATE, 4, "/rack/trim/gain", 3.0, "/rack/trim/balance", 1.0, "/rack/trim/mono", 1.0,
		"/rack/trim/swap", 1.0);
	rig_sync(rig, &rig->udp);
	assert_int_equal(control_sequence(rig->control), before + 1);
	SAY(&rig->udp, "/rack/trim/gain", "f", 1.0);
	SAY(&rig->udp, "/rack/trim/balance", "f", 0.0);
	rig_sync(rig, &rig->udp);
	assert_int_equal(control_sequence(rig->control), before + 3);
	SAY(&rig->udp, "/rack/*/bypass", "T"); /* what a pattern means, too */
	rig_sync(rig, &rig->udp);
	assert_int_equal(control_sequence(rig->control), before + 4);
}

static void test_timetags(void **state)
{
	(void)state;
	send_bundle(in_seconds(-100), 1, "/rack/trim/gain", 1.0);
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "gain"), 1, 0); /* past: at once */
	send_bundle(in_seconds(100), 1, "/rack/trim/gain", 2.0);
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "gain"), 1, 0);
	assert_string_equal(
		client_last(&rig->udp, "/error"), "/error ss /rack/trim/gain the timetag is more than 1 s ahead");
}

/* What is asked and told is what is heard: the old value until then. */
static void test_a_bundle_for_later_is_not_told_at_once(void **state)
{
	(void)state;
	SAY(&rig->local, "/subscribe", "s", "/rack/trim/*");
	rig_expect(rig, &rig->local, "/rack/trim/gain f 0");
	send_bundle(in_seconds(0.6), 2, "/rack/trim/gain", 2.0, "/rack/trim/nothing", 1.0);
	send_bundle(in_seconds(0.4), 1, "/rack/trim/balance", 1.0); /* sent later, and earlier due */
	long sent = rig_ms();
	SAY(&rig->udp, "/rack/trim/gain", "f", 1.0); /* at once, and not the last */
	while (rig_ms() < sent + 250)
		rig_turn(rig);
	SAY(&rig->udp, "/rack/trim/gain", "");
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 1");
	assert_false(client_has(&rig->udp, "/rack/trim/gain f 2"));
	assert_false(client_has(&rig->local, "/rack/trim/gain f 2"));
	assert_false(client_has(&rig->local, "/rack/trim/balance f 1"));
	rig_expect(rig, &rig->local, "/rack/trim/gain f 2");
	assert_in_range(rig_ms() - sent, 400, RIG_PATIENCE_MS);
	assert_true(client_has(&rig->local, "/rack/trim/balance f 1"));
	assert_non_null(strstr(client_last(&rig->udp, "/error"), "/rack/trim/nothing"));
	assert_near(value_of("trim", "gain"), 2, 0);
}

/* Of one client, not of all: an answer to others does not wait. */
static void test_sync_waits_for_own_bundles(void **state)
{
	(void)state;
	send_bundle(in_seconds(0.5), 1, "/rack/trim/gain", 2.0);
	rig_turn(rig);
	rig_sync(rig, &rig->local);
	assert_near(value_of("trim", "gain"), 0, 0);
	rig_sync(rig, &rig->udp);
	assert_near(value_of("trim", "gain"), 2, 0);
}

/* A change that waits for its frame is not applied, and /sync does not say so, before that frame. Counted in frames:
 * the rig runs as fast as it is turned, and control holds timetags against the time that each block is given. */
static void test_sync_waits_for_the_audio(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		rig_turn(rig);
	uint64_t before = rig->frames;
	SAY(&rig->udp, "/rack/trim/gain", "f", 1.0);
	rig_sync(rig, &rig->udp);
	assert_in_range(rig->frames - before, 0, 10000); /* no timetag: soon */
	/* The rig turns faster or slower than the clock, so frames tell little; from AHEAD_LEAD_US on it counts in
	 * frames. */
	int64_t due_us = clock_now_us() + 300000;
	before = rig->frames;
	send_bundle(in_seconds(0.3), 1, "/rack/trim/gain", 2.0);
	rig_sync(rig, &rig->udp);
	assert_true(clock_now_us() >= due_us - AHEAD_LEAD_US);
	assert_in_range(rig->frames - before, 0, 48000);
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

/* ---- Subscriptions */

static void test_subscription_snapshot_and_changes(void **state)
{
	(void)state;
	SAY(&rig->udp, "/subscribe", "s", "/rack/trim/*");
	SAY(&rig->udp, "/subscribe", "s", "/chain");
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 0");
	rig_expect(rig, &rig->udp, "/rack/trim/delta F");
	rig_expect(rig, &rig->udp, "/chain ss trim testfault");
	assert_null(client_last(&rig->udp, "/rack/testfault/fault"));
	SAY(&rig->local, "/rack/trim/gain", "f", -2.0);
	rig_expect(rig, &rig->udp, "/rack/trim/gain f -2");
	SAY(&rig->local, "/chain/insert", "si", "trim", 5);
	rig_expect(rig, &rig->udp, "/chain sss trim testfault trim_2");
	SAY(&rig->udp, "/unsubscribe", "s", "/rack/trim/*");
	rig_sync(rig, &rig->udp);
	client_clear(&rig->udp);
	SAY(&rig->local, "/rack/trim/gain", "f", -3.0);
	SAY(&rig->local, "/chain/remove", "s", "trim_2");
	rig_expect(rig, &rig->udp, "/chain ss trim testfault");
	assert_null(client_last(&rig->udp, "/rack/trim/gain"));
}

static void test_no_echo_to_the_sender(void **state)
{
	(void)state;
	struct client *both[] = { &rig->udp, &rig->local };
	for (int i = 0; i < 2; i++) {
		SAY(both[i], "/subscribe", "s", "/rack/trim/*");
		SAY(both[i], "/subscribe", "s", "/rack/trim/gain/str");
		rig_expect(rig, both[i], "/rack/trim/gain f 0");
		rig_expect(rig, both[i], "/rack/trim/gain/str s 0.0 dB");
	}
	SAY(&rig->udp, "/rack/trim/gain", "f", -2.0);
	rig_expect(rig, &rig->local, "/rack/trim/gain f -2");
	rig_expect(rig, &rig->udp, "/rack/trim/gain/str s -2.0 dB"); /* the other form is news */
	SAY(&rig->local, "/rack/trim/mono", "T");
	rig_expect(rig, &rig->udp, "/rack/trim/mono T");
	assert_false(client_has(&rig->udp, "/rack/trim/gain f -2"));
	assert_false(client_has(&rig->local, "/rack/trim/mono T"));
}

/* 30 a second at most, and the last one always. */
static void test_feedback_is_thinned_out(void **state)
{
	(void)state;
	SAY(&rig->udp, "/subscribe", "s", "/rack/trim/gain");
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 0");
	client_clear(&rig->udp);
	long start = rig_ms();
	for (int i = 0; rig_ms() - start < 300; i++) {
		SAY(&rig->local, "/rack/trim/gain", "f", i % 200 / 40.0);
		rig_turn(rig);
	}
	SAY(&rig->local, "/rack/trim/gain", "f", 10.0);
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 10");
	assert_in_range(rig->udp.n, 1, (rig_ms() - start) * 30 / 1000 + 2);
}

static void test_eight_subscribers_at_most(void **state)
{
	(void)state;
	struct link *links[8];
	struct reason reason;
	for (int i = 0; i < 8; i++) {
		assert_int_equal(link_open(&links[i], NULL, "rig", &reason), STATUS_OK);
		assert_int_equal(link_send(links[i], "/subscribe", "s", "/bypass"), STATUS_OK);
		rig_turn(rig);
	}
	SAY(&rig->udp, "/subscribe", "s", "/bypass");
	rig_expect(rig, &rig->udp,
		"/error ss /subscribe 8 clients have subscriptions already, there is room when one of their leases "
		"ends");
	assert_int_equal(link_send(links[3], "/unsubscribe", "s", "/bypass"), STATUS_OK);
	rig_turn(rig);
	SAY(&rig->udp, "/subscribe", "s", "/bypass");
	rig_expect(rig, &rig->udp, "/bypass F");
	for (int i = 0; i < 8; i++)
		link_close(links[i]);
}

static void test_meters_stream(void **state)
{
	(void)state;
	SAY(&rig->local, "/subscribe", "si", "/meter/out/{peak,momentary}", 30);
	long end = rig_ms() + RIG_PATIENCE_MS;
	while (client_count(&rig->local, "/meter/out/peak ff -144 -144") < 4 && rig_ms() < end)
		rig_turn(rig);
	assert_in_range(client_count(&rig->local, "/meter/out/peak ff -144 -144"), 4, 5);
	assert_in_range(client_count(&rig->local, "/meter/out/momentary f -144"), 3, 5);
}

/* A hundred slots' worth of values through a local socket that holds about ten datagrams. */
static void test_many_answers_over_the_local_socket(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		SAY(&rig->local, "/rack/trim/gain/info", "");
		if (i % 8 == 7) {
			control_tick(rig->control);
			server_poll(rig->server); /* answers pile up: nobody reads them yet */
		}
	}
	rig_sync(rig, &rig->local);
	assert_int_equal(rig->local.n, 201);
}

/* Clients that ask and subscribe but never read (a stopped terminal) fill neither the server nor the way to others. */
static void test_deaf_clients_hinder_nobody(void **state)
{
	(void)state;
	struct link *deaf[7];
	struct reason reason;
	for (int i = 0; i < 7; i++) {
		assert_int_equal(link_open(&deaf[i], NULL, "rig", &reason), STATUS_OK);
		assert_int_equal(link_send(deaf[i], "/subscribe", "s", "/*/*/*"), STATUS_OK);
		for (int k = 0; k < 300; k++) {
			assert_int_equal(link_send(deaf[i], "/rack/*/*/info", ""), STATUS_OK);
			control_tick(rig->control);
			server_poll(rig->server);
		}
	}
	SAY(&rig->local, "/rack/trim/gain", "");
	rig_sync(rig, &rig->local);
	assert_string_equal(rig->local.lines[0], "/rack/trim/gain f 0");
	for (int i = 0; i < 7; i++)
		link_close(deaf[i]);
}

/* Anybody can find the client's socket; only the rack is heard. */
static void test_client_hears_the_rack_only(void **state)
{
	(void)state;
	struct sockaddr_un name;
	socklen_t size = sizeof name;
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	int stranger = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(stranger, (const struct sockaddr *)&any, sizeof any.sun_family), 0);
	assert_int_equal(getsockname(link_fd(rig->local.link), (struct sockaddr *)&name, &size), 0);
	assert_int_equal(sendto(stranger, "/evil\0\0", 8, 0, (struct sockaddr *)&name, size), 8);
	rig_sync(rig, &rig->local);
	assert_int_equal(rig->local.n, 1);
	close(stranger);
}

/* ---- Who may do what */

static void test_quit_only_locally(void **state)
{
	(void)state;
	SAY(&rig->udp, "/quit", "");
	rig_sync(rig, &rig->udp);
	assert_int_equal(rig->quits, 0);
	assert_non_null(strstr(rig->udp.lines[0], "/error ss /quit "));
	SAY(&rig->local, "/quit", "");
	rig_sync(rig, &rig->local);
	assert_int_equal(rig->quits, 1);
}

static void test_malformed_gets_no_answer(void **state)
{
	(void)state;
	static const char *const packets[] = { "", "x", "/rack/trim/gain", "/x\0\0,b\0\0", "/a\001b\0\0\0\0,\0\0\0" };
	static const size_t sizes[] = { 0, 1, 15, 8, 12 };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		assert_int_equal(send(link_fd(rig->udp.link), packets[i], sizes[i], 0), sizes[i]);
	rig_sync(rig, &rig->udp);
	assert_int_equal(rig->udp.n, 1); /* the sync alone */
	/* An old sender's question, without a type tag string, is one. */
	assert_int_equal(send(link_fd(rig->udp.link), "/chain\0", 8, 0), 8);
	rig_sync(rig, &rig->udp);
	assert_true(client_has(&rig->udp, "/chain ss trim testfault"));
}

static void test_errors_are_not_answered(void **state)
{
	(void)state;
	SAY(&rig->udp, "/error", "ss", "/x", "unknown address");
	rig_sync(rig, &rig->udp);
	assert_int_equal(rig->udp.n, 1);
}

static void read_preset(const char *name, struct rack *rack)
{
	char path[PATH_MAX], *text;
	size_t size;
	assert_int_equal(preset_find(name, path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(file_read(path, RACKFILE_SIZE_MAX, &text, &size, NULL), STATUS_OK);
	assert_int_equal(rackfile_parse(name, text, size, rack, NULL, NULL, NULL, NULL), STATUS_OK);
	free(text);
}

static void test_presets(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	SAY(c, "/preset/save", "s", "../evil");
	SAY(c, "/preset/load", "s", "/etc/passwd");
	SAY(c, "/preset/load", "s", "not there");
	SAY(c, "/rack/trim/gain", "f", 4.0);
	SAY(c, "/bypass", "T");
	SAY(c, "/bypass/match", "T");
	SAY(c, "/rack/trim/solo", "T");
	rig_turn(rig);
	SAY(c, "/preset/save", "s", "My mix");
	rig_expect(rig, c, "/preset/save s My mix");
	/* Who saves while comparing has saved the rack. */
	struct rack saved;
	read_preset("My mix", &saved);
	assert_near(saved.values[RACK_BYPASS], 0, 0);
	assert_near(saved.values[RACK_MATCH], 0, 0);
	assert_near(saved.slots[0].values[0], 4, 0);
	assert_near(saved.slots[0].values[slot_find_param(&saved.slots[0], "solo")], 0, 0);
	SAY(c, "/rack/trim/gain", "f", 1.0);
	SAY(c, "/preset/load", "s", "My mix");
	rig_expect(rig, c, "/preset/load s My mix");
	assert_near(value_of("trim", "gain"), 4, 0);
	SAY(c, "/preset/list", "");
	rig_sync(rig, c);
	assert_non_null(strstr(client_last(c, "/preset/list"), "My mix"));
	/* Locked by its row, so it stays, which is said. */
	SAY(c, "/chain/insert", "si", "limiter", 9);
	SAY(c, "/preset/load", "s", "vinyl");
	rig_expect(rig, c, "/preset/load ss vinyl kept, locked: limiter ceiling -1.0 dBTP, the preset has -3.0 dBTP");
	SAY(c, "/lock/list", "");
	rig_expect(rig, c, "/lock/list s /rack/limiter/ceiling");
	SAY(c, "/scene/store", "s", "as is");
	SAY(c, "/rack/limiter/ceiling", "f", -2.0);
	SAY(c, "/scene/recall", "s", "as is");
	rig_expect(rig, c, "/scene/recall ss as is kept, locked: limiter ceiling -2.0 dBTP, the scene has -1.0 dBTP");
	SAY(c, "/lock", "sF", "/rack/limiter/ceiling");
	SAY(c, "/preset/load", "s", "vinyl");
	rig_expect(rig, c, "/preset/load s vinyl");
	assert_near(value_of("limiter", "ceiling"), -3, 0);
	SAY(c, "/preset/info", "s", "streaming");
	rig_expect(rig, c,
		"/preset/info sssi streaming Streaming, -14 LUFS Streaming: an even master at about -14 LUFS, "
		"with room for lossy codecs. 226");
	SAY(c, "/preset/info", "s", "nowhere");
	rig_expect(rig, c, "/error ss /preset/info there is no preset 'nowhere'");
	int errors = 0;
	for (int i = 0; i < c->n; i++)
		errors += strncmp(c->lines[i], "/error ss /preset/", 18) == 0;
	assert_int_equal(errors, 4);
}

static void test_presets_are_deleted(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	char path[1000];
	SAY(c, "/preset/save", "s", "streaming"); /* hides the program's own */
	rig_expect(rig, c, "/preset/save s streaming");
	assert_int_equal(preset_save_path("streaming", path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(access(path, F_OK), 0);
	SAY(c, "/preset/delete", "s", "streaming");
	rig_expect(rig, c, "/preset/delete s streaming");
	assert_int_not_equal(access(path, F_OK), 0);
	SAY(c, "/preset/delete", "s", "streaming");
	rig_expect(rig, c, "/error ss /preset/delete 'streaming' is a factory preset and cannot be deleted");
	assert_int_equal(preset_find("streaming", path, sizeof path, NULL), STATUS_OK);
	SAY(c, "/preset/delete", "s", "nobody's");
	SAY(c, "/preset/delete", "s", "../racks/streaming");
	SAY(c, "/preset/delete", "s", "nothing");
	rig_expect(rig, c, "/error ss /preset/delete there is no preset 'nothing'");
	int errors = 0;
	for (int i = 0; i < c->n; i++)
		errors += strncmp(c->lines[i], "/error ss /preset/delete", 24) == 0;
	assert_int_equal(errors, 4);
}

/* Of a damaged preset the one before is named. */
static void test_a_backup_is_named(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	char path[1000];
	static const char damaged[] = "[trim]\ngain = loud\n";
	assert_int_equal(preset_save_path("club", path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(file_write_keeping(path, damaged, strlen(damaged), NULL), STATUS_OK);
	SAY(c, "/preset/load", "s", "club");
	rig_expect(rig, c, "/error ss /preset/load club.rack:2: 'loud' is not a number");
	assert_int_equal(file_write_keeping(path, damaged, strlen(damaged), NULL), STATUS_OK);
	SAY(c, "/preset/load", "s", "club");
	rig_expect(rig, c,
		"/error ss /preset/load club.rack:2: 'loud' is not a number; the one before is kept as club.rack.bak");
}

static void rig_expect_value(float gain)
{
	for (long end = rig_ms() + RIG_PATIENCE_MS; value_of("trim", "gain") != gain && rig_ms() < end;)
		rig_turn(rig);
	assert_near(value_of("trim", "gain"), gain, 0);
}

/* A sender over its rate gets no more answers than that, but its last value counts, and others are not hindered. */
static void test_flood(void **state)
{
	(void)state;
	enum { N = 30000, BURST = 10000, RATE = 2000 };
	long start = rig_ms();
	for (int i = 0; i < N; i++) {
		SAY(&rig->udp, "/rack/trim/gain", "");
		if (i % 50 == 0)
			rig_turn(rig);
	}
	SAY(&rig->udp, "/rack/trim/gain", "f", 2.0);
	rig_sync(rig, &rig->local);
	rig_expect_value(2);
	assert_in_range(rig->udp.total, BURST / 2, BURST + RATE * (rig_ms() - start + 1) / 1000 + 1);
}

/* A datagram behind many that are dropped is read although the kernel has no more. */
static void test_what_is_dropped_holds_nothing_up(void **state)
{
	(void)state;
	enum { DROPPED = 62 };
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)rig->port)
	};
	static const char set[] = "/rack/trim/gain\0,f\0\0\x40\x40\0"; /* 3, with the string's own zero */
	struct pollfd fds[SERVER_FDS_MAX];
	int fd = socket(AF_INET, SOCK_DGRAM, 0), wait_ms;
	for (int i = 0; i < DROPPED; i++)
		assert_int_equal(sendto(fd, "", 0, 0, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(sendto(fd, set, sizeof set, 0, (struct sockaddr *)&to, sizeof to), sizeof set);
	do
		wait_ms = server_poll(rig->server);
	while (wait_ms == 0 || poll(fds, (nfds_t)server_fds(rig->server, fds), 0) > 0);
	assert_near(value_of("trim", "gain"), 3, 0);
	close(fd);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13; /* xorshift, Marsaglia 2003 */
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Broken and nonsensical datagrams: the server stays alive and every value within its row (sanitizers watch the rest).
 */
static void test_mutants_do_no_harm(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t size;
	} seeds[] = {
#define SEED(BYTES) { BYTES, sizeof(BYTES) - 1 }
		SEED("/rack/trim/gain\0,f\0\0\377\200\0\0"),
		SEED("/rack/trim/gain\0,d\0\0\177\360\0\0\0\0\0\0"),
		SEED("/rack/*/*/norm\0\0,f\0\0\77\0\0\0"),
		SEED("/subscribe\0\0,si\0/{a,b}*/[c-d]\0\0\0\0\0\0\0\1"),
		SEED("/chain/insert\0\0\0,sis\0\0\0\0trim\0\0\0\0\0\0\0\1abcd\0\0\0\0"),
		SEED("/chain/remove\0\0\0,s\0\0abcd\0\0\0\0"),
		SEED("/meter/trim/x\0\0\0,N\0\0"),
		SEED("#bundle\0\0\0\0\0\0\0\0\1\0\0\0\14/bypass\0,T\0\0\0\0\0\20/sync\0\0\0,i\0\0\0\0\0\7"),
	};
	uint32_t random = 88172645u;
	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[128];
		uint32_t s = next_random(&random) % (sizeof seeds / sizeof seeds[0]);
		memcpy(bytes, seeds[s].bytes, seeds[s].size);
		for (uint32_t n = next_random(&random) % 3; n; n--)
			bytes[next_random(&random) % seeds[s].size] ^= (uint8_t)(1u << next_random(&random) % 8);
		send(link_fd(rig->udp.link), bytes, seeds[s].size, 0);
		if (i % 50 == 0)
			rig_turn(rig);
	}
	rig_sync(rig, &rig->local);
	const struct rack *rack = control_rack(rig->control);
	for (uint32_t s = 0; s < rack->n_slots; s++)
		for (uint32_t p = 0; p < slot_n_params(&rack->slots[s]); p++) {
			const struct param *row = control_param(rig->control, s, p);
			float value = control_value(rig->control, s, p);
			assert_true(value >= row->min && value <= row->max);
		}
	assert_int_equal(rig->quits, 0);
}

/* ---- Binding */

static void test_refusals(void **state)
{
	(void)state;
	struct server_config config;
	struct server *server = NULL;
	struct reason reason;
	char path[108];
	rig_config(rig, &config, path);
	assert_int_equal(server_new(&server, &config, &reason), STATUS_UNAVAILABLE); /* the rig's own socket lives */
	assert_non_null(strstr(reason.text, "rig.sock"));
	config.local_path = NULL;
	config.port = rig->port;
	assert_int_equal(server_new(&server, &config, &reason), STATUS_UNAVAILABLE);
	assert_non_null(strstr(reason.text, "taken"));
	config.bind = "0.0.0.0";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	assert_non_null(strstr(reason.text, "--osc-allow"));
	config.bind = "::";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	config.bind = "127.0.0.1";
	config.allow = "10.0.0.0/33";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	config.allow = NULL;
	config.bind = "example.org";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	assert_null(server);
}

/* Its own feedback would come back to it as settings. */
static void test_a_rack_is_no_surface_of_its_own(void **state)
{
	(void)state;
	struct server_config config;
	struct server *server = NULL;
	struct reason reason;
	char path[108], surfaces[32];
	rig_config(rig, &config, path);
	config.local_path = NULL;
	config.surfaces = surfaces;
	enum status status = STATUS_UNAVAILABLE;
	for (config.port = rig->port + 1; status == STATUS_UNAVAILABLE; config.port++) {
		snprintf(surfaces, sizeof surfaces, "localhost:%d", config.port);
		status = server_new(&server, &config, &reason);
	}
	assert_int_equal(status, STATUS_BAD_VALUE);
	assert_string_equal(reason.text, "--osc-surface: localhost is where this rack listens itself");
}

/* The rig's server bound to another address. False: this machine has no such address. */
static bool rebind(const char *address)
{
	struct server_config config;
	struct reason reason;
	char path[108];
	rig_config(rig, &config, path);
	config.local_path = NULL;
	config.bind = address;
	config.allow = "10.0.0.0/8";
	config.port = rig->port;
	server_free(rig->server);
	if (server_new(&rig->server, &config, &reason) == STATUS_OK)
		return true;
	config.bind = "127.0.0.1";
	assert_int_equal(server_new(&rig->server, &config, &reason), STATUS_OK);
	return false;
}

/* A client that takes answers from that address only is answered and told. */
static void assert_answers(const char *host)
{
	char target[40];
	struct reason reason;
	snprintf(target, sizeof target, "%s:%d", host, rig->port);
	link_close(rig->udp.link);
	assert_int_equal(link_open(&rig->udp.link, target, NULL, &reason), STATUS_OK);
	client_clear(&rig->udp);
	SAY(&rig->udp, "/chain", "");
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], "/chain ss trim testfault");
	SAY(&rig->udp, "/subscribe", "s", "/title");
	rig_expect(rig, &rig->udp, "/title s ");
}

static void test_ipv6(void **state)
{
	(void)state;
	if (!rebind("::1"))
		skip();
	assert_answers("[::1]");
}

/* Programs take it for either. */
static void test_localhost_is_both(void **state)
{
	(void)state;
	bool ipv6 = rebind("::1");
	assert_true(rebind(NULL));
	assert_answers("127.0.0.1");
	if (!ipv6)
		skip();
	assert_answers("[::1]");
	assert_true(rebind("localhost"));
	assert_answers("[::1]");
}

/* Of several addresses of this machine answers come from the one that was asked: others do not get through to a
 * client, or a firewall. */
static void test_answers_come_from_the_address_asked(void **state)
{
	(void)state;
	assert_true(rebind("0.0.0.0"));
	assert_answers("127.0.0.2");
	assert_answers("127.0.0.1");
	if (!rebind("::"))
		skip();
	assert_answers("[::1]");
	assert_answers("127.0.0.3");
}

static void test_local_socket_file(void **state)
{
	(void)state;
	struct server_config config;
	struct server *server;
	struct reason reason;
	struct stat file;
	char path[108], copy[120];
	rig_config(rig, &config, path);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	/* A socket that nobody reads any more, as a killed rack leaves one, is replaced; the server's end removes it.
	 */
	snprintf(copy, sizeof copy, "%s.old", path);
	config.local_path = copy;
	assert_int_equal(server_new(&server, &config, &reason), STATUS_OK);
	char aside[140];
	snprintf(aside, sizeof aside, "%s.aside", copy);
	rename(copy, aside);
	server_free(server);
	rename(aside, copy);
	assert_int_equal(server_new(&server, &config, &reason), STATUS_OK);
	server_free(server);
	assert_int_not_equal(stat(copy, &file), 0);
}

int main(void)
{
	char folder[40], remove[80];
	rig_folders(folder);
#define TEST(F) cmocka_unit_test_setup_teardown(F, setup, teardown)
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
		TEST(test_bundle_with_one_bad_message),
		cmocka_unit_test_setup_teardown(test_bundle_is_one_transaction, setup_audio, teardown),
		TEST(test_timetags),
		cmocka_unit_test_setup_teardown(test_a_bundle_for_later_is_not_told_at_once, setup_audio, teardown),
		TEST(test_sync_waits_for_own_bundles),
		cmocka_unit_test_setup_teardown(test_sync_waits_for_the_audio, setup_audio, teardown),
		TEST(test_patterns_set_and_ask),
		TEST(test_subscription_snapshot_and_changes),
		TEST(test_no_echo_to_the_sender),
		TEST(test_feedback_is_thinned_out),
		TEST(test_eight_subscribers_at_most),
		TEST(test_meters_stream),
		TEST(test_many_answers_over_the_local_socket),
		TEST(test_deaf_clients_hinder_nobody),
		TEST(test_client_hears_the_rack_only),
		TEST(test_quit_only_locally),
		TEST(test_malformed_gets_no_answer),
		TEST(test_errors_are_not_answered),
		TEST(test_presets),
		TEST(test_presets_are_deleted),
		TEST(test_scenes_are_deleted),
		TEST(test_title),
		TEST(test_a_title_is_told),
		TEST(test_a_backup_is_named),
		TEST(test_flood),
		TEST(test_what_is_dropped_holds_nothing_up),
		TEST(test_mutants_do_no_harm),
		TEST(test_refusals),
		TEST(test_a_rack_is_no_surface_of_its_own),
		TEST(test_ipv6),
		TEST(test_localhost_is_both),
		TEST(test_answers_come_from_the_address_asked),
		TEST(test_local_socket_file),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(remove, sizeof remove, "rm -rf '%s'", folder);
	return system(remove) == 0 ? failed : 1;
}
