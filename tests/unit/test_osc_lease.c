/* Tests leases, rates and allow-lists with a clock of the test's own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/lease.h"
#include "osc/server/limit.h"
#include "osc/server/outbox.h"
#include "osc/wire/allow.h"
#include "rack/model/registry.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static struct peer udp_peer(const char *address, int port)
{
	struct peer peer = { .size = sizeof(struct sockaddr_in) };
	struct sockaddr_in *name = (struct sockaddr_in *)&peer.name;
	name->sin_family = AF_INET;
	name->sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, address, &name->sin_addr);
	return peer;
}

struct fixture {
	struct rack rack;
	struct subjects subjects;
	struct leases leases;
	size_t gain;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	rack_clear(&f->rack);
	rack_insert(&f->rack, 0, registry_find("trim"), NULL, NULL);
	assert_true(subjects_build(&f->subjects, &f->rack));
	f->leases.subjects = &f->subjects;
	f->gain = subjects_of_param(&f->subjects, 0, 0);
	assert_string_equal(f->subjects.list[f->gain].address, "/rack/trim/gain");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	leases_free(&f->leases);
	subjects_free(&f->subjects);
	free(f);
	return 0;
}

/* All that the surface has not been told is told now. */
static void tell(struct subscriber *s)
{
	for (size_t i = 0; i < s->n_updates; i++)
		s->updates[i].dirty = 0;
}

static void test_a_listed_surface_stays_and_is_told_anew(void **state)
{
	struct fixture *f = *state;
	struct peer a = udp_peer("192.0.2.2", 9000), port = udp_peer("192.0.2.2", 1),
		    more = udp_peer("192.0.2.2", 9001);
	struct subscriber *s = &f->leases.subscribers[LEASE_PEERS_MAX];
	assert_null(leases_keep(&f->leases, &a, "/rack/*/*", false, SECOND));
	uint8_t *dirty = &s->updates[f->gain].dirty;
	assert_true(*dirty);
	assert_false(leases_remove(&f->leases, &a, "/rack/*/*"));
	tell(s);
	leases_expire(&f->leases, 11 * SECOND - 1);
	assert_false(*dirty);
	leases_expire(&f->leases, 11 * SECOND);
	assert_true(*dirty);
	tell(s);
	leases_heard(&f->leases, leases_origin(&f->leases, &port), 20 * SECOND); /* for the first time */
	assert_true(*dirty);
	tell(s);
	leases_heard(&f->leases, leases_origin(&f->leases, &port), 20 * SECOND + 1);
	assert_false(*dirty);
	leases_clamped(&f->leases, f->gain, leases_origin(&f->leases, &a), &a, 20 * SECOND); /* answered already */
	assert_false(*dirty);
	leases_clamped(&f->leases, f->gain, leases_origin(&f->leases, &port), &port, 20 * SECOND);
	assert_true(*dirty);
	assert_null(leases_keep(&f->leases, &more, "/rack/*/*", false, SECOND));
	assert_int_equal(leases_origin(&f->leases, &port), SUBSCRIBERS_MAX + 1); /* of which of the two? */
	assert_null(leases_add(&f->leases, &port, "/chain", 25, false, SECOND)); /* these have places of their own */
	assert_int_equal(leases_origin(&f->leases, &port), 1);
}

