/* A rack of test kernels as it plays under JACK: with a worker, and the test as its audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_KERNEL_RIG_H
#define TESTS_KERNEL_RIG_H

#include "rack/base/clock.h"
#include "tests/unit/rig.h"

#include <stdbool.h>

enum { RATE = 48000, BLOCK = 64, DESIGNED = 0, WORKER = 1, PATIENCE_MS = 10000 };

/* The input goes round. */
struct live {
	struct control *control;
	struct stereo in, out;
	size_t at; /* frames played */
};

static inline struct live live_new(struct control *control)
{
	struct live l = { control, stereo_new(48000), stereo_new(48000), 0 };
	stereo_fill_music(&l.in, RATE, 0.5f);
	assert_int_equal(control_start(control, &(struct spec){ .rate = RATE }, 0, NULL), STATUS_OK);
	engine_fade(control_engine(control), true);
	return l;
}

static inline void live_free(struct live *l)
{
	control_free(l->control);
	stereo_free(&l->in);
	stereo_free(&l->out);
}

static inline void turn(struct live *l)
{
	size_t at = l->at % l->in.n;
	const struct buses buses = { .in = { l->in.of[0] + at, l->in.of[1] + at },
		.out = { l->out.of[0] + at, l->out.of[1] + at } };
	engine_process(control_engine(l->control), &buses, BLOCK, 0);
	l->at += BLOCK;
	control_tick(l->control);
}

static inline float meter(struct live *l, uint32_t slot, uint32_t which)
{
	return control_meter(l->control, slot, which);
}

static inline void set(struct control *control, uint32_t slot, const char *param, float value)
{
	int row = slot_find_param(&control_rack(control)->slots[slot], param);
	assert_true(row >= 0);
	control_set(control, slot, (uint32_t)row, value, 0, NULL, NULL);
}

static inline float get(const struct control *control, uint32_t slot, const char *param)
{
	return control_value(control, slot, (uint32_t)slot_find_param(&control_rack(control)->slots[slot], param));
}

/* Plays until this slot's filter is the one that its rows ask for. */
static inline void until_landed(struct live *l, uint32_t slot)
{
	int64_t begin = clock_now_ms();
	while (meter(l, slot, DESIGNED) != get(l->control, slot, "cutoff")) {
		turn(l);
		clock_sleep_us(200);
		if (clock_now_ms() - begin > PATIENCE_MS)
			fail_msg("%g Hz has not landed, %g Hz is in use", (double)get(l->control, slot, "cutoff"),
				(double)meter(l, slot, DESIGNED));
	}
}

static inline struct control *rack_of(uint32_t n)
{
	struct control *control = control_new(NULL);
	assert_non_null(control);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(control_insert(control, "testkernel", i, NULL, 0, NULL), STATUS_OK);
	return control;
}

#endif
