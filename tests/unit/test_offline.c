/* Tests the offline loop: lengths, latency, tails, events on their frames, who failed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control.h"
#include "rack/model/registry.h"
#include "src/offline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 3 * OFFLINE_BLOCK + 100, ROOM = 2 * LENGTH, RATE = 48000 };

/* A source that counts: frame n is n + 1 on the left, its negative on the right. */
struct counter {
	uint32_t at, length, fails_at;
};

static enum status count(void *user, float *const channels[2], uint32_t n, uint32_t *got, struct reason *reason)
{
	struct counter *c = user;
	if (c->fails_at && c->at >= c->fails_at)
		return reason_set(reason, STATUS_IO, "the source is broken");
	*got = n < c->length - c->at ? n : c->length - c->at;
	for (uint32_t i = 0; i < *got; i++) {
		channels[0][i] = (float)++c->at;
		channels[1][i] = -channels[0][i];
	}
	return STATUS_OK;
}

struct taker {
	uint32_t n, fails_at;
	float left[ROOM], right[ROOM];
};

static bool take(void *user, const float *const channels[2], uint32_t n)
{
	struct taker *t = user;
	assert_true(t->n + n <= ROOM);
	memcpy(t->left + t->n, channels[0], n * sizeof(float));
	memcpy(t->right + t->n, channels[1], n * sizeof(float));
	t->n += n;
	return !t->fails_at || t->n < t->fails_at;
}

static struct taker takers[2];
static const struct offline_sink sinks[2] = { { &takers[0], take }, { &takers[1], take } };

static struct offline loop_over(struct counter *counter)
{
	memset(takers, 0, sizeof takers);
	return (struct offline){ .source = { counter, count }, .sinks = sinks, .n_sinks = 2 };
}

static void a_source_goes_into_all_sinks(void **state)
{
	(void)state;
	static const uint32_t lengths[] = { 0, 1, OFFLINE_BLOCK - 1, OFFLINE_BLOCK, OFFLINE_BLOCK + 1, LENGTH };
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct counter counter = { .length = lengths[i] };
		struct offline loop = loop_over(&counter);
		assert_int_equal(offline_run(&loop, NULL), STATUS_OK);
		assert_int_equal(loop.in_frames, lengths[i]);
		assert_int_equal(loop.out_frames, lengths[i]);
		for (int t = 0; t < 2; t++) {
			assert_int_equal(takers[t].n, lengths[i]);
			for (uint32_t k = 0; k < takers[t].n; k++)
				assert_true(
					takers[t].left[k] == (float)(k + 1) && takers[t].right[k] == -(float)(k + 1));
		}
	}
}

static void skip_and_tail_move_the_end(void **state)
{
	(void)state;
	struct counter counter = { .length = LENGTH };
	struct offline loop = loop_over(&counter);
	loop.skip = 1500;
	loop.tail = 2000;
	assert_int_equal(offline_run(&loop, NULL), STATUS_OK);
	assert_int_equal(loop.out_frames, LENGTH + 2000);
	assert_int_equal(loop.run_frames, LENGTH + 2000 + 1500); /* not a frame more */
	for (uint32_t k = 0; k < LENGTH + 2000; k++)
		assert_true(takers[0].left[k] == (k + 1500 < LENGTH ? (float)(k + 1501) : 0));
}

static bool stop(void *user, uint64_t done)
{
	return done >= *(uint64_t *)user;
}

static void who_failed_is_told(void **state)
{
	(void)state;
	struct reason reason = { "" };
	struct counter counter = { .length = LENGTH, .fails_at = 2 * OFFLINE_BLOCK };
	struct offline loop = loop_over(&counter);
	assert_int_equal(offline_run(&loop, &reason), STATUS_IO);
	assert_int_equal(loop.failed, OFFLINE_SOURCE);
	assert_string_equal(reason.text, "the source is broken");
	assert_int_equal(takers[0].n, 2 * OFFLINE_BLOCK);
	counter = (struct counter){ .length = LENGTH };
	loop = loop_over(&counter);
	takers[1].fails_at = 1;
	assert_int_equal(offline_run(&loop, &reason), STATUS_IO);
	assert_int_equal(loop.failed, OFFLINE_SINK);
	counter = (struct counter){ .length = LENGTH };
	loop = loop_over(&counter);
	uint64_t enough = OFFLINE_BLOCK;
	loop.stop = stop;
	loop.stop_user = &enough;
	assert_int_equal(offline_run(&loop, &reason), STATUS_UNAVAILABLE);
	assert_int_equal(loop.failed, OFFLINE_STOPPED);
	assert_int_equal(takers[0].n, OFFLINE_BLOCK);
}