static void test_a_closed_surface_is_tried_again(void **state)
{
	struct fixture *f = *state;
	struct peer a = udp_peer("127.0.0.1", 9000), port = udp_peer("127.0.0.1", 1);
	struct subscriber *s = &f->leases.subscribers[LEASE_PEERS_MAX];
	int64_t next_us = INT64_MAX;
	assert_null(leases_keep(&f->leases, &a, "/rack/*/*", false, SECOND));
	assert_int_equal(leases_origin(&f->leases, &port), LEASE_PEERS_MAX + 1); /* another port of its machine */
	tell(s);
	leases_forget(&f->leases, &a, 2 * SECOND);
	assert_int_equal(leases_count(&f->leases), 0);
	assert_true(leases_any_closed(&f->leases));
	leases_touch(&f->leases, f->gain, 0, 3 * SECOND);
	leases_expire(&f->leases, 4 * SECOND);
	assert_false(lease_retries(s, 5 * SECOND - 1, &next_us));
	assert_int_equal(next_us, 5 * SECOND);
	assert_true(lease_retries(s, 5 * SECOND, &next_us));
	leases_forget(&f->leases, &a, 5 * SECOND + 1); /* still nobody */
	leases_expire(&f->leases, 6 * SECOND);
	assert_int_equal(leases_count(&f->leases), 0);
	assert_true(lease_retries(s, 8 * SECOND + 1, &next_us));
	leases_expire(&f->leases, 8 * SECOND + RETRY_WAIT_US);
	assert_int_equal(leases_count(&f->leases), 0);
	leases_expire(&f->leases, 8 * SECOND + RETRY_WAIT_US + 1);
	assert_int_equal(leases_count(&f->leases), 1);
	assert_true(s->updates[f->gain].dirty);
	leases_forget(&f->leases, &a, 10 * SECOND);
	leases_heard(&f->leases, leases_origin(&f->leases, &a), 10 * SECOND + 1);
	assert_int_equal(leases_count(&f->leases), 1);
}

static void test_a_lease_lasts_ten_seconds(void **state)
{
	struct fixture *f = *state;
	struct peer a = udp_peer("127.0.0.1", 1000), b = udp_peer("127.0.0.1", 1001);
	assert_null(leases_add(&f->leases, &a, "/rack/*/*", 25, false, SECOND));
	assert_null(leases_add(&f->leases, &b, "/rack/*/*", 25, false, SECOND));
	leases_expire(&f->leases, 9 * SECOND);
	assert_null(leases_add(&f->leases, &b, "/rack/*/*", 25, false, 9 * SECOND)); /* renewed */
	leases_expire(&f->leases, 11 * SECOND - 1);
	assert_int_equal(leases_count(&f->leases), 2);
	leases_expire(&f->leases, 11 * SECOND);
	assert_int_equal(leases_count(&f->leases), 1);
	assert_int_equal(leases_origin(&f->leases, &b), 2);
	assert_int_equal(leases_origin(&f->leases, &a), SUBSCRIBERS_MAX + 1);
	leases_expire(&f->leases, 19 * SECOND);
	assert_int_equal(leases_count(&f->leases), 0);
}

static struct update *update_of(struct fixture *f, int subscriber)
{
	return &f->leases.subscribers[subscriber].updates[f->gain];
}

static void test_snapshot_change_and_own_change(void **state)
{
	struct fixture *f = *state;
	struct peer a = udp_peer("127.0.0.1", 1000), b = udp_peer("127.0.0.1", 1001);
	leases_add(&f->leases, &a, "/rack/trim/gain", 25, false, SECOND);
	leases_add(&f->leases, &b, "/rack/trim/gain", 25, false, SECOND);
	leases_add(&f->leases, &b, "/rack/trim/gain/norm", 25, false, SECOND);
	assert_int_equal(update_of(f, 0)->dirty, 1 << FORM_VALUE);
	assert_int_equal(update_of(f, 1)->dirty, 1 << FORM_VALUE | 1 << FORM_NORM);
	update_of(f, 0)->dirty = update_of(f, 1)->dirty = 0;
	f->leases.setting = FORM_VALUE;
	leases_touch(&f->leases, f->gain, leases_origin(&f->leases, &b), 2 * SECOND);
	assert_int_equal(update_of(f, 0)->dirty, 1 << FORM_VALUE);
	assert_int_equal(update_of(f, 1)->dirty, 1 << FORM_NORM);
	/* Renewed while it moves the control itself: no old value comes back to its fader; a second later it does. */
	update_of(f, 1)->dirty = 0;
	leases_add(&f->leases, &b, "/rack/trim/gain", 25, false, 2 * SECOND + SECOND / 2);
	assert_int_equal(update_of(f, 1)->dirty, 0);
	leases_add(&f->leases, &b, "/rack/trim/gain", 25, false, 4 * SECOND);
	assert_int_equal(update_of(f, 1)->dirty, 1 << FORM_VALUE);
	/* Another's change behind an own one that has not been told: the newest counts for both. */
	leases_touch(&f->leases, f->gain, leases_origin(&f->leases, &a), 4 * SECOND);
	leases_touch(&f->leases, f->gain, leases_origin(&f->leases, &b), 4 * SECOND);
	assert_int_equal(update_of(f, 1)->dirty & 1 << FORM_VALUE, 0);
	assert_int_equal(update_of(f, 0)->dirty, 1 << FORM_VALUE);
}

