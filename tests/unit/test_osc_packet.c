/* Tests the validator of raw OSC bytes: what OSC 1.0 allows passes, everything else is refused, no byte outside is
 * read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/message.h"
#include "osc/wire/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MUTANTS = 200000, PACKET = 512 };

#define OK(BYTES) assert_null(fault(BYTES, sizeof(BYTES) - 1))
#define BAD(BYTES) assert_non_null(fault(BYTES, sizeof(BYTES) - 1))

/* On memory of exactly that size, so that a sanitizer sees every byte read beyond it. */
static const char *fault(const char *bytes, size_t size)
{
	uint8_t *copy = calloc(1, size ? size : 1);
	memcpy(copy, bytes, size);
	const char *text = packet_fault(copy, size);
	free(copy);
	return text;
}

static void test_valid_messages(void **state)
{
	(void)state;
	OK("/a\0\0,\0\0\0");
	OK("/a\0\0"); /* no type tag string */
	OK("/abc\0\0\0\0,f\0\0\0\0\0\0");
	OK("/a\0\0,s\0\0hi\0\0");
	OK("/a\0\0,s\0\0abcd\0\0\0\0");
	OK("/a\0\0,b\0\0\0\0\0\3xyz\0");
	OK("/a\0\0,b\0\0\0\0\0\0");
	OK("/a\0\0,TFNI\0\0\0");
	OK("/a\0\0,hdt\0\0\0\0"
	   "12345678"
	   "12345678"
	   "12345678");
	OK("/a\0\0,icrm\0\0\0"
	   "1234"
	   "1234"
	   "1234"
	   "1234");
}

static void test_bad_messages(void **state)
{
	(void)state;
	BAD("");
	BAD("/");
	BAD("/a\0");
	BAD("/abc");         /* not terminated */
	BAD("abc\0");        /* no slash */
	BAD("/a\0x");        /* padded with something else */
	BAD("/a b\0\0\0\0"); /* a space */
	BAD("/a\x1b\0");
	BAD("/\xc3\xa9\0");               /* beyond ASCII */
	BAD("/a\0\0,f\0\0");              /* no body */
	BAD("/a\0\0,b\0\0");              /* liblo 0.31 reads 4 bytes beyond this one */
	BAD("/a\0\0,b\0\0\0\0\0\5xyz\0"); /* longer than the packet */
	BAD("/a\0\0,b\0\0\0\0\0\3xyz!");  /* its padding */
	BAD("/a\0\0,b\0\0\377\377\377\377");
	BAD("/a\0\0,b\0\0\377\377\377\375"
	    "1234");
	BAD("/a\0\0,s\0\0abcd");
	BAD("/a\0\0,h\0\0"
	    "1234");
	BAD("/a\0\0,\0\0\0"
	    "1234");       /* bytes left over */
	BAD("/a\0\0,[ff"); /* not terminated */
	BAD("/a\0\0,fff");
}

/* Of these the address is known, so that an error can name it. */
static void test_unreadable_arguments(void **state)
{
	(void)state;
#define UNREADABLE(BYTES)                                                                                              \
	OK(BYTES);                                                                                                     \
	assert_non_null(packet_unreadable((const uint8_t *)BYTES, sizeof(BYTES) - 1))
	UNREADABLE("/a\0\0x\0\0\0");
	UNREADABLE("/a\0\0\0\0\0\0");
	UNREADABLE("/a\0\0\77\200\0\0"); /* 1.0 without type tags */
	UNREADABLE("/a\0\0,[f]\0\0\0\0"
		   "1234");
	UNREADABLE("/a\0\0,?\0\0");
	UNREADABLE("/a\0\0,fx\0"
		   "1234");
	assert_null(packet_unreadable((const uint8_t *)"/a\0", 4));
	assert_null(packet_unreadable((const uint8_t *)"/a\0\0,\0\0", 8));
	assert_null(packet_unreadable((const uint8_t *)"/a\0\0,TFNI\0\0", 12));
}

static void test_address_length(void **state)
{
	(void)state;
	char packet[160] = "/";
	memset(packet + 1, 'a', 127);
	assert_null(fault(packet, 132));
	packet[128] = 'a';
	assert_non_null(fault(packet, 132));
}

#define HEAD "#bundle\0\0\0\0\0\0\0\0\1"

static void test_bundles(void **state)
{
	(void)state;
	OK(HEAD);
	OK(HEAD "\0\0\0\4/a\0\0");
	OK(HEAD "\0\0\0\4/a\0\0\0\0\0\x8/b\0\0,\0\0\0");
	OK(HEAD "\0\0\0\x18" HEAD "\0\0\0\4/a\0\0");
	BAD("#bundle\0\0\0\0\0");
	BAD(HEAD "\0\0\0\0"); /* liblo 0.31 reads beyond a last element of size 0 */
	BAD(HEAD "\0\0\0\x8/a\0\0");
	BAD(HEAD "\0\0\0\3/a\0");
	BAD(HEAD "\377\377\377\374/a\0\0");
	BAD(HEAD "\0\0");
	BAD(HEAD "\0\0\0\4/a\0x");
	BAD("#bundel\0\0\0\0\0\0\0\0\1");
}

static size_t nest(uint8_t *to, int depth)
{
	memcpy(to, HEAD, 16);
	if (depth == 1)
		return 16;
	size_t inner = nest(to + 20, depth - 1);
	to[16] = to[17] = 0;
	to[18] = (uint8_t)(inner >> 8);
	to[19] = (uint8_t)inner;
	return 20 + inner;
}