/* ---- With an engine */

static struct control *rack_of(const char *type, const char *row, float value)
{
	struct control *control = control_new(NULL);
	assert_non_null(control);
	struct rack *rack = calloc(1, sizeof *rack);
	rack_clear(rack);
	assert_int_equal(rack_insert(rack, 0, registry_find(type), NULL, NULL), STATUS_OK);
	rack->slots[0].values[slot_find_param(&rack->slots[0], row)] = value;
	control_load(control, rack, ORIGIN_HOST);
	free(rack);
	assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, CONTROL_OFFLINE, NULL), STATUS_OK);
	return control;
}

/* Bypassed at once, so that the step shows the frame. */
struct bypasses {
	struct control *control;
	const uint64_t *frames;
	size_t n, next, fails_at;
};

static uint64_t next_bypass(void *user)
{
	const struct bypasses *b = user;
	return b->next < b->n ? b->frames[b->next] : UINT64_MAX;
}

static enum status apply_bypasses(void *user, uint64_t frame, struct reason *reason)
{
	struct bypasses *b = user;
	assert_int_equal(frame, b->frames[b->next]); /* neither before nor behind it */
	while (next_bypass(b) <= frame) {
		if (++b->next == b->fails_at)
			return reason_set(reason, STATUS_BAD_VALUE, "no such event");
		control_set(b->control, RACK_ITSELF, RACK_BYPASS, (float)(b->next % 2), ORIGIN_HOST, NULL, NULL);
	}
	return STATUS_OK;
}

static void events_come_on_their_frames(void **state)
{
	(void)state;
	static const uint64_t frames[] = { 0, 0, 1, OFFLINE_BLOCK, OFFLINE_BLOCK + 7, 2 * OFFLINE_BLOCK, LENGTH - 1,
		LENGTH };
	struct control *control = rack_of("trim", "gain", -6);
	struct bypasses bypasses = { control, frames, sizeof frames / sizeof frames[0], 0, 0 };
	const struct offline_events events = { &bypasses, next_bypass, apply_bypasses };
	struct counter counter = { .length = LENGTH };
	struct offline loop = loop_over(&counter);
	loop.control = control;
	loop.events = &events;
	loop.skip = control_latency(control);
	assert_int_equal(offline_run(&loop, NULL), STATUS_OK);
	assert_int_equal(loop.out_frames, LENGTH);
	assert_int_equal(bypasses.next, bypasses.n - 1); /* the last is behind the end */
	counter = (struct counter){ .length = LENGTH };
	loop = loop_over(&counter);
	loop.control = control;
	loop.events = &events;
	bypasses.next = 0;
	bypasses.fails_at = 5;
	struct reason reason;
	assert_int_equal(offline_run(&loop, &reason), STATUS_BAD_VALUE);
	assert_int_equal(loop.failed, OFFLINE_EVENTS);
	assert_string_equal(reason.text, "no such event");
	assert_int_equal(takers[0].n, OFFLINE_BLOCK + 7);
	control_free(control);
}

/* A limiter's delay is taken off: what comes out at a frame went in there. */
static void latency_is_taken_off(void **state)
{
	(void)state;
	struct control *control = rack_of("limiter", "gain", 0);
	uint32_t latency = control_latency(control);
	assert_true(latency > 0);
	struct counter counter = { .length = LENGTH };
	struct offline loop = loop_over(&counter);
	loop.control = control;
	loop.skip = latency;
	control_set(control, RACK_ITSELF, RACK_BYPASS, 1, ORIGIN_HOST, NULL, NULL);
	assert_int_equal(offline_run(&loop, NULL), STATUS_OK);
	assert_int_equal(takers[0].n, LENGTH);
	for (uint32_t k = RATE / 20; k < LENGTH; k++) /* the bypass has faded in */
		assert_true(takers[0].left[k] == (float)(k + 1));
	assert_true(offline_ring(&loop, 100) == 0);
	control_free(control);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_goes_into_all_sinks),
		cmocka_unit_test(skip_and_tail_move_the_end),
		cmocka_unit_test(who_failed_is_told),
		cmocka_unit_test(events_come_on_their_frames),
		cmocka_unit_test(latency_is_taken_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
