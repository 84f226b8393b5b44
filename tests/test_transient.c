/* Transient: steps of the level against the formula of the envelopes; steady sound stays as it is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/drive.h"

enum { N = 96000 };
static double left[N], right[N], clean[N];

/* +-+-: the same peak in every frame. */
static void fill_square(double *x, size_t n, double amplitude)
{
	for (size_t i = 0; i < n; i++)
		x[i] = i % 2 ? -amplitude : amplitude;
}

static struct drive *new_transient(double rate, double attack, double sustain, double speed)
{
	struct drive *d = drive_new("transient", rate);
	drive_put(d, "attack", attack);
	drive_put(d, "sustain", sustain);
	drive_put(d, "speed", speed);
	drive_set(d);
	return d;
}

/* One second at first, then at second; gains in dB of all frames in left. */
static void run_step(struct drive *d, double first_db, double second_db)
{
	fill_square(clean, N / 2, pow(10, first_db / 20));
	fill_square(clean + N / 2, N / 2, pow(10, second_db / 20));
	memcpy(left, clean, sizeof left);
	memcpy(right, clean, sizeof right);
	drive_run(d, left, right, N, 256);
	for (size_t i = 0; i < N; i++)
		left[i] = drive_db(left[i] / clean[i]);
}

static double bounded(double d)
{
	return 15 * d / (15 + d);
}

/* A rise of 20 dB: (e^(-t/speed) - e^(-t/1 ms)) of it, at any level. */
static void onset(void **state)
{
	(void)state;
	static const double amounts[] = { -100, 50, 100 }, speeds[] = { 10, 40 }, levels[] = { -60, -30, -20 };
	for (int a = 0; a < 3; a++)
		for (int p = 0; p < 2; p++)
			for (int l = 0; l < 3; l++) {
				struct drive *d = new_transient(48000, amounts[a], 0, speeds[p]);
				run_step(d, levels[l], levels[l] + 20);
				for (double ms = 2; ms < 150; ms += 1) {
					double t = ms - 0.17; /* a group's delay */
					double want =
						amounts[a] / 100 * bounded(20 * (exp(-t / speeds[p]) - exp(-t / 1)));
					double got = left[N / 2 + (size_t)(ms * 48)];
					if (fabs(got - want) > 0.15)
						fail_msg("%g %%, %g ms: %g dB at %g ms, not %g", amounts[a], speeds[p],
							got, ms, want);
				}
				assert_true(fabs(left[N / 2 - 10]) < 1e-5 && fabs(left[N - 1]) < 1e-3);
				drive_free(d);
			}
}

/* A fall of 20 dB: (e^(-t / 10 speed) - e^(-t/speed)) of it, after the hold of 12.5 to 25 ms. */
static void tail(void **state)
{
	(void)state;
	static const double amounts[] = { -100, 50, 100 };
	for (int a = 0; a < 3; a++) {
		struct drive *d = new_transient(48000, 0, amounts[a], 20);
		run_step(d, -10, -30);
		size_t start = N / 2;
		while (start < N && fabs(left[start]) < 1e-4)
			start++;
		assert_in_range(start - N / 2, 600 - 8, 1200 + 16);
		for (double ms = 1; ms < 900; ms += 10) {
			double want = amounts[a] / 100 * bounded(20 * (exp(-ms / 200) - exp(-ms / 20)));
			double got = left[start + (size_t)(ms * 48)];
			if (fabs(got - want) > 0.2)
				fail_msg("%g %%: %g dB at %g ms, not %g", amounts[a], got, ms, want);
		}
		drive_free(d);
	}
}

/* Once the onset is over, a tone is itself again: what is left is the follower's last way, below -80 dB. */
static void steady_tones_are_untouched(void **state)
{
	(void)state;
	static const double tones[] = { 41, 100, 997, 9000 };
	for (size_t r = 0; r < DRIVE_N_RATES; r++)
		for (int t = 0; t < 4; t++) {
			struct drive *d = new_transient(drive_rates[r], 100, -100, 5);
			size_t n = (size_t)drive_rates[r] * 4;
			double *x = drive_buffer(n), *y = drive_buffer(n), *z = drive_buffer(n);
			drive_sine(x, n, tones[t], drive_rates[r], 0.5);
			memcpy(y, x, n * sizeof *x);
			memcpy(z, x, n * sizeof *x);
			drive_run(d, y, z, n, 256);
			assert_true(drive_peak(y, n / 8) > 0.7);
			double most = 0;
			for (size_t i = n / 2; i < n; i++)
				most = fmax(most, fabs(y[i] - x[i]));
			if (most > 1e-4)
				fail_msg("%g Hz at %g: %g", tones[t], drive_rates[r], most);
			free(x);
			free(y);
			free(z);
			drive_free(d);
		}
}

static void at_zero_keeps_the_bits(void **state)
{
	(void)state;
	struct drive *d = new_transient(48000, 0, 0, 20);
	drive_noise(left, N, 0.9, 1);
	memcpy(clean, left, sizeof left);
	memcpy(right, left, sizeof left);
	drive_run(d, left, right, N, 256);
	assert_memory_equal(left, clean, sizeof left);
	drive_free(d);
}

/* One gain for both channels: the image stays. */
static void channels_go_together(void **state)
{
	(void)state;
	struct drive *d = new_transient(48000, 100, 50, 20);
	fill_square(left, N, 0.001);
	fill_square(left + N / 2, N / 2, 0.1);
	for (size_t i = 0; i < N; i++)
		right[i] = left[i] / 4;
	drive_run(d, left, right, N, 256);
	for (size_t i = 0; i < N; i++)
		assert_true(right[i] * 4 == left[i]);
	drive_free(d);
}

/* No onset out of noise below -80 dBFS, and never more than 15 dB. */
static void bounds(void **state)
{
	(void)state;
	struct drive *d = new_transient(48000, 100, 0, 100);
	run_step(d, -120, -81);
	for (size_t i = 0; i < N; i++)
		assert_true(left[i] == 0);
	run_step(d, -120, 0);
	double most = 0;
	for (size_t i = 0; i < N; i++)
		most = fmax(most, left[i]);
	assert_true(most > 10 && most < 15);
	assert_true(fabs((double)d->meters[0] - most) < 0.1);
	drive_free(d);
}

static void mix_and_gain(void **state)
{
	(void)state;
	struct drive *d = new_transient(48000, 0, 0, 20);
	drive_put(d, "gain", 6);
	drive_put(d, "mix", 25);
	drive_set(d);
	d->module->reset(d->state);
	drive_set(d);
	run_step(d, -20, -20);
	assert_true(fabs(left[N - 1] - drive_db(0.75 + 0.25 * pow(10, 6 / 20.0))) < 1e-9);
	drive_free(d);
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "attack", 30 * (double)(k % 7) - 90);
	drive_put(d, "sustain", 40 * (double)(k % 5) - 80);
	drive_put(d, "speed", 5 + 10 * (k % 3));
	drive_put(d, "mix", 100 - 20 * (k % 3));
	drive_put(d, "gain", k % 4);
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("transient", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("transient", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(onset),
		cmocka_unit_test(tail),
		cmocka_unit_test(steady_tones_are_untouched),
		cmocka_unit_test(at_zero_keeps_the_bits),
		cmocka_unit_test(channels_go_together),
		cmocka_unit_test(bounds),
		cmocka_unit_test(mix_and_gain),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
