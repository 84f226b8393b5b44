/* Tests subscriptions over real sockets: what is told, how often, to whom, and what a deaf client does to others. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/osc_fixture.h"

#include <sys/socket.h>
#include <sys/un.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_subscription_snapshot_and_changes),
		TEST(test_no_echo_to_the_sender),
		TEST(test_feedback_is_thinned_out),
		TEST(test_eight_subscribers_at_most),
		TEST(test_meters_stream),
		TEST(test_many_answers_over_the_local_socket),
		TEST(test_deaf_clients_hinder_nobody),
		TEST(test_client_hears_the_rack_only),
	};
	OSC_FIXTURE_RUN(tests);
}
