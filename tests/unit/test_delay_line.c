/* Delay lines: what goes in comes out as many frames later, whatever the blocks, and when their counters run over. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/delay.h"
#include "rack/dsp/delay_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

enum { DELAY = 333, N_FRAMES = 20000 };

/* Blocks of all lengths; frame i holds i + 1, so that no two are alike and none is the silence before. */
static uint32_t fill(double *x, uint32_t at)
{
	uint32_t n = 1 + at * 7 % BLOCK_MAX;
	for (uint32_t i = 0; i < n; i++)
		x[i] = at + i + 1;
	return n;
}

static void assert_late(const double *x, uint32_t at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_true(x[i] == (at + i < DELAY ? 0 : at + i - DELAY + 1));
}

static void a_line_runs_over_the_end_of_its_counter(void **state)
{
	(void)state;
	static double memory[4096], x[BLOCK_MAX];
	uint32_t length = delay_line_length(DELAY);
	assert_true(length <= 4096);
	struct delay_line line = { .mask = length - 1, .at = UINT32_MAX - N_FRAMES / 2 };
	for (uint32_t at = 0, n; at < N_FRAMES; at += n) {
		n = fill(x, at);
		delay_line_run(&line, memory, DELAY, x, n);
		assert_late(x, at, n);
	}
	assert_true(line.at < N_FRAMES);
}

static void a_stereo_delay_is_as_long_as_it_says(void **state)
{
	(void)state;
	static double x[2][BLOCK_MAX];
	double *const io[2] = { x[0], x[1] };
	struct delay delay;
	assert_true(delay_init(&delay, DELAY));
	for (uint32_t at = 0, n; at < N_FRAMES; at += n) {
		n = fill(x[0], at);
		fill(x[1], at);
		delay_run(&delay, io, io, n);
		assert_late(x[0], at, n);
		assert_late(x[1], at, n);
	}
	delay_drop(&delay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_runs_over_the_end_of_its_counter),
		cmocka_unit_test(a_stereo_delay_is_as_long_as_it_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
