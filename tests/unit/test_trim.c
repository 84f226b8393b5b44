/* Trim: identity at rest, gain and balance laws, the matrix, the DC filter, smooth changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/drive.h"
#include "tests/unit/near.h"

enum { N = 4800 };

static void check_pair(const char *row, double value, double want_left, double want_right)
{
	struct drive *d = drive_new("trim", 48000);
	double left[N], right[N];
	for (int i = 0; i < N; i++)
		left[i] = 0.5, right[i] = 0.25;
	drive_put(d, row, value);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	assert_near(left[N - 1], want_left, 1e-7);
	assert_near(right[N - 1], want_right, 1e-7);
	drive_free(d);
}

static void identity_at_rest(void **state)
{
	(void)state;
	struct drive *d = drive_new("trim", 44100);
	double left[N], right[N], want[2][N];
	drive_noise(left, N, 1, 1);
	drive_noise(right, N, 1, 2);
	left[7] = -0.0, right[7] = 0.5; /* any sum with the other channel would turn it into 0.0 */
	memcpy(want[0], left, sizeof left);
	memcpy(want[1], right, sizeof right);
	drive_set(d);
	drive_run(d, left, right, N, 64);
	assert_memory_equal(left, want[0], sizeof left);
	assert_memory_equal(right, want[1], sizeof right);
	drive_free(d);
}

static void laws(void **state)
{
	(void)state;
	double six = pow(10, 6.0 / 20);
	check_pair("gain", 6, 0.5 * six, 0.25 * six);
	check_pair("gain", -24, 0.5 * pow(10, -1.2), 0.25 * pow(10, -1.2));
	check_pair("balance", -100, 0.5, 0);
	check_pair("balance", 40, 0.3, 0.25);
	check_pair("invert_left", 1, -0.5, 0.25);
	check_pair("invert_right", 1, 0.5, -0.25);
	check_pair("swap", 1, 0.25, 0.5);
	check_pair("mono", 1, 0.375, 0.375);
}

/* Polarity acts on the inputs, before swap and mono: with one side inverted, mono is half the difference. */
static void order(void **state)
{
	(void)state;
	struct drive *d = drive_new("trim", 48000);
	drive_put(d, "invert_left", 1);
	drive_put(d, "swap", 1);
	drive_set(d);
	double left[1] = { 0.5 }, right[1] = { 0.25 };
	drive_run(d, left, right, 1, 1);
	assert_true(left[0] == 0.25 && right[0] == -0.5);
	drive_put(d, "mono", 1);
	drive_set(d);
	left[0] = 0.5, right[0] = 0.25;
	drive_run(d, left, right, 1, 1);
	assert_true(left[0] == -0.125 && right[0] == -0.125);
	drive_free(d);
}

static void dc_filter(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step()) {
		double rate = drive_rates[r];
		size_t n = (size_t)(4 * rate);
		struct drive *d = drive_new("trim", rate);
		double *left = drive_buffer(n), *right = drive_buffer(n);
		drive_sine(left, n, 20, rate, 0.5);
		drive_sine(right, n, 1000, rate, 0.5);
		for (size_t i = 0; i < n; i++)
			left[i] += 0.3;
		drive_put(d, "dc", 1);
		drive_set(d);
		drive_run(d, left, right, n, 256);
		double *tail = left + n / 2, mean = 0;
		for (size_t i = 0; i < n / 2; i++)
			mean += tail[i] / (double)(n / 2);
		assert_true(fabs(mean) < 0.3e-4); /* -80 dB */
		/* 1 / sqrt(1 + (2 / 20)^2) */
		assert_near(drive_db(drive_amplitude(tail, n / 2, 20, rate) / 0.5), -0.0432, 0.002);
		assert_near(drive_db(drive_amplitude(right + n / 2, n / 2, 1000, rate) / 0.5), 0, 0.001);
		free(left);
		free(right);
		drive_free(d);
	}
}

/* Steps as the host smooths them, ten a second. */
static void changes_are_smooth(void **state)
{
	(void)state;
	size_t n = 48000, at = 0;
	struct drive *d = drive_new("trim", 48000);
	double *left = drive_buffer(n), *right = drive_buffer(n);
	drive_sine(left, n, 1000, 48000, 0.25);
	drive_set(d);
	for (int k = 0; k < 9; k++) {
		size_t moved = drive_move(d, "gain", k % 2 ? 0 : 6, DRIVE_MOVE_MS, left + at, right + at);
		drive_run(d, left + at + moved, right + at + moved, 4800 - moved, 256);
		at += 4800;
	}
	struct drive_splatter s = drive_splatter(left, at, 48000);
	print_message("gain 0..6 dB: %.1f total, %.1f worst 5 ms\n", s.total, s.worst_5ms);
	assert_true(s.total <= -75 && s.worst_5ms <= -65);
	free(left);
	free(right);
	drive_free(d);
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "gain", (double)(k % 7) - 3);
	drive_put(d, "balance", (double)(k % 5) * 30 - 60);
	drive_put(d, "dc", k / 2 % 2);
	drive_put(d, "invert_left", k / 3 % 2);
	drive_put(d, "swap", k / 4 % 2);
	drive_put(d, "mono", k / 5 % 2);
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("trim", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("trim", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity_at_rest),
		cmocka_unit_test(laws),
		cmocka_unit_test(order),
		cmocka_unit_test(dc_filter),
		cmocka_unit_test(changes_are_smooth),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