static void test_depth_and_number(void **state)
{
	(void)state;
	static uint8_t bytes[PACKET_SIZE_MAX + 64];
	assert_null(packet_fault(bytes, nest(bytes, PACKET_DEPTH_MAX)));
	assert_non_null(packet_fault(bytes, nest(bytes, PACKET_DEPTH_MAX + 1)));
	assert_non_null(packet_fault(bytes, nest(bytes, 2000)));
	memcpy(bytes, HEAD, 16);
	for (int i = 0; i <= PACKET_MESSAGES_MAX; i++)
		memcpy(bytes + 16 + 8 * i, "\0\0\0\4/a\0\0", 8);
	assert_null(packet_fault(bytes, 16 + 8 * PACKET_MESSAGES_MAX));
	assert_non_null(packet_fault(bytes, 16 + 8 * (PACKET_MESSAGES_MAX + 1)));
	assert_non_null(packet_fault(bytes, PACKET_SIZE_MAX + 4));
}

static void note(void *user, const uint8_t *message, size_t size)
{
	strcat(user, (const char *)message);
	assert_int_equal(size, 4);
}

static void test_each_in_order(void **state)
{
	(void)state;
	static const char bytes[] = HEAD "\0\0\0\4/a\0\0\0\0\0\x18" HEAD "\0\0\0\4/b\0\0\0\0\0\4/c\0\0";
	char seen[32] = "";
	assert_null(packet_fault((const uint8_t *)bytes, sizeof bytes - 1));
	packet_each((const uint8_t *)bytes, sizeof bytes - 1, note, seen);
	assert_string_equal(seen, "/a/b/c");
	assert_int_equal(packet_timetag((const uint8_t *)bytes), PACKET_IMMEDIATELY);
}

static void test_messages_round(void **state)
{
	(void)state;
	uint8_t bytes[256];
	struct message m;
	double number;
	lo_message body = lo_message_new();
	message_add(body, "ifhdsTFN", 7, 0.5, (int64_t)1 << 40, 1e-300, "text");
	assert_int_equal(message_write("/x/y", body, bytes, 8), 0); /* does not fit */
	size_t size = message_write("/x/y", body, bytes, sizeof bytes);
	lo_message_free(body);
	assert_null(packet_fault(bytes, size));
	assert_true(message_open(&m, bytes, size));
	assert_string_equal(m.address, "/x/y");
	assert_string_equal(m.types, "ifhdsTFN");
	static const double wanted[] = { 7, 0.5, 1099511627776.0, 1e-300 };
	for (int i = 0; i < 4; i++) {
		assert_true(message_number(&m, i, &number));
		assert_true(number == wanted[i]);
	}
	assert_string_equal(message_text(&m, 4), "text");
	assert_true(message_number(&m, 5, &number) && number == 1);
	assert_true(message_number(&m, 6, &number) && number == 0);
	assert_false(message_number(&m, 4, &number));
	assert_false(message_number(&m, 7, &number));
	assert_false(message_number(&m, 8, &number));
	assert_null(message_text(&m, 0));
	assert_null(message_text(&m, 99));
	message_close(&m);
}

/* ---- Mutants: whatever the validator lets through, liblo takes too and reads nothing beyond it (sanitizers watch). */

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13; /* xorshift, Marsaglia 2003 */
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void open_it(void *user, const uint8_t *data, size_t size)
{
	struct message m;
	int *opened = user;
	if (packet_unreadable(data, size)) {
		assert_false(message_open(&m, data, size));
		return;
	}
	assert_true(message_open(&m, data, size));
	for (int i = 0; i < m.n; i++) {
		double number;
		if (!message_number(&m, i, &number) && message_text(&m, i))
			*opened += strlen(message_text(&m, i)) > PACKET;
	}
	message_close(&m);
	(*opened)++;
}

static void test_mutants(void **state)
{
	(void)state;
	static const char seed_packet[] = HEAD "\0\0\0\x18/a/b\0\0\0\0,sb\0abc\0\0\0\0\4wxyz"
					       "\0\0\0\x24" HEAD "\0\0\0\x10/a\0\0,fT\0\0\0\0\0,d\0\0";
	uint32_t random = 2463534242u;
	int opened = 0, valid = 0;
	for (int i = 0; i < MUTANTS; i++) {
		size_t size = sizeof seed_packet - 1;
		uint8_t *bytes = malloc(size);
		memcpy(bytes, seed_packet, size);
		for (uint32_t n = next_random(&random) % 4; n; n--) {
			uint8_t values[] = { 0, 1, 4, 8, 255, ',', 's', 'b', 'd', '/' };
			bytes[next_random(&random) % size] = values[next_random(&random) % sizeof values];
		}
		if (next_random(&random) % 4 == 0)
			bytes = realloc(bytes, size = (next_random(&random) % size / 4 + 1) * 4);
		if (!packet_fault(bytes, size)) {
			valid++;
			packet_each(bytes, size, open_it, &opened);
		}
		free(bytes);
	}
	/* Some of both, or the test says nothing. */
	assert_in_range(valid, MUTANTS / 100, MUTANTS * 3 / 4);
	assert_in_range(opened, 1, 2 * MUTANTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_messages),
		cmocka_unit_test(test_bad_messages),
		cmocka_unit_test(test_unreadable_arguments),
		cmocka_unit_test(test_address_length),
		cmocka_unit_test(test_bundles),
		cmocka_unit_test(test_depth_and_number),
		cmocka_unit_test(test_each_in_order),
		cmocka_unit_test(test_messages_round),
		cmocka_unit_test(test_mutants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