static size_t find(const struct fixture *f, const char *address)
{
	size_t at = 0;
	while (strcmp(f->subjects.list[at].address, address) != 0)
		at++;
	return at;
}

static void test_rates(void **state)
{
	struct fixture *f = *state;
	struct peer a = udp_peer("127.0.0.1", 1000);
	size_t peak = find(f, "/meter/out/peak");
	leases_add(&f->leases, &a, "/*/*/*", 0, false, SECOND);
	assert_int_equal(update_of(f, 0)->hz, LEASE_HZ_MAX);
	assert_int_equal(f->leases.subscribers[0].updates[peak].hz, LEASE_HZ_STEADY);
	assert_int_equal(f->leases.subscribers[0].updates[find(f, "/meter/out/integrated")].hz, LEASE_HZ_INTEGRATED);
	leases_add(&f->leases, &a, "/*/*/*", 5, false, SECOND);
	assert_int_equal(update_of(f, 0)->hz, 5);
	leases_add(&f->leases, &a, "/meter/*/*", 12, false, SECOND);
	assert_int_equal(update_of(f, 0)->hz, 5);
	assert_int_equal(f->leases.subscribers[0].updates[peak].hz, 12); /* the faster of two */
}

static void test_limits_of_leases(void **state)
{
	struct fixture *f = *state;
	char pattern[ADDRESS_SIZE];
	for (int i = 0; i < LEASE_PEERS_MAX; i++) {
		struct peer peer = udp_peer("127.0.0.1", 2000 + i);
		assert_null(leases_add(&f->leases, &peer, "/chain", 25, false, SECOND));
	}
	struct peer ninth = udp_peer("127.0.0.1", 3000), first = udp_peer("127.0.0.1", 2000);
	assert_non_null(leases_add(&f->leases, &ninth, "/chain", 25, false, SECOND));
	for (int i = 1; i < LEASE_PATTERNS_MAX; i++) {
		snprintf(pattern, sizeof pattern, "/x%d", i);
		assert_null(leases_add(&f->leases, &first, pattern, 25, false, SECOND));
	}
	assert_non_null(leases_add(&f->leases, &first, "/y", 25, false, SECOND));
	assert_null(leases_add(&f->leases, &first, "/x1", 25, false, SECOND)); /* renewing goes on */
	assert_non_null(leases_add(&f->leases, &first, "/*****", 25, false, SECOND));
	assert_true(leases_remove(&f->leases, &first, "/x1"));
	assert_false(leases_remove(&f->leases, &first, "/x1"));
	assert_null(leases_add(&f->leases, &first, "/y", 25, false, SECOND));
}

static void test_rate_of_a_source(void **state)
{
	(void)state;
	struct limit limit = { 0 };
	struct peer a = udp_peer("10.0.0.1", 1), a2 = udp_peer("10.0.0.1", 2), b = udp_peer("10.0.0.2", 1);
	for (int i = 0; i < LIMIT_BURST; i++)
		assert_true(limit_take(&limit, i % 2 ? &a : &a2, SECOND)); /* its ports share */
	assert_false(limit_take(&limit, &a, SECOND));
	assert_true(limit_take(&limit, &b, SECOND));
	struct peer c = udp_peer("127.0.0.1", 1), c2 = udp_peer("127.0.0.1", 2);
	while (limit_take(&limit, &c, SECOND))
		;
	assert_true(limit_take(&limit, &c2, SECOND)); /* clients of this machine do not share */
	int taken = 0;
	for (int i = 0; i < 5000; i++)
		taken += limit_take(&limit, &a, 2 * SECOND);
	assert_int_equal(taken, LIMIT_RATE);
	for (int i = 0; i < 100; i++) { /* many sources: the newest still get their burst */
		char text[24];
		snprintf(text, sizeof text, "10.0.1.%d", i);
		struct peer other = udp_peer(text, 1);
		assert_true(limit_take(&limit, &other, 3 * SECOND + i));
	}
}

