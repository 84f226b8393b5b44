/* Clipper: its curve, aliases, true peaks, delay and idle bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/oversample.h"
#include "tests/unit/drive.h"
#include "tests/unit/over.h"

#include <fftw3.h>

enum { N = 1 << 16 };
static double left[N], right[N], clean[N];
static const char *const factors[] = { "1", "2", "4", "8", "16" };

static struct drive *new_clipper(double rate, int stages, bool true_peak)
{
	struct drive *d = drive_new("clipper", rate);
	drive_choose(d, "oversampling", factors[stages]);
	drive_put(d, "true_peak", true_peak);
	return d;
}

/* Below the knee the bits are those of the input, late as reported; also while it clips before and after. */
static void idle_keeps_the_bits(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (int k = 0; k < 10; k++) {
			int stages = k / 2, true_peak = k % 2;
			struct drive *d = new_clipper(drive_rates[r], stages, true_peak);
			uint32_t delay = drive_latency(d);
			drive_noise(clean, N, 0.2, 1); /* between its frames white noise goes far higher */
			memcpy(left, clean, sizeof left);
			memcpy(right, clean, sizeof right);
			drive_set(d);
			drive_run(d, left, right, N, 256);
			assert_memory_equal(left + delay, clean, (N - delay) * sizeof *left);
			assert_true(drive_peak(left, delay) == 0 && (stages || true_peak) == (delay != 0));
			assert_true(delay < drive_rates[r] * 3.2e-3);
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
			struct drive *d = new_clipper(48000, stages, false);
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
static double aliases(struct drive *d, double rate, double hz)
{
	static double complex spectrum[N / 2 + 1];
	enum { M = 1 << 15 };
	fftw_plan plan = fftw_plan_dft_r2c_1d(M, clean, spectrum, FFTW_ESTIMATE);
	int bin = (int)rint(hz * M / rate) | 1;
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

static void check_aliases(double rate, double hz, double hardness, bool true_peak)
{
	double got[5];
	for (int stages = 0; stages <= 4; stages++) {
		struct drive *d = new_clipper(rate, stages, true_peak);
		drive_put(d, "gain", 18);
		drive_put(d, "hardness", hardness);
		got[stages] = aliases(d, rate, hz);
		drive_free(d);
	}
	print_message("%6g Hz, hardness %3g %%, true peak %d, 1x to 16x: %.1f %.1f %.1f %.1f %.1f dB\n", rate, hardness,
		true_peak, got[0], got[1], got[2], got[3], got[4]);
	assert_true(got[3] < -90 && got[4] < -90);
}

static void aliases_at_full_drive(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (int h = 0; h <= 100; h += 25)
			for (int true_peak = 0; true_peak < 2; true_peak++)
				check_aliases(drive_rates[r], 5000, h, true_peak);
}

/* The guard's gain stands still under any tone. */
static void aliases_of_other_tones(void **state)
{
	(void)state;
	static const double tones[] = { 440, 1000, 2300, 7100, 10100 };
	for (size_t t = 0; t < sizeof tones / sizeof tones[0]; t++)
		for (size_t r = 0; r < 2; r++)
			check_aliases(drive_rates[r], tones[t], 100, true);
}

/* ---- True peak */

/* Pink enough for music: loud below, little above. */
static void fill_pink(double *x, size_t n)
{
	drive_noise(x, n, 1, 1);
	for (size_t i = n; i-- > 3;)
		x[i] = (x[i] + x[i - 1] + x[i - 2] + x[i - 3]) / 2;
}

/* Overshoot of the samples over the ceiling without the guard, which the way back to the rate makes of a hard edge. */
static void overshoot(void **state)
{
	(void)state;
	for (int h = 0; h <= 100; h += 50) {
		struct drive *d = new_clipper(48000, 4, false);
		drive_put(d, "gain", 6);
		drive_put(d, "hardness", h);
		fill_pink(left, N);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		print_message("hardness %d %%: %.2f dB over, cut %.1f dB\n", h,
			drive_db(drive_peak(left + 200, N - 200)), (double)d->meters[0]);
		assert_true(drive_db(drive_peak(left + 200, N - 200)) < 2);
		drive_free(d);
	}
}

enum { PINK = N_TORTURES, LOW, MIDDLE, HIGH, N_SOUNDS };

static void fill_sound(double *x, size_t n, int sound, double rate)
{
	memset(x, 0, n * sizeof *x);
	if (sound < N_TORTURES)
		torture(x, n, (enum torture)sound, rate);
	else if (sound == PINK)
		fill_pink(x, n);
	else
		drive_sine(x, n, sound == LOW ? 100 : sound == MIDDLE ? 997 : 5003, rate, 1);
}

/* Runs a tenth of a second; in dB over a ceiling of -1 dBFS. */
static double true_peak_over(struct drive *d, int sound, double gain, double hardness)
{
	size_t n = (size_t)(d->spec.rate / 10);
	drive_put(d, "gain", gain);
	drive_put(d, "ceiling", -1);
	drive_put(d, "hardness", hardness);
	fill_sound(left, n, sound, d->spec.rate);
	memcpy(right, left, n * sizeof *left);
	drive_set(d);
	drive_run(d, left, right, n, 64);
	drive_free(d);
	return over(left, n, -1);
}

static void check_true_peaks(double rate, int stages, double hardness, double gain)
{
	for (int sound = 0; sound < N_SOUNDS; sound++) {
		double off = true_peak_over(new_clipper(rate, stages, false), sound, gain, hardness);
		double on = true_peak_over(new_clipper(rate, stages, true), sound, gain, hardness);
		print_message("%g Hz, %dx, %g %%, %g dB, sound %d: %+.2f dB over, with true peak %+.3f\n", rate,
			1 << stages, hardness, gain, sound, off, on);
		assert_true(on <= 0.1);
		assert_true(sound != PINK || gain != 6 || off > 1); /* there is something to guard */
	}
}

static void true_peaks_keep_the_ceiling(void **state)
{
	(void)state;
	for (int h = 0; h <= 100; h += 50)
		check_true_peaks(48000, 3, h, 6);
	check_true_peaks(48000, 3, 75, 18);
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		check_true_peaks(drive_rates[r], r == 0 ? 0 : 3, 100, r ? 18 : 6);
}

/* Also while drive and ceiling move. */
static void moves_keep_the_ceiling(void **state)
{
	(void)state;
	struct drive *d = new_clipper(48000, 3, true);
	drive_put(d, "gain", 12);
	fill_pink(left, N);
	memcpy(right, left, sizeof left);
	drive_set(d);
	size_t at = 0;
	drive_run(d, left, right, at = 9600, 64);
	for (int k = 0; k < 20; k++) {
		at += drive_move(d, k % 2 ? "ceiling" : "gain", k % 2 ? -(k % 4) * 3 : k % 4 * 9, DRIVE_MOVE_MS,
			left + at, right + at);
		drive_run(d, left + at, right + at, 1000, 64);
		at += 1000;
	}
	print_message("%+.3f dB over\n", over(left, at, 0));
	assert_true(over(left, at, 0) <= 0.1);
	drive_free(d);
}

/* One gain for both: a quiet channel goes down with the loud one and stays a sine; once all is over, up to 1 exactly.
 */
static void guard_is_linked(void **state)
{
	(void)state;
	for (int loud_right = 0; loud_right < 2; loud_right++) {
		struct drive *d = new_clipper(48000, 3, true);
		double *quiet = loud_right ? left : right, *loud = loud_right ? right : left, gain = pow(10, 12 / 20.0);
		drive_put(d, "hardness", 100);
		drive_put(d, "gain", 12);
		memset(loud, 0, sizeof left);
		drive_sine(loud, N / 2, 3000, 48000, 1);
		drive_sine(quiet, N, 1000, 48000, 0.1);
		memcpy(clean, quiet, sizeof clean);
		drive_set(d);
		drive_run(d, left, right, N, 64);
		double down = drive_amplitude(quiet + N / 4, N / 4, 1000, 48000) / (0.1 * gain);
		print_message("down by %.3f dB, meter %.3f\n", -drive_db(down), (double)d->meters[1]);
		assert_true(down < 0.95 && down > 0.7);
		assert_true(d->meters[1] >= -drive_db(down) - 1e-3);
		for (size_t i = N - 4800; i < N; i++)
			assert_true(fabs(quiet[i] / gain - clean[i - drive_latency(d)]) < 1e-9);
		drive_free(d);
	}
}

/* What is skipped while nothing is clipped is nothing: the same bits however the frames are cut. */
static void silence_is_skipped_without_a_trace(void **state)
{
	(void)state;
	static double want[N];
	static const uint32_t blocks[] = { 256, 1, 7, 64, 50 };
	for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++) {
		struct drive *d = new_clipper(48000, 3, true);
		drive_put(d, "gain", 12);
		drive_noise(left, N, 1, 3);
		for (size_t i = 0; i < N; i++)
			left[i] *= i % 800 < 90 && (i < 5000 || i > 60000) ? 0.9 : 0.01;
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, blocks[b]);
		if (b == 0)
			memcpy(want, left, sizeof want);
		assert_memory_equal(left, want, sizeof want);
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
		static struct oversample o;
		double worst = 0;
		memset(&o, 0, sizeof o);
		memset(left, 0, sizeof left);
		left[100] = 1;
		for (size_t at = 0; at < 4096; at += OVERSAMPLE_BLOCK_MAX) {
			const double *points[OVERSAMPLE_FACTOR_MAX + 1];
			double *room[OVERSAMPLE_FACTOR_MAX];
			oversample_up(&o, &filter, stages, left + at, OVERSAMPLE_BLOCK_MAX, points);
			oversample_room(&o, stages, room);
			for (int p = 0; p < 1 << stages; p++)
				memcpy(room[p], points[p], OVERSAMPLE_BLOCK_MAX * sizeof(double));
			oversample_down(&o, &filter, stages, 0, left + at, OVERSAMPLE_BLOCK_MAX);
		}
		double delay = oversample_delay(stages);
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
		struct drive *d = new_clipper(48000, 3, false);
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
	struct drive *d = new_clipper(48000, 0, false);
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
	drive_put(d, "true_peak", k / 15 % 2 == 0);
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
		cmocka_unit_test(aliases_of_other_tones),
		cmocka_unit_test(overshoot),
		cmocka_unit_test(true_peaks_keep_the_ceiling),
		cmocka_unit_test(moves_keep_the_ceiling),
		cmocka_unit_test(guard_is_linked),
		cmocka_unit_test(silence_is_skipped_without_a_trace),
		cmocka_unit_test(both_ways_are_flat),
		cmocka_unit_test(high_tones_are_cut_as_low_ones),
		cmocka_unit_test(mix_and_output),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
