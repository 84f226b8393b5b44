/* Datagrams many at a time: all of them, in order, each with its own sender, size and bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/inbox.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SENDERS = 3, SENT = 100, LONGEST = 64 };

static int open_socket(struct sockaddr_in *name)
{
	socklen_t size = sizeof *name;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*name = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)name, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)name, &size), 0);
	return fd;
}

static void all_come_once_and_in_order(void **state)
{
	(void)state;
	struct sockaddr_in to, names[SENDERS];
	int fd = open_socket(&to), from[SENDERS];
	struct inbox *inbox = inbox_new(LONGEST);
	struct datagram datagram;
	uint8_t bytes[2 * LONGEST];
	assert_non_null(inbox);
	for (int i = 0; i < SENDERS; i++)
		from[i] = open_socket(&names[i]);
	assert_false(inbox_take(inbox, fd, &datagram));
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < SENT; i++) {
			memset(bytes, i, sizeof bytes);
			ssize_t size = (ssize_t)((size_t)i % sizeof bytes); /* empty ones, and longer than LONGEST */
			assert_int_equal(
				sendto(from[i % SENDERS], bytes, (size_t)size, 0, (struct sockaddr *)&to, sizeof to),
				size);
		}
		for (int i = 0; i < SENT; i++) {
			size_t size = (size_t)(ssize_t)((size_t)i % sizeof bytes);
			assert_true(inbox_take(inbox, fd, &datagram));
			assert_true(i > 0 || inbox_holds(inbox));
			assert_int_equal(datagram.size, size);
			assert_int_equal(datagram.name_size, sizeof names[0]);
			assert_memory_equal(datagram.name, &names[i % SENDERS], sizeof names[0]);
			memset(bytes, i, sizeof bytes);
			assert_memory_equal(datagram.bytes, bytes, size < LONGEST ? size : LONGEST);
		}
		assert_false(inbox_holds(inbox));
		assert_false(inbox_take(inbox, fd, &datagram));
	}
	inbox_free(inbox);
	for (int i = 0; i < SENDERS; i++)
		close(from[i]);
	close(fd);
}

static void a_closed_socket_gives_nothing(void **state)
{
	(void)state;
	struct inbox *inbox = inbox_new(LONGEST);
	struct datagram datagram;
	assert_false(inbox_take(inbox, -1, &datagram));
	inbox_free(inbox);
	inbox_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_come_once_and_in_order),
		cmocka_unit_test(a_closed_socket_gives_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
