/* Clipper: its curve, aliases, delay, idle bits and overshoot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/oversample.h"
#include "tests/drive.h"

#include <fftw3.h>

enum { N = 1 << 16 };
static double left[N], right[N], clean[N];
static const char *const factors[] = { "1", "2", "4", "8", "16" };

static struct drive *new_clipper(double rate, int stages)
{
	struct drive *d = drive_new("clipper", rate);
	drive_choose(d, "oversampling", factors[stages]);
	return d;
}

/* Below the knee the bits are those of the input, late as reported; also while it clips before and after. */
static void idle_keeps_the_bits(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r++)
		for (int stages = 0; stages <= 4; stages++) {
			struct drive *d = new_clipper(drive_rates[r], stages);
			uint32_t delay = drive_latency(d);
			drive_noise(clean, N, 0.2, 1); /* between its frames white noise goes far higher */
			memcpy(left, clean, sizeof left);
			memcpy(right, clean, sizeof right);
			drive_set(d);
			drive_run(d, left, right, N, 256);
			assert_memory_equal(left + delay, clean, (N - delay) * sizeof *left);
			assert_true(drive_peak(left, delay) == 0 && (stages == 0) == (delay == 0));
			drive_free(d);
		}
}

/* What has been clipped comes out where the rest does: a slow wave, so that the filters do not matter. */
static double curve(double x, double hardness)
{
	double k = fmax(1 - hardness / 100, 1e-3), a = fabs(x);
	if (a <= 1 - k)
		return x;
	return copysign(a >= 1 + k ? 1 : 1 - pow(1 + k - a, 2) / (4 * k), x);
}

static void static_curve(void **state)
{
	(void)state;
	static const double hardness[] = { 0, 50, 75, 100 };
	for (int stages = 0; stages <= 4; stages++)
		for (int h = 0; h < 4; h++) {
			double worst = 0, ceiling = pow(10, -6 / 20.0);
			struct drive *d = new_clipper(48000, stages);
			drive_put(d, "hardness", hardness[h]);
			drive_put(d, "gain", 12);
			drive_put(d, "ceiling", -6);
			uint32_t delay = drive_latency(d);
			drive_sine(clean, N, 20, 48000, 0.9);
			memcpy(left, clean, sizeof left);
			memcpy(right, clean, sizeof right);
			drive_set(d);
			drive_run(d, left, right, N, 256);
			for (size_t i = delay + 200; i < N; i++) {
				double u = clean[i - delay] * pow(10, 12 / 20.0) / ceiling;
				worst = fmax(worst, fabs(left[i] / ceiling - curve(u, hardness[h])));
			}
			print_message("%sx, %g %%: off by %.1e\n", factors[stages], hardness[h], worst);
			/* The corner of a hard cut rings in the filters. */
			assert_true(worst < (stages == 0 ? 1e-6 : h < 3 ? 2e-3 : 1e-2));
			drive_free(d);
		}
}

/* The highest line that is no harmonic of the tone below Nyquist, re the tone, below 20 kHz. */
static double aliases(struct drive *d, double rate)
{
	static double complex spectrum[N / 2 + 1];
	enum { M = 1 << 15 };
	fftw_plan plan = fftw_plan_dft_r2c_1d(M, clean, spectrum, FFTW_ESTIMATE);
	int bin = (int)rint(5000 * M / rate) | 1;
	drive_sine(left, N, bin * rate / M, rate, 1);
	memcpy(right, left, sizeof right);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	memcpy(clean, left + N - M, M * sizeof *clean);
	fftw_execute(plan);
	fftw_destroy_plan(plan);
	double worst = 0;
	for (int k = 1; k < M / 2 && k * rate / M < 20000; k++)
		if (k % bin)
			worst = fmax(worst, cabs(spectrum[k]));
	return drive_db(worst / cabs(spectrum[bin]));
}

static void aliases_at_full_drive(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r++)
		for (int h = 0; h <= 100; h += 50) {
			double got[5];
			for (int stages = 0; stages <= 4; stages++) {
				struct drive *d = new_clipper(drive_rates[r], stages);
				drive_put(d, "gain", 18);
				drive_put(d, "hardness", h);
				got[stages] = aliases(d, drive_rates[r]);
				drive_free(d);
			}
			print_message("%6g Hz, hardness %3d %%, 1x to 16x: %.1f %.1f %.1f %.1f %.1f dB\n",
				drive_rates[r], h, got[0], got[1], got[2], got[3], got[4]);
			assert_true(got[4] < -90);
		}
}

