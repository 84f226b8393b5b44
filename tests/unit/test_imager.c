/* Imager: widths, perfect sum of the bands, mono bass, the guard's floor, smooth changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/drive.h"
#include "tests/unit/near.h"

enum { N = 96000 };
static double left[N], right[N], first_left[N], first_right[N];

static void put_noise(void)
{
	drive_noise(left, N, 0.5, 1);
	drive_noise(right, N, 0.5, 2);
	memcpy(first_left, left, sizeof left);
	memcpy(first_right, right, sizeof right);
}

static void put_widths(struct drive *d, double a, double b, double c, double e)
{
	const double widths[] = { a, b, c, e };
	for (int i = 0; i < 4; i++) {
		char id[32];
		snprintf(id, sizeof id, "band%d/width", i + 1);
		drive_put(d, id, widths[i]);
	}
}

static double worst_side(double factor)
{
	double worst = 0;
	for (int i = 0; i < N; i++) {
		worst = fmax(worst, fabs((left[i] - right[i]) - factor * (first_left[i] - first_right[i])));
		worst = fmax(worst, fabs((left[i] + right[i]) - (first_left[i] + first_right[i])));
	}
	return worst;
}

static void identity_at_rest(void **state)
{
	(void)state;
	struct drive *d = drive_new("imager", 44100);
	put_noise();
	drive_put(d, "crossover2", 777);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	assert_memory_equal(left, first_left, sizeof left);
	assert_memory_equal(right, first_right, sizeof right);
	drive_free(d);
}

/* All widths alike: the side times the width, whatever the crossovers; the mid untouched. */
static void equal_widths(void **state)
{
	(void)state;
	for (int width = 0; width <= 200; width += 50) {
		struct drive *d = drive_new("imager", 48000);
		put_noise();
		put_widths(d, width, width, width, width);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		assert_true(worst_side(width / 100.0) < 1e-12);
		drive_free(d);
	}
}

/* The side gain of first-order bands: G = w4 + sum of (w_i - w_i+1) times the product of what the low-passes before
 * leave. */
static double side_gain(const double width[4], const double crossover[3], double hz, double rate)
{
	double complex rest = 1, sum = 0;
	double t = tan(M_PI * hz / rate);
	for (int b = 0; b < 3; b++) {
		double complex low = rest / (1 + I * t / tan(M_PI * crossover[b] / rate));
		sum += width[b] * low;
		rest -= low;
	}
	return cabs(sum + width[3] * rest);
}

static void band_widths(void **state)
{
	(void)state;
	static const double width[4] = { 0, 1, 1.5, 2 }, crossover[3] = { 150, 1200, 6000 };
	static const double at[] = { 30, 150, 400, 1200, 3000, 6000, 15000 };
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step()) {
		struct drive *d = drive_new("imager", drive_rates[r]);
		memset(left, 0, sizeof left);
		memset(right, 0, sizeof right);
		left[0] = 1, right[0] = -1;
		put_widths(d, 0, 100, 150, 200);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		double before = 0;
		for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
			double gain = cabs(drive_dft(left, N, at[i], drive_rates[r]));
			assert_near(gain, side_gain(width, crossover, at[i], drive_rates[r]), 1e-4);
			assert_true(gain > before && gain < 2); /* rises from band to band without overshoot */
			before = gain;
		}
		drive_free(d);
	}
}

static void mono_below(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step()) {
		struct drive *d = drive_new("imager", drive_rates[r]);
		memset(left, 0, sizeof left);
		memset(right, 0, sizeof right);
		left[0] = 1, right[0] = -1;
		drive_put(d, "mono_below", 120);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		/* Butterworth of fourth order */
		for (double hz = 30; hz < 5000; hz *= 2)
			assert_near(drive_db(cabs(drive_dft(left, N, hz, drive_rates[r]))),
				-10 * log10(1 + pow(120 / hz, 8)), 0.02);
		drive_free(d);
	}
}

