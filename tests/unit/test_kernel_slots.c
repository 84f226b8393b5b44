/* Slots that use, replace and adopt kernels, without an engine. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/kernel.h"
#include "rack/audio/retired.h"
#include "rack/audio/slot.h"
#include "rack/base/ring.h"
#include "rack/dsp/fft.h"
#include "rack/model/registry.h"
#include "tests/unit/rig.h"

enum { RATE = 48000, BLOCK = 64, SETTLE = 480, FADE = 960, DESIGNED = 0, UID = 7 };

static struct {
	const struct module *module;
	struct spec spec;
	struct ring *returns;
	float values[MODULE_PARAMS_MAX + N_HOST_PARAMS];
} the;

static int start(void **state)
{
	(void)state;
	the.module = registry_find("testkernel");
	the.spec = (struct spec){ .rate = RATE, .fft = fft_new() };
	the.returns = ring_new(256, sizeof(struct retired));
	for (uint32_t i = 0; i < the.module->n_params; i++)
		the.values[i] = the.module->params[i].def;
	return !the.spec.fft || !the.returns;
}

static int end(void **state)
{
	(void)state;
	fft_free(the.spec.fft);
	ring_free(the.returns);
	return 0;
}

static uint32_t row(const char *id)
{
	uint32_t i = 0;
	while (strcmp(the.module->params[i].id, id) != 0)
		assert_true(++i < the.module->n_params);
	return i;
}

/* The number of a kernel rises from one to the next; the test is its user. */
static struct kernel *kernel_of(float cutoff, float length, uint64_t number)
{
	float values[MODULE_PARAMS_MAX];
	memcpy(values, the.values, sizeof values);
	values[row("cutoff")] = cutoff;
	values[row("length")] = length;
	struct kernel *kernel = kernel_new(the.module, &the.spec, values);
	assert_non_null(kernel);
	kernel_design(kernel);
	kernel->number = number;
	kernel->returns = the.returns;
	return kernel;
}

static struct slot *slot_of(struct kernel *kernel)
{
	struct slot *slot = slot_new(&the.spec, the.module, UID, the.values, 64, kernel);
	assert_non_null(slot);
	return slot;
}

/* An impulse, and then silence, for as many frames. Returns the frame of the highest sample. */
static uint32_t play(struct slot *slot, uint32_t frames)
{
	uint32_t highest = 0;
	double most = 0;
	for (uint32_t at = 0; at < frames; at += BLOCK) {
		double sound[2][BLOCK] = { { at == 0 }, { at == 0 } };
		slot_process(slot, (double *const[2]){ sound[0], sound[1] }, (struct key_place){ NULL, BLOCK }, BLOCK);
		for (uint32_t i = 0; i < BLOCK; i++)
			if (fabs(sound[0][i]) > most) {
				most = fabs(sound[0][i]);
				highest = at + i;
			}
	}
	return highest;
}

static float designed(struct slot *slot)
{
	float meters[MODULE_METERS_MAX];
	slot_read_meters(slot, meters);
	return meters[DESIGNED];
}

/* Only the test uses it, and nothing came back that it still has. */
static void assert_let_go(struct kernel *kernel)
{
	assert_int_equal(kernel->users, 1);
	assert_int_equal(ring_ready(the.returns), 0);
	kernel_release(kernel);
}

static void an_older_kernel_is_not_used(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(100, 0, 1), *b = kernel_of(200, 0, 2), *c = kernel_of(300, 0, 3);
	struct slot *slot = slot_of(b);
	slot_use_kernel(slot, a);
	slot_use_kernel(slot, b);
	assert_int_equal(b->users, 2);
	play(slot, SETTLE + FADE + BLOCK);
	assert_true(designed(slot) == 200);
	slot_use_kernel(slot, c);
	slot_use_kernel(slot, a);
	play(slot, SETTLE + FADE + 2 * BLOCK);
	assert_true(designed(slot) == 300);
	assert_int_equal(b->users, 1);
	slot_free(slot);
	assert_let_go(a);
	assert_let_go(b);
	assert_let_go(c);
}

/* One that waits for the fade's end is replaced by a newer one, and given back. */
static void the_newest_waits(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(100, 0, 1), *b = kernel_of(200, 0, 2), *c = kernel_of(300, 0, 3),
		      *d = kernel_of(400, 0, 4);
	struct slot *slot = slot_of(a);
	slot_use_kernel(slot, b);
	play(slot, BLOCK);
	slot_use_kernel(slot, c);
	kernel_drop(c); /* the slot is its last user */
	slot_use_kernel(slot, d);
	struct retired retired;
	assert_int_equal(ring_read(the.returns, &retired, 1), 1);
	assert_true(retired.type == RETIRED_KERNEL && retired.kernel == c);
	retired_free(&retired);
	play(slot, 2 * (SETTLE + FADE + BLOCK));
	assert_true(designed(slot) == 400);
	slot_free(slot);
	assert_let_go(a);
	assert_let_go(b);
	assert_let_go(d);
}