/* Overshoot of the samples over the ceiling, which the way back to the rate makes of a hard edge. */
static void overshoot(void **state)
{
	(void)state;
	for (int h = 0; h <= 100; h += 50) {
		struct drive *d = new_clipper(48000, 4);
		drive_put(d, "gain", 6);
		drive_put(d, "hardness", h);
		drive_noise(left, N, 1, 1);
		for (size_t i = N; i-- > 3;) /* pink enough for music */
			left[i] = (left[i] + left[i - 1] + left[i - 2] + left[i - 3]) / 2;
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		print_message("hardness %d %%: %.2f dB over, cut %.1f dB\n", h,
			drive_db(drive_peak(left + 200, N - 200)), (double)d->meters[0]);
		assert_true(drive_db(drive_peak(left + 200, N - 200)) < 2);
		drive_free(d);
	}
}

/* The filters alone: both ways are flat to 20 kHz at 44.1 kHz, delayed as reported. */
static void both_ways_are_flat(void **state)
{
	(void)state;
	static struct oversample_filter filter;
	oversample_design(&filter);
	for (int stages = 1; stages <= 4; stages++) {
		struct oversample o = { 0 };
		static double fine[OVERSAMPLE_BLOCK_MAX * OVERSAMPLE_FACTOR_MAX];
		double worst = 0;
		memset(left, 0, sizeof left);
		left[100] = 1;
		for (size_t at = 0; at < 4096; at += OVERSAMPLE_BLOCK_MAX) {
			oversample_up(&o, &filter, stages, left + at, fine, OVERSAMPLE_BLOCK_MAX);
			oversample_down(&o, &filter, stages, fine, left + at, OVERSAMPLE_BLOCK_MAX);
		}
		double delay = (double)oversample_delay(stages) / (1 << stages);
		for (double hz = 20; hz <= 20000; hz += 77) {
			double complex h = drive_dft(left, 4096, hz, 44100);
			worst = fmax(worst, fabs(cabs(h) - 1));
			double turn = carg(h * cexp(2 * M_PI * I * hz * (100 + delay) / 44100));
			assert_true(fabs(turn) < 1e-6);
		}
		print_message("%d stages: %.1e\n", stages, worst);
		assert_true(worst < 2e-4);
	}
}

/* The means on the way are made up for: the fundamental of a bent sine, u - u |u| / 4, is A - A^2 2 / (3 pi) at 15 kHz
 * as well. */
static void high_tones_are_cut_as_low_ones(void **state)
{
	(void)state;
	for (double hz = 150; hz < 20000; hz *= 10) {
		struct drive *d = new_clipper(48000, 3);
		drive_put(d, "hardness", 0);
		drive_sine(left, N, hz, 48000, 1);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		double got = drive_amplitude(left + N / 2, N / 2, hz, 48000), want = 1 - 2 / (3 * M_PI);
		print_message("%g Hz: %.6f, %.6f\n", hz, got, want);
		assert_true(fabs(got - want) < 2e-3);
		drive_free(d);
	}
}

static void mix_and_output(void **state)
{
	(void)state;
	struct drive *d = new_clipper(48000, 0);
	drive_put(d, "gain", 6);
	drive_put(d, "hardness", 100);
	drive_put(d, "mix", 50);
	drive_put(d, "output", -6);
	for (int i = 0; i < 100; i++)
		left[i] = right[i] = 0.8;
	drive_set(d);
	drive_run(d, left, right, 100, 100);
	double want = 0.5 * 0.8 + 0.5 * pow(10, -6 / 20.0);
	assert_true(fabs(left[99] - want) < 1e-3);
	assert_true(fabs((double)d->meters[0] - drive_db(0.8 * pow(10, 6 / 20.0))) < 1e-2);
	drive_free(d);
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "gain", 3 * (k % 5));
	drive_put(d, "ceiling", -(double)(k % 7));
	drive_put(d, "hardness", 20 * (k % 6));
	drive_put(d, "oversampling", k / 6 % 5);
	drive_put(d, "mix", 100 - 20 * (k % 3));
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("clipper", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("clipper", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_keeps_the_bits),
		cmocka_unit_test(static_curve),
		cmocka_unit_test(aliases_at_full_drive),
		cmocka_unit_test(overshoot),
		cmocka_unit_test(both_ways_are_flat),
		cmocka_unit_test(high_tones_are_cut_as_low_ones),
		cmocka_unit_test(mix_and_output),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