static double correlation(const double *a, const double *b, size_t n)
{
	double ab = 0, aa = 0, bb = 0;
	for (size_t i = 0; i < n; i++) {
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return ab / sqrt(aa * bb);
}

/* Signals of any correlation and balance come out at or above the floor, and at it when they were below. */
static void guard(void **state)
{
	(void)state;
	static const double floors[] = { -0.5, 0, 0.3, 0.8, 1 }, parts[] = { -1, -0.8, -0.3, 0, 0.5 };
	for (size_t f = 0; f < 5; f++)
		for (size_t p = 0; p < 5; p++)
			/* Tilted: one side is louder. With exact opposites the aim would be a side of exactly nothing.
			 */
			for (int tilted = 0; tilted < (parts[p] == -1 ? 1 : 2); tilted++) {
				struct drive *d = drive_new("imager", 48000);
				put_noise();
				double own = sqrt(1 - parts[p] * parts[p]);
				for (int i = 0; i < N; i++)
					right[i] = (parts[p] * left[i] + own * right[i]) * (tilted ? 0.5 : 1);
				double before = correlation(left + N / 2, right + N / 2, N / 2);
				drive_put(d, "guard", floors[f]);
				drive_set(d);
				drive_run(d, left, right, N - 256, 256);
				drive_run(d, left + N - 256, right + N - 256, 256, 256);
				/* A sound that is side alone cannot be helped but by silence. */
				if (before < -0.999) {
					assert_true(drive_peak(left + N / 2, N / 2) < 1e-3);
					drive_free(d);
					continue;
				}
				double after = correlation(left + N / 2, right + N / 2, N / 2);
				double want = fmax(before, floors[f]);
				if (fabs(after - want) > 0.02)
					fail_msg("floor %g, part %g, tilted %d: %g instead of %g", floors[f], parts[p],
						tilted, after, want);
				assert_near(d->meters[0], after, 0.06);
				drive_free(d);
			}
}

static void changes_are_smooth(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		double from, to;
	} moves[] = {
		{ "band2/width", 100, 200 },
		{ "band3/width", 0, 200 },
		{ "crossover2", 600, 2400 },
		{ "mono_below", 10, 40 },
		{ "mono_below", 100, 400 },
		{ "guard", -1, 0.5 },
	};
	for (size_t m = 0; m < sizeof moves / sizeof moves[0]; m++) {
		struct drive *d = drive_new("imager", 44100);
		size_t n = 44100, at = 0;
		drive_sine(left, n, 1000, 44100, 0.5);
		for (size_t i = 0; i < n; i++)
			right[i] = 0.3 * cos(2 * M_PI * fmod((double)i * 1000 / 44100, 1));
		put_widths(d, 50, 50, 150, 150);
		drive_put(d, moves[m].row, moves[m].from);
		drive_set(d);
		for (int k = 0; k < 9; k++) {
			size_t moved = drive_move(d, moves[m].row, k % 2 ? moves[m].from : moves[m].to, DRIVE_MOVE_MS,
				left + at, right + at);
			drive_run(d, left + at + moved, right + at + moved, 4410 - moved, 256);
			at += 4410;
		}
		struct drive_splatter s = drive_splatter(left, at, 44100);
		print_message("%s %g..%g: %.1f total, %.1f worst 5 ms\n", moves[m].row, moves[m].from, moves[m].to,
			s.total, s.worst_5ms);
		assert_true(s.total <= -75 && s.worst_5ms <= -65);
		drive_free(d);
	}
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "band1/width", 20 * (k % 10));
	drive_put(d, "band3/width", 200 - 20 * (k % 10));
	drive_put(d, "crossover1", 100 + 40 * (k % 6));
	drive_put(d, "mono_below", k % 3 ? 100 : 10);
	drive_put(d, "guard", (double)(k % 5) / 4 - 0.5);
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("imager", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("imager", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity_at_rest),
		cmocka_unit_test(equal_widths),
		cmocka_unit_test(band_widths),
		cmocka_unit_test(mono_below),
		cmocka_unit_test(guard),
		cmocka_unit_test(changes_are_smooth),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
