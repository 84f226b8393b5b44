/* Tests the ring and the triple buffer: everything arrives once, in order and whole, with two threads at work. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/ring.h"
#include "rack/base/triple.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = 16, N_MESSAGES = 200000, N_VALUES = 100000, WORDS = 24 };

struct message {
	uint32_t serial;
	uint32_t left; /* messages of the same transaction that follow */
};

static void test_capacity(void **state)
{
	(void)state;
	struct ring *r = ring_new(CAPACITY, sizeof(int));
	assert_non_null(r);
	assert_int_equal(ring_space(r), CAPACITY);
	for (int i = 0; i < CAPACITY; i++)
		assert_true(ring_stage(r, &i));
	int more = CAPACITY;
	assert_false(ring_stage(r, &more));
	assert_int_equal(ring_ready(r), 0); /* nothing before publish */
	ring_publish(r);
	assert_int_equal(ring_ready(r), CAPACITY);
	for (int i = 0; i < CAPACITY; i++)
		assert_int_equal(*(const int *)ring_peek(r, (uint32_t)i), i);
	ring_drop(r, 5);
	assert_int_equal(ring_space(r), 5);
	assert_int_equal(*(const int *)ring_peek(r, 0), 5);
	ring_free(r);
}

static void test_unstage_forgets_only_what_is_not_published(void **state)
{
	(void)state;
	struct ring *r = ring_new(CAPACITY, sizeof(int));
	int first = 1, second = 2, third = 3, got = 0;
	assert_true(ring_stage(r, &first));
	ring_publish(r);
	assert_true(ring_stage(r, &second));
	ring_unstage(r);
	assert_true(ring_stage(r, &third));
	ring_publish(r);
	assert_int_equal(ring_read(r, &got, 1), 1);
	assert_int_equal(got, 1);
	assert_int_equal(ring_read(r, &got, 1), 1);
	assert_int_equal(got, 3);
	assert_int_equal(ring_read(r, &got, 1), 0);
	ring_free(r);
}

/* Blocks of 7 in a ring of 16 cross its end at every offset, and its index crosses the wrap of 32 bits (ring.c starts
 * there). */
static void test_blocks_cross_the_end(void **state)
{
	(void)state;
	struct ring *r = ring_new(CAPACITY, sizeof(int));
	int next = 0, expected = 0, block[7];
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 7; i++)
			block[i] = next++;
		assert_true(ring_write(r, block, 7));
		if (round % 2 == 0)
			continue;
		assert_false(ring_write(r, block, 7)); /* 14 of 16 are taken: all or nothing */
		assert_int_equal(ring_ready(r), 14);
		for (int part = 0; part < 2; part++) {
			assert_int_equal(ring_read(r, block, 7), 7);
			for (int i = 0; i < 7; i++)
				assert_int_equal(block[i], expected++);
		}
	}
	assert_int_equal(expected, next);
	ring_free(r);
}

/* Transactions of 1 to 13 messages, each published at once; waits while there is no room for a whole one. */
static void *produce(void *ring)
{
	uint32_t serial = 0, size = 1;
	while (serial < N_MESSAGES) {
		size = size * 5 % 13 + 1;
		if (size > N_MESSAGES - serial)
			size = N_MESSAGES - serial;
		while (ring_space(ring) < size)
			sched_yield();
		for (uint32_t i = 0; i < size; i++) {
			struct message m = { serial++, size - 1 - i };
			ring_stage(ring, &m);
		}
		ring_publish(ring);
	}
	return NULL;
}

struct findings {
	uint32_t received, out_of_order, torn;
};

static void consume(struct ring *r, struct findings *found)
{
	while (found->received < N_MESSAGES) {
		uint32_t n = ring_ready(r);
		if (!n)
			sched_yield();
		for (uint32_t i = 0; i < n; i++) {
			struct message m = *(const struct message *)ring_peek(r, i);
			found->out_of_order += m.serial != found->received;
			found->torn += i + m.left >= n;
			found->received++;
		}
		ring_drop(r, n);
	}
}

static void test_two_threads_lose_and_tear_nothing(void **state)
{
	(void)state;
	struct ring *r = ring_new(CAPACITY, sizeof(struct message));
	struct findings found = { 0 };
	pthread_t producer;
	assert_int_equal(pthread_create(&producer, NULL, produce, r), 0);
	consume(r, &found);
	pthread_join(producer, NULL);
	assert_int_equal(found.received, N_MESSAGES);
	assert_int_equal(found.out_of_order, 0);
	assert_int_equal(found.torn, 0);
	assert_int_equal(ring_ready(r), 0);
	ring_free(r);
}

struct shared {
	struct triple triple;
	uint32_t values[3][WORDS];
};

static void *publish_values(void *user)
{
	struct shared *s = user;
	for (uint32_t serial = 1; serial <= N_VALUES; serial++) {
		for (int i = 0; i < WORDS; i++)
			s->values[s->triple.back][i] = serial;
		triple_publish(&s->triple);
	}
	return NULL;
}

/* The reader sees whole values that never go back, and in the end the last one. */
static void test_triple_gives_the_newest_whole_value(void **state)
{
	(void)state;
	static struct shared s;
	triple_init(&s.triple);
	pthread_t writer;
	assert_int_equal(pthread_create(&writer, NULL, publish_values, &s), 0);
	uint32_t last = 0, torn = 0, went_back = 0, seen = 0;
	while (last < N_VALUES) {
		bool fresh;
		const uint32_t *value = s.values[triple_read(&s.triple, &fresh)];
		if (!fresh) {
			sched_yield();
			continue;
		}
		for (int i = 1; i < WORDS; i++)
			torn += value[i] != value[0];
		went_back += value[0] <= last;
		last = value[0];
		seen++;
	}
	pthread_join(writer, NULL);
	assert_int_equal(last, N_VALUES);
	assert_true(seen > 0);
	assert_int_equal(torn, 0);
	assert_int_equal(went_back, 0);
	bool fresh;
	triple_read(&s.triple, &fresh);
	assert_false(fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_unstage_forgets_only_what_is_not_published),
		cmocka_unit_test(test_blocks_cross_the_end),
		cmocka_unit_test(test_two_threads_lose_and_tear_nothing),
		cmocka_unit_test(test_triple_gives_the_newest_whole_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
