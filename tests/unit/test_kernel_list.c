/* The list of designs: what asks for one, how many there may be, a worker that is full. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/change.h"
#include "rack/audio/kernel.h"
#include "rack/base/clock.h"
#include "rack/base/worker.h"
#include "rack/control/kernels.h"
#include "rack/dsp/fft.h"
#include "rack/model/registry.h"
#include "tests/unit/rig.h"

enum { RATE = 48000, UID = 7 };

static struct {
	const struct module *module;
	struct spec spec;
} the;

static int start(void **state)
{
	(void)state;
	the.module = registry_find("testkernel");
	the.spec = (struct spec){ .rate = RATE, .fft = fft_new() };
	return !the.spec.fft;
}

static int end(void **state)
{
	(void)state;
	fft_free(the.spec.fft);
	return 0;
}

static uint32_t row(const char *id)
{
	uint32_t i = 0;
	while (strcmp(the.module->params[i].id, id) != 0)
		assert_true(++i < the.module->n_params);
	return i;
}

static struct rack rack_of_one(void)
{
	struct rack rack;
	rack_clear(&rack);
	assert_int_equal(rack_insert(&rack, 0, the.module, NULL, NULL), STATUS_OK);
	rack.slots[0].uid = UID;
	return rack;
}

static struct kernel *take(struct kernels *k, uint64_t frame)
{
	uint32_t uid;
	uint64_t its_frame;
	assert_int_equal(kernels_ready(k), 1);
	struct kernel *kernel = kernels_take(k, &uid, &its_frame);
	assert_int_equal(kernels_ready(k), 0);
	assert_true(uid == UID && its_frame == frame);
	return kernel;
}

/* Rows of the design ask for one, whichever of them it is; others do not. */
static void only_rows_of_the_design_count(void **state)
{
	(void)state;
	static const char *const rows[] = { "cutoff", "length", "toil" };
	struct kernels *k = kernels_new();
	struct rack rack = rack_of_one();
	kernels_start(k, &the.spec, true);
	kernels_want(k, &rack, 5);
	struct kernel *last = take(k, 5);
	for (uint32_t i = 0; i < 3; i++) {
		rack.slots[0].values[row(rows[i])] += 1;
		kernels_want(k, &rack, i);
		assert_int_equal(last->users, 1); /* the list has the new one instead */
		kernel_release(last);
		last = take(k, i);
	}
	kernel_release(last);
	rack.slots[0].values[row("gain")] = -6;
	rack.slots[0].values[row("invert")] = 1;
	kernels_want(k, &rack, 9);
	assert_int_equal(kernels_ready(k), 0);
	assert_false(kernels_busy(k));
	struct kernel *newest = kernel_hold(kernels_of(k, UID));
	rack.n_slots = 0;
	kernels_want(k, &rack, 0);
	assert_null(kernels_of(k, UID));
	assert_int_equal(newest->users, 1); /* the list has let it go */
	kernel_release(newest);
	kernels_free(k);
}

/* As many as the ring can give back; then the newest waits until one has gone. */
static void there_are_not_too_many(void **state)
{
	(void)state;
	static struct kernel *held[CHANGE_KERNELS_MAX];
	struct kernels *k = kernels_new();
	struct rack rack = rack_of_one();
	kernels_start(k, &the.spec, true);
	for (uint32_t i = 0; i < CHANGE_KERNELS_MAX; i++) {
		rack.slots[0].values[row("cutoff")] = 100 + (float)i;
		kernels_want(k, &rack, 0);
		held[i] = take(k, 0);
	}
	rack.slots[0].values[row("cutoff")] = 50;
	kernels_want(k, &rack, 3);
	kernels_post(k, NULL);
	assert_int_equal(kernels_ready(k), 0);
	assert_true(kernels_busy(k));
	kernel_release(held[0]);
	kernels_post(k, NULL);
	struct kernel *last = take(k, 3);
	assert_true(last->values[row("cutoff")] == 50);
	kernel_release(last);
	for (uint32_t i = 1; i < CHANGE_KERNELS_MAX; i++)
		kernel_release(held[i]);
	kernels_free(k);
}

/* ---- The worker */

static atomic_bool gate_open;

static void wait_at_the_gate(struct job *job)
{
	(void)job;
	while (!atomic_load(&gate_open))
		clock_sleep_us(500);
}

static uint32_t n_done;

static void count_done(struct job *job)
{
	(void)job;
	n_done++;
}

/* A worker that is full takes no design; as often as it is tried, nothing is lost, and at last it is taken. */
static void a_full_worker_is_tried_again(void **state)
{
	(void)state;
	enum { FULL = 64, TRIES = 2 * CHANGE_KERNELS_MAX };
	static struct job jobs[FULL];
	struct worker *worker = worker_new(NULL);
	struct kernels *k = kernels_new();
	struct rack rack = rack_of_one();
	int wait_ms;
	for (int i = 0; i < FULL; i++) {
		jobs[i] = (struct job){ .work = wait_at_the_gate, .done = count_done };
		assert_true(worker_post(worker, &jobs[i]));
	}
	kernels_start(k, &the.spec, false);
	kernels_want(k, &rack, 8);
	for (int i = 0; i < TRIES; i++)
		kernels_post(k, worker);
	assert_true(kernels_due(k, &wait_ms) && wait_ms > 0);
	atomic_store(&gate_open, true);
	for (int i = 0; n_done < FULL && i < 10000; i++) {
		worker_collect(worker);
		clock_sleep_us(1000);
	}
	kernels_post(k, worker);
	assert_false(kernels_due(k, &wait_ms));
	assert_int_equal(wait_ms, -1);
	worker_free(worker);
	kernel_release(take(k, 8));
	kernels_free(k);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_rows_of_the_design_count),
		cmocka_unit_test(there_are_not_too_many),
		cmocka_unit_test(a_full_worker_is_tried_again),
	};
	return cmocka_run_group_tests(tests, start, end);
}