static bool allowed(const char *list, const char *address)
{
	struct allow allow;
	struct sockaddr_storage name = { 0 };
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)&name;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&name;
	assert_int_equal(allow_parse(&allow, list, NULL), STATUS_OK);
	if (inet_pton(AF_INET, address, &ipv4->sin_addr) == 1)
		ipv4->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, address, &ipv6->sin6_addr) == 1)
		ipv6->sin6_family = AF_INET6;
	return allow_has(&allow, (struct sockaddr *)&name);
}

static void test_allow(void **state)
{
	(void)state;
	assert_true(allowed(NULL, "127.0.0.1"));
	assert_true(allowed(NULL, "127.9.9.9"));
	assert_true(allowed(NULL, "::1"));
	assert_true(allowed(NULL, "::ffff:127.0.0.1"));
	assert_false(allowed(NULL, "10.0.0.1"));
	assert_false(allowed(NULL, "::2"));
	assert_false(allowed(NULL, "::ffff:10.0.0.1"));
	assert_true(allowed("10.0.0.7", "10.0.0.7"));
	assert_false(allowed("10.0.0.7", "10.0.0.8"));
	assert_true(allowed("192.168.0.0/22,10.0.0.7", "192.168.3.255"));
	assert_false(allowed("192.168.0.0/22,10.0.0.7", "192.168.4.0"));
	assert_true(allowed("192.168.0.0/22", "::ffff:192.168.1.1")); /* IPv4 on a socket for both */
	assert_true(allowed("fd00::/8", "fd12::1"));
	assert_false(allowed("fd00::/8", "fe80::1"));
	assert_true(allowed("0.0.0.0/0", "8.8.8.8"));
	assert_false(allowed("0.0.0.0/0", "2001::1"));
	static const char *const bad[] = { "x", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
		"fd00::/129", ",", "10.0.0.1,,10.0.0.2", "10.0.0.1 10.0.0.2", "host.example" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct allow allow;
		struct reason reason;
		if (allow_parse(&allow, bad[i], &reason) != STATUS_BAD_VALUE)
			fail_msg("'%s' is taken", bad[i]);
		assert_non_null(strstr(reason.text, "--osc-allow"));
	}
}

/* A receiver that takes so many and then none. */
struct receiver {
	int room, n;
	char taken[64];
};

static bool take(void *user, const struct peer *peer, const uint8_t *bytes, size_t size)
{
	struct receiver *r = user;
	(void)peer;
	if (r->room == 0)
		return false;
	r->room--;
	r->taken[r->n++] = (char)bytes[size - 1];
	return true;
}

static void test_outbox_keeps_order_and_bounds(void **state)
{
	(void)state;
	static struct outbox outbox;
	struct receiver r = { .room = 2 };
	struct peer a = udp_peer("127.0.0.1", 1), b = udp_peer("127.0.0.1", 2);
	for (const char *c = "12345"; *c; c++)
		outbox_put(&outbox, &a, (const uint8_t *)c, 1, 0);
	assert_true(outbox_has(&outbox, &a));
	assert_false(outbox_has(&outbox, &b));
	assert_true(outbox_flush(&outbox, take, &r, 0));
	r.room = 9;
	assert_false(outbox_flush(&outbox, take, &r, 0));
	assert_string_equal(r.taken, "12345");
	static const uint8_t large[60000];
	for (int i = 0; i < 10; i++)
		outbox_put(&outbox, &a, large, sizeof large, 0);
	assert_int_equal(outbox.dropped, 10 - OUTBOX_BYTES_MAX / (int)sizeof large);
	outbox_put(&outbox, &b, large, 1, OUTBOX_AGE_US);
	r.room = 0;
	outbox_flush(&outbox, take, &r, OUTBOX_AGE_US + 1); /* too old */
	assert_false(outbox_has(&outbox, &a));
	assert_true(outbox_has(&outbox, &b));
	outbox_clear(&outbox);
	assert_false(outbox_has(&outbox, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_lease_lasts_ten_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_listed_surface_stays_and_is_told_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_closed_surface_is_tried_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot_change_and_own_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits_of_leases, setup, teardown),
		cmocka_unit_test(test_rate_of_a_source),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_outbox_keeps_order_and_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
