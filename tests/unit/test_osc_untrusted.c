/* Tests what untrusted senders may do over real sockets: quit, malformed datagrams, floods, mutants. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/near.h"
#include "tests/unit/osc_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quit_only_locally),
		TEST(test_malformed_gets_no_answer),
		TEST(test_errors_are_not_answered),
		TEST(test_flood),
		TEST(test_what_is_dropped_holds_nothing_up),
		TEST(test_mutants_do_no_harm),
	};
	OSC_FIXTURE_RUN(tests);
}
