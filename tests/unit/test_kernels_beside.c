/* Kernels beside all else: the release of delay, other transactions, a full ring, a full worker, another engine, no
 * room for more. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/ring.h"
#include "tests/unit/kernel_rig.h"

/* While the filter in use needs more delay than its successor, the delay stays: what JACK is told is so. */
static void delay_stays_while_a_design_needs_it(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	set(control, 0, "length", 1);
	struct live l = live_new(control);
	struct reason reason;
	until_landed(&l, 0);
	assert_int_equal(control_latency(control), 64);
	set(control, 0, "toil", 300);
	set(control, 0, "length", 0);
	set(control, 0, "cutoff", 777);
	turn(&l);
	assert_int_equal(control_latency_release(control, &reason), STATUS_UNAVAILABLE);
	assert_non_null(strstr(reason.text, "design"));
	assert_int_equal(control_latency(control), 64);
	/* In silence too, which has lasted long enough before the design is there. */
	for (int c = 0; c < 2; c++)
		memset(l.in.of[c], 0, l.in.n * sizeof(float));
	for (int64_t begin = clock_now_ms(); control_latency(control) == 64 && clock_now_ms() - begin < PATIENCE_MS;)
		turn(&l);
	assert_int_equal(control_latency(control), 16);
	/* The delay falls with the cross-fade to the design, which is over long before another design would be. */
	for (size_t end = l.at + RATE / 10; l.at < end;)
		turn(&l);
	assert_true(meter(&l, 0, DESIGNED) == 777);
	live_free(&l);
}

static void change_gain(
	void *user, enum status status, const char *name, const struct preset_info *info, const struct reason *reason)
{
	(void)status, (void)name, (void)info, (void)reason;
	set(user, 0, "gain", -6);
}

/* A design for a later frame is ready when something else is changed, before it could be sent by itself. */
static void another_transaction_does_not_hurry_it(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	until_landed(&l, 0);
	uint64_t frame = l.at + 30000;
	control_begin(control, frame);
	set(control, 0, "cutoff", 333);
	control_end(control);
	clock_sleep_us(60000); /* it is its turn */
	turn(&l);
	control_preset_info(control, "none of this name", change_gain, control);
	clock_sleep_us(200000); /* both are done */
	while (l.at + BLOCK <= frame) {
		turn(&l);
		if (meter(&l, 0, DESIGNED) == 333)
			fail_msg("heard %d frames early", (int)(frame - l.at));
	}
	assert_true(get(control, 0, "gain") == -6);
	until_landed(&l, 0);
	live_free(&l);
}

/* Nothing else wakes the control up. */
static void it_is_sent_once_there_is_room(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	until_landed(&l, 0);
	set(control, 0, "cutoff", 555);
	clock_sleep_us(60000);
	control_tick(control);
	struct ring *ring = engine_changes(control_engine(control));
	for (int i = 0; ring_space(ring) >= 2; i++) {
		control_begin(control, 1);
		set(control, 0, "gain", (float)(i % 2 + 1));
		control_end(control);
	}
	clock_sleep_us(200000);
	int wait_ms = control_tick(control);
	assert_int_equal(ring_space(ring), 0);
	if (wait_ms < 0 || wait_ms > 20)
		fail_msg("it would look again in %d ms", wait_ms);
	until_landed(&l, 0);
	live_free(&l);
}

/* What waits for its turn, as designs do that follow each other too fast, wakes the control in time. */
static void the_control_wakes_for_a_design(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	until_landed(&l, 0);
	clock_sleep_us(100000);
	turn(&l);
	assert_int_equal(control_tick(control), -1);
	set(control, 0, "cutoff", 500);
	control_tick(control);
	set(control, 0, "cutoff", 600);
	int wait_ms = control_tick(control);
	assert_in_range(wait_ms, 1, 50);
	until_landed(&l, 0);
	live_free(&l);
}

static enum status info_status;

static void keep_status(
	void *user, enum status status, const char *name, const struct preset_info *info, const struct reason *reason)
{
	(void)user, (void)name, (void)info, (void)reason;
	info_status = status;
}

