/* Tests nonces and proofs: the hash's published vector, what a nonce is good for, how long, and shares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/proof.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { START_US = 1000000000, MINUTE_US = 60000000 };

static struct peer make_peer(const char *address, int port)
{
	struct peer peer = { .size = sizeof(struct sockaddr_in) };
	struct sockaddr_in *name = (struct sockaddr_in *)&peer.name;
	name->sin_family = AF_INET;
	name->sin_port = htons((uint16_t)port);
	assert_int_equal(inet_pton(AF_INET, address, &name->sin_addr), 1);
	return peer;
}

static int setup(void **state)
{
	struct proof *p = malloc(sizeof *p);
	*state = p;
	return !proof_init(p);
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* The paper's appendix A: key 00 .. 0f, message 00 .. 0e. */
static void test_hash(void **state)
{
	(void)state;
	uint8_t bytes[16];
	for (uint8_t i = 0; i < sizeof bytes; i++)
		bytes[i] = i;
	assert_true(proof_hash(bytes, bytes, 15) == 0xa129ca6149be45e5u);
}

static void test_good_for_one_peer(void **state)
{
	struct proof *p = *state;
	char nonce[PROOF_NONCE_SIZE];
	struct peer peer = make_peer("192.0.2.1", 1000), port = make_peer("192.0.2.1", 1001),
		    address = make_peer("192.0.2.2", 1000);
	assert_true(proof_ask(p, &peer, nonce, START_US));
	assert_int_equal(strlen(nonce), PROOF_NONCE_SIZE - 1);
	assert_false(proof_take(p, &port, nonce, START_US));
	assert_false(proof_take(p, &address, nonce, START_US));
	assert_false(proof_take(p, &peer, "-----------", START_US));
	assert_false(proof_holds(p, &peer, START_US));
	assert_true(proof_take(p, &peer, nonce, START_US));
	assert_true(proof_holds(p, &peer, START_US));
	assert_false(proof_holds(p, &port, START_US));
}

static void test_ages(void **state)
{
	struct proof *p = *state;
	char nonce[PROOF_NONCE_SIZE];
	struct peer peer = make_peer("192.0.2.1", 1000);
	assert_true(proof_ask(p, &peer, nonce, START_US));
	assert_false(proof_take(p, &peer, nonce, START_US + 2 * MINUTE_US));
	int64_t late_us = START_US + MINUTE_US;
	assert_true(proof_take(p, &peer, nonce, late_us));
	proof_renew(p, &peer, late_us + 40000000);
	assert_true(proof_holds(p, &peer, late_us + 99000000));
	assert_false(proof_holds(p, &peer, late_us + 100000000));
	proof_renew(p, &peer, late_us + 100000000); /* what is over is not renewed */
	assert_false(proof_holds(p, &peer, late_us + 100000000));
}

static void test_two_secrets(void **state)
{
	struct proof *p = *state, other;
	char nonce[PROOF_NONCE_SIZE];
	struct peer peer = make_peer("192.0.2.1", 1000);
	assert_true(proof_init(&other));
	assert_true(proof_ask(p, &peer, nonce, START_US));
	assert_false(proof_take(&other, &peer, nonce, START_US));
}

/* One a second to a peer, 64 to all. */
static void test_asks_seldom(void **state)
{
	struct proof *p = *state;
	char nonce[PROOF_NONCE_SIZE];
	int n = 0;
	for (int i = 0; i < 200; i++) {
		struct peer peer = make_peer("192.0.2.1", 1000 + i / 2);
		n += proof_ask(p, &peer, nonce, START_US + i);
	}
	assert_int_equal(n, PROOF_PEERS_MAX);
	struct peer peer = make_peer("192.0.2.1", 1000);
	assert_false(proof_ask(p, &peer, nonce, START_US + PROOF_ASK_US - 1));
	assert_true(proof_ask(p, &peer, nonce, START_US + PROOF_ASK_US));
}

static void prove(struct proof *p, const struct peer *peer, int64_t now_us)
{
	char nonce[PROOF_NONCE_SIZE];
	assert_true(proof_ask(p, peer, nonce, now_us));
	assert_true(proof_take(p, peer, nonce, now_us));
}

static void test_forgets_the_longest_silent(void **state)
{
	struct proof *p = *state;
	struct peer first = make_peer("192.0.2.1", 1000), second = make_peer("192.0.2.1", 1001);
	int64_t now_us = START_US;
	prove(p, &first, now_us);
	prove(p, &second, now_us);
	for (int i = 2; i <= PROOF_PEERS_MAX; i++) {
		struct peer peer = make_peer("192.0.2.1", 1000 + i);
		now_us += 100000;
		proof_renew(p, &first, now_us);
		prove(p, &peer, now_us);
	}
	assert_true(proof_holds(p, &first, now_us));
	assert_false(proof_holds(p, &second, now_us));
	proof_forget(p, &first);
	assert_false(proof_holds(p, &first, now_us));
}

static void test_shares(void **state)
{
	struct proof *p = *state;
	struct peer peer = make_peer("192.0.2.1", 1000), other = make_peer("192.0.2.1", 1001);
	double bytes = 0;
	int64_t now_us = START_US;
	prove(p, &peer, now_us);
	assert_false(proof_spend(p, &other, 1, now_us));
	for (; now_us < START_US + 10000000; now_us += 1000)
		while (proof_spend(p, &peer, 1000, now_us))
			bytes += 1000 + PROOF_HEADERS;
	assert_in_range(bytes, 11 * PROOF_BYTES_S, 12 * PROOF_BYTES_S);
	assert_false(proof_may_stream(p, &peer, now_us));
	assert_true(proof_may_stream(p, &peer, now_us + 1100000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test_setup_teardown(test_good_for_one_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_secrets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asks_seldom, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgets_the_longest_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shares, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