/* The newest of both slots is heard in the end, whichever has it, running or waiting. */
static void the_newest_survives_adoption(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(100, 0, 1), *b = kernel_of(200, 0, 2), *c = kernel_of(300, 0, 3);
	for (int which = 0; which < 3; which++) {
		struct slot *from = slot_of(which == 0 ? b : a), *slot = slot_of(which == 1 ? b : a);
		play(from, BLOCK);
		if (which == 2) {
			slot_use_kernel(from, b);
			play(from, BLOCK);
			slot_use_kernel(from, c);
		}
		slot_adopt(slot, from, 0);
		slot_free(from);
		play(slot, 2 * (SETTLE + FADE + 2 * BLOCK));
		assert_true(designed(slot) == (which == 2 ? 300 : 200));
		slot_free(slot);
	}
	assert_let_go(a);
	assert_let_go(b);
	assert_let_go(c);
}

/* A fade of another row: both copies use the same kernel. */
static void copies_share_a_kernel(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(100, 0, 1);
	struct slot *slot = slot_of(a);
	for (int i = 0; i < 3; i++) {
		slot_set(slot, row("invert"), i != 1, 0);
		play(slot, BLOCK);
		assert_int_equal(a->users, 3);
		play(slot, SETTLE + FADE + BLOCK);
		assert_int_equal(a->users, 2);
	}
	slot_free(slot);
	assert_let_go(a);
}

/* The delay is that of the kernel in use, whatever has been asked for since. */
static void the_delay_is_the_kernels(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(15000, 1, 1), *b = kernel_of(16000, 0, 2), *c = kernel_of(17000, 1, 3);
	struct slot *slot = slot_of(a); /* its rows ask for the short one */
	assert_int_equal(play(slot, 4 * BLOCK), 64);
	slot_set(slot, row("length"), 1, 0);
	slot_use_kernel(slot, b);
	play(slot, SETTLE + FADE + 4 * BLOCK);
	assert_true(designed(slot) == 16000);
	assert_int_equal(play(slot, 4 * BLOCK), 64);
	slot_set(slot, row("length"), 0, 0);
	slot_use_kernel(slot, c);
	play(slot, SETTLE + FADE + 4 * BLOCK);
	assert_true(designed(slot) == 17000);
	assert_int_equal(play(slot, 4 * BLOCK), 64);
	slot_free(slot);
	assert_let_go(a);
	assert_let_go(b);
	assert_let_go(c);
}

/* The first kernel fades in once its own delay is full of sound. */
static void the_first_settles_for_its_delay(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(100, 0, 1);
	struct slot *slot = slot_of(NULL);
	assert_int_equal(play(slot, 4 * BLOCK), 64);
	slot_use_kernel(slot, a);
	uint32_t frames = 0;
	while (designed(slot) != 100) {
		double sound[2][1] = { { 1 }, { 1 } };
		slot_process(slot, (double *const[2]){ sound[0], sound[1] }, (struct key_place){ NULL, 1 }, 1);
		frames++;
		assert_true(frames < RATE);
	}
	assert_int_equal(frames, SETTLE + 16 + FADE + 1);
	slot_free(slot);
	assert_let_go(a);
}

/* Poison in the middle of a fade: both copies start afresh, so it comes once. */
static void poison_leaves_nothing_in_a_fade(void **state)
{
	(void)state;
	struct kernel *a = kernel_of(100, 0, 1);
	struct slot *slot = slot_of(a);
	uint32_t poisoned = 0;
	play(slot, 4 * BLOCK);
	slot_set(slot, row("invert"), 1, 0);
	play(slot, BLOCK);
	for (uint32_t at = 0; at < RATE / 10; at++) {
		double sound[2][1] = { { at ? 1 : (double)NAN }, { 1 } };
		poisoned +=
			slot_process(slot, (double *const[2]){ sound[0], sound[1] }, (struct key_place){ NULL, 1 }, 1);
		assert_true(isfinite(sound[0][0]));
		assert_true(at < RATE / 11 || fabs(sound[0][0] + 1) < 0.01);
	}
	assert_int_equal(poisoned, 1);
	slot_free(slot);
	assert_let_go(a);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_older_kernel_is_not_used),
		cmocka_unit_test(the_newest_waits),
		cmocka_unit_test(the_newest_survives_adoption),
		cmocka_unit_test(copies_share_a_kernel),
		cmocka_unit_test(the_delay_is_the_kernels),
		cmocka_unit_test(the_first_settles_for_its_delay),
		cmocka_unit_test(poison_leaves_nothing_in_a_fade),
	};
	return cmocka_run_group_tests(tests, start, end);
}