/* Designs that were cancelled wait in the worker's queue until it comes past them. */
static void files_find_room_beside_designs(void **state)
{
	(void)state;
	enum { SLOTS = 16 };
	struct control *control = rack_of(SLOTS);
	struct live l = live_new(control);
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		until_landed(&l, slot);
	set(control, 0, "toil", 1000);
	turn(&l);
	int64_t begin = clock_now_ms();
	for (int i = 0; clock_now_ms() - begin < 500; i++) {
		for (uint32_t slot = 1; slot < SLOTS; slot++)
			set(control, slot, "cutoff", 200 + (float)(i % 5000) + (float)slot);
		turn(&l);
		clock_sleep_us(5000);
	}
	info_status = STATUS_OK;
	control_preset_info(control, "none of this name", keep_status, NULL);
	set(control, 0, "toil", 0);
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		until_landed(&l, slot);
	assert_int_equal(info_status, STATUS_UNKNOWN);
	live_free(&l);
}

/* What was designed for an engine that is gone is for another rate. */
static void nothing_comes_from_an_earlier_engine(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	until_landed(&l, 0);
	clock_sleep_us(60000);
	set(control, 0, "toil", 300);
	set(control, 0, "cutoff", 111);
	turn(&l);
	clock_sleep_us(50000); /* the worker is at it */
	control_stop(control);
	set(control, 0, "toil", 200);
	set(control, 0, "cutoff", 222);
	assert_int_equal(control_start(control, &(struct spec){ .rate = 2 * RATE }, 0, NULL), STATUS_OK);
	for (int64_t begin = clock_now_ms(); clock_now_ms() - begin < 400;) {
		turn(&l);
		clock_sleep_us(1000);
		assert_true(meter(&l, 0, DESIGNED) != 111);
	}
	until_landed(&l, 0);
	live_free(&l);
}

/* The worker does not begin with what was to be designed for a slot that is gone. */
static void a_slot_that_has_gone_is_not_designed(void **state)
{
	(void)state;
	enum { TOIL_MS = 2000 };
	struct control *control = rack_of(2);
	struct live l = live_new(control);
	until_landed(&l, 0);
	until_landed(&l, 1);
	clock_sleep_us(60000);
	set(control, 0, "toil", 300);
	turn(&l);
	clock_sleep_us(50000); /* the worker is at it */
	int64_t begin = clock_now_ms();
	set(control, 1, "toil", TOIL_MS);
	turn(&l);
	control_remove(control, control_rack(control)->slots[1].id, 0, NULL);
	set(control, 0, "toil", 0);
	set(control, 0, "cutoff", 222);
	until_landed(&l, 0);
	assert_in_range(clock_now_ms() - begin, 0, TOIL_MS);
	live_free(&l);
}

/* A render begins with the filter. */
static void rendered_from_the_first_frame(void **state)
{
	(void)state;
	struct rig rig = rig_new(RATE, "testkernel", NULL);
	struct stereo in = stereo_new(2 * BLOCK), out = stereo_new(2 * BLOCK);
	in.of[0][0] = in.of[1][0] = 1;
	rig_run(&rig, in.of, out.of, 0, in.n, BLOCK);
	assert_true(out.of[0][16] > 0.05f && out.of[0][16] < 0.5f);
	assert_true(out.of[0][15] > 0.05f && out.of[0][15] == out.of[0][17]);
	stereo_free(&in);
	stereo_free(&out);
	rig_free(&rig);
}

/* Rendered, no worker has a hand in it, whatever there is no room for at first. */
static void rendered_without_a_worker(void **state)
{
	(void)state;
	struct control *control = rack_of(RACK_SLOTS_MAX);
	assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, CONTROL_OFFLINE, NULL), STATUS_OK);
	struct live l = { control, stereo_new(RATE), stereo_new(RATE), 0 };
	for (int i = 0; i < 20; i++) {
		control_begin(control, 1);
		for (uint32_t slot = 0; slot < RACK_SLOTS_MAX; slot++)
			set(control, slot, "cutoff", 200 + (float)(100 * i) + (float)slot);
		control_end(control);
		control_tick(control);
	}
	l.in.of[0][0] = 1; /* wakes it */
	for (uint32_t slot = 0; slot < RACK_SLOTS_MAX; slot++) {
		until_landed(&l, slot);
		assert_true(meter(&l, slot, WORKER) == 0);
	}
	live_free(&l);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delay_stays_while_a_design_needs_it),
		cmocka_unit_test(another_transaction_does_not_hurry_it),
		cmocka_unit_test(it_is_sent_once_there_is_room),
		cmocka_unit_test(the_control_wakes_for_a_design),
		cmocka_unit_test(files_find_room_beside_designs),
		cmocka_unit_test(nothing_comes_from_an_earlier_engine),
		cmocka_unit_test(a_slot_that_has_gone_is_not_designed),
		cmocka_unit_test(rendered_from_the_first_frame),
		cmocka_unit_test(rendered_without_a_worker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
