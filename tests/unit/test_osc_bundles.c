/* Tests bundles over real sockets: one transaction, timetags, what is told of them before their time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/ahead.h"
#include "rack/base/clock.h"
#include "tests/unit/near.h"
#include "tests/unit/osc_fixture.h"

#include <math.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bundle_with_one_bad_message),
		TEST_AUDIO(test_bundle_is_one_transaction),
		TEST(test_timetags),
		TEST_AUDIO(test_a_bundle_for_later_is_not_told_at_once),
		TEST(test_sync_waits_for_own_bundles),
		TEST_AUDIO(test_sync_waits_for_the_audio),
	};
	OSC_FIXTURE_RUN(tests);
}
