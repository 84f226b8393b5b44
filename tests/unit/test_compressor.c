/* Compressor: static curve, times, link, range, look-ahead and mix against their definitions; smooth changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/drive.h"
#include "tests/unit/near.h"

enum { N = 96000 };
static double left[N], right[N];

/* Reduction in dB that the soft-knee formula asks for (Giannoulis, Massberg, Reiss 2012, eq. 4). */
static double formula(double level, double threshold, double ratio, double knee)
{
	double over = level - threshold;
	if (2 * over < -knee)
		return 0;
	if (2 * fabs(over) <= knee && knee > 0)
		return (1 - 1 / ratio) * pow(over + knee / 2, 2) / (2 * knee);
	return (1 - 1 / ratio) * over;
}

/* +-+-: the same peak in every frame, so the reduction settles on the curve itself; the detector's high-pass leaves it
 * alone. */
static void fill_square(double *x, size_t n, double amplitude)
{
	for (size_t i = 0; i < n; i++)
		x[i] = i % 2 ? -amplitude : amplitude;
}

static double settled_reduction(struct drive *d, double level)
{
	fill_square(left, N, pow(10, level / 20));
	fill_square(right, N, pow(10, level / 20));
	drive_set(d);
	drive_run(d, left, right, N, 256);
	return level - drive_db(drive_peak(left + N - 8, 8));
}

/* worst: dB off the formula, with the range taken off. */
static double worst_off_the_curve(const char *topology, bool auto_release, double range)
{
	static const double knees[] = { 0, 6, 24 }, ratios[] = { 1, 1.5, 4, 20 };
	double worst = 0;
	for (size_t k = 0; k < 3; k++)
		for (size_t r = 0; r < 4; r++)
			for (double level = -45; level <= 5; level += 2.5) {
				struct drive *d = drive_new("compressor", 48000);
				drive_choose(d, "topology", topology);
				drive_put(d, "auto_release", auto_release);
				drive_put(d, "range", range);
				drive_put(d, "threshold", -20);
				drive_put(d, "knee", knees[k]);
				drive_put(d, "ratio", ratios[r]);
				drive_put(d, "attack", 1);
				drive_put(d, "release", 20);
				double want = fmin(formula(level, -20, (float)ratios[r], knees[k]), range);
				worst = fmax(worst, fabs(settled_reduction(d, level) - want));
				drive_free(d);
			}
	return worst;
}

/* Feedback has the same curve. */
static void static_curve(void **state)
{
	(void)state;
	static const char *const topologies[] = { "forward", "feedback" };
	for (int t = 0; t < 2; t++)
		for (int a = 0; a < 2; a++) {
			double whole = worst_off_the_curve(topologies[t], a, 60);
			double ranged = worst_off_the_curve(topologies[t], a, 7);
			print_message("%s, auto release %d: %.1g dB off the curve, %.1g with a range of 7 dB\n",
				topologies[t], a, whole, ranged);
			assert_true(whole < 1e-4 && ranged < 1e-4);
		}
}

/* Both detectors read a steady sine as its peak. With rms the ripple at twice its frequency is small. */
static void rms_reads_a_sine_as_its_peak(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", 48000);
	drive_choose(d, "detector", "rms");
	drive_put(d, "threshold", -30);
	drive_put(d, "ratio", 2);
	drive_sine(left, N, 1000, 48000, 0.1);
	memcpy(right, left, sizeof left);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	assert_near(drive_db(drive_amplitude(left + N / 2, N / 2, 1000, 48000)), -25, 0.03);
	assert_near(d->meters[0], 5, 0.1);
	drive_free(d);
}

/* Frames from the first change after `from` until the level has done 63.2 % of its way from first to last. Sets *start.
 */
static size_t time_constant(double *x, size_t from, size_t n, double first, double last, size_t *start)
{
	double aim = first + (last - first) * (1 - exp(-1));
	while (from < n && fabs(drive_db(x[from]) - first) < 1e-3)
		from++;
	*start = from;
	for (size_t i = from; i < n; i++)
		if (last > first ? drive_db(x[i]) >= aim : drive_db(x[i]) <= aim)
			return i - from;
	return 0;
}

static void check_times(const char *topology)
{
	static const double attacks[] = { 1, 10, 100 }, releases[] = { 20, 200, 400 };
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (size_t t = 0; t < 3; t++) {
			double rate = drive_rates[r];
			size_t n = (size_t)(4 * rate), half = (size_t)rate * 2;
			double *x = drive_buffer(n), *y = drive_buffer(n);
			struct drive *d = drive_new("compressor", rate);
			drive_choose(d, "topology", topology);
			drive_put(d, "threshold", -20);
			drive_put(d, "ratio", 4);
			drive_put(d, "knee", 0);
			drive_put(d, "attack", attacks[t]);
			drive_put(d, "release", releases[t]);
			fill_square(x, n, 0.01);                       /* -40: no reduction */
			fill_square(x + half / 4, half - half / 4, 1); /* 0: 15 dB */
			memcpy(y, x, n * sizeof *x);
			drive_set(d);
			drive_run(d, x, y, n, 256);
			size_t start;
			double attack = 1000 * (double)time_constant(x, half / 4, half, 0, -15, &start) / rate;
			assert_true(start <= half / 4 + 1);
			double release = 1000 * (double)time_constant(x, half, n, -55, -40, &start) / rate;
			assert_true(start > half + (size_t)(0.005 * rate) && start <= half + (size_t)(0.0105 * rate));
			assert_true(fabs(attack / attacks[t] - 1) < 0.05);
			assert_true(fabs(release / releases[t] - 1) < 0.05);
			free(x);
			free(y);
			drive_free(d);
		}
}

static void attack_and_release_times(void **state)
{
	(void)state;
	check_times("forward");
	check_times("feedback");
}

/* Time to 63 % of a fall of the reduction from 15 dB to 12, the output above the threshold all the while, in ms. */
static double release_above_threshold(const char *topology)
{
	struct drive *d = drive_new("compressor", 48000);
	drive_choose(d, "topology", topology);
	drive_put(d, "threshold", -20);
	drive_put(d, "ratio", 4);
	drive_put(d, "knee", 0);
	drive_put(d, "release", 200);
	fill_square(left, N, 1);
	fill_square(left + N / 2, N / 2, pow(10, -4.0 / 20));
	memcpy(right, left, sizeof left);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	size_t start, frames = time_constant(left, N / 2, N, -19, -16, &start);
	drive_free(d);
	return (double)frames / 48;
}

/* The loop is ratio times as fast as its smoothing. */
static void feedback_releases_faster_above_the_threshold(void **state)
{
	(void)state;
	double forward = release_above_threshold("forward"), feedback = release_above_threshold("feedback");
	print_message("release of 200 ms above the threshold: forward %.1f ms, feedback %.1f ms\n", forward, feedback);
	assert_true(fabs(forward / 200 - 1) < 0.05);
	assert_true(fabs(feedback / (200.0 / 4) - 1) < 0.05);
}

/* Shortest times, highest ratio, no knee: the loop neither rings nor overshoots, but attacks as feed-forward does. */
static void feedback_is_stable(void **state)
{
	(void)state;
	static double forward[N];
	for (int topology = 0; topology < 2; topology++) {
		struct drive *d = drive_new("compressor", 48000);
		drive_put(d, "topology", topology);
		drive_put(d, "threshold", -40);
		drive_put(d, "ratio", 20);
		drive_put(d, "knee", 0);
		drive_put(d, "attack", 0.1);
		drive_put(d, "release", 5);
		fill_square(left, N, 0.001);
		fill_square(left + N / 2, N / 2, 1);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		if (topology == 0)
			memcpy(forward, left, sizeof left);
		drive_free(d);
	}
	for (size_t i = 0; i < N; i++)
		assert_near(drive_db(left[i]), drive_db(forward[i]), 0.01);
}

/* dB still missing 100 ms after a loud part of ms milliseconds. */
static double missing_after(double ms, bool auto_release)
{
	struct drive *d = drive_new("compressor", 48000);
	drive_put(d, "threshold", -20);
	drive_put(d, "ratio", 4);
	drive_put(d, "attack", 1);
	drive_put(d, "release", 100);
	drive_put(d, "auto_release", auto_release);
	fill_square(left, N, 0.01);
	fill_square(left, (size_t)(48 * ms), 1);
	memcpy(right, left, sizeof left);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	double missing = -40 - drive_db(left[(size_t)(48 * (ms + 100 + 7.5))]); /* 7.5: the peak hold's mean */
	drive_free(d);
	return missing;
}

static void auto_release(void **state)
{
	(void)state;
	/* A short peak: as by hand. A long loud part: exp(-100 / 500) of the reduction is still there, not exp(-1). */
	double by_hand = missing_after(10, false);
	assert_near(missing_after(10, true), by_hand, 1);
	assert_near(missing_after(1500, false), 15 * exp(-1), 0.3);
	assert_near(missing_after(1500, true), 15 * exp(-0.2), 0.3);
}

/* The hold keeps tones of 100 Hz and more clean: 2nd to 5th harmonic together below -100 dB with 6 dB of reduction. */
static void low_distortion(void **state)
{
	(void)state;
	for (double hz = 100; hz < 3000; hz *= 3.1) {
		struct drive *d = drive_new("compressor", 48000);
		drive_put(d, "threshold", -18);
		drive_put(d, "release", 50);
		drive_put(d, "attack", 5);
		drive_sine(left, N, hz, 48000, 0.5);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		double sum = 0, tone = drive_amplitude(left + N / 2, N / 2, hz, 48000);
		for (int k = 2; k <= 5; k++)
			sum += pow(drive_amplitude(left + N / 2, N / 2, k * hz, 48000) / tone, 2);
		print_message("%g Hz: %.1f dB\n", hz, 10 * log10(sum + 1e-30));
		assert_true(sum < 1e-10);
		drive_free(d);
	}
}

static void range_and_makeup(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", 48000);
	drive_put(d, "threshold", -40);
	drive_put(d, "ratio", 20);
	drive_put(d, "range", 7);
	drive_put(d, "makeup", 3);
	assert_near(settled_reduction(d, 0), 4, 0.001);
	assert_near(d->meters[0], 7, 0.001);
	drive_free(d);
}

/* Left at 0 dBFS, right 40 dB below, at the threshold: the right follows as far as linked. */
static void link(void **state)
{
	(void)state;
	static const double links[] = { 0, 50, 100 };
	for (int i = 0; i < 3; i++) {
		struct drive *d = drive_new("compressor", 48000);
		drive_put(d, "threshold", -40);
		drive_put(d, "ratio", 2);
		drive_put(d, "knee", 0);
		drive_put(d, "link", links[i]);
		fill_square(left, N, 1);
		fill_square(right, N, 0.01);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		assert_near(drive_db(left[N - 1]), -20, 0.01);
		/* level of the right: -40 plus the share of 40 */
		assert_near(drive_db(right[N - 1]), -40 - formula(-40 + 0.4 * links[i], -40, 2, 0), 0.01);
		drive_free(d);
	}
}

static void lookahead_delays_all_paths(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (int mix = 0; mix <= 100; mix += 50) {
			struct drive *d = drive_new("compressor", drive_rates[r]);
			drive_put(d, "lookahead", 3.3);
			drive_put(d, "mix", mix);
			drive_put(d, "threshold", 0);
			uint32_t delay = drive_latency(d);
			assert_int_equal(delay, lround(drive_rates[r] * 0.0033));
			drive_noise(left, N, 0.2, 1);
			drive_noise(right, N, 0.2, 1);
			drive_set(d);
			drive_run(d, left, right, N, 256);
			static double want[N];
			drive_noise(want, N, 0.2, 1);
			assert_memory_equal(left + delay, want, (N - delay) * sizeof *want);
			assert_true(drive_peak(left, delay) == 0);
			drive_free(d);
		}
}

/* With a look-ahead of five attack times the reduction is there before the jump. */
static void lookahead_acts_before(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", 48000);
	drive_put(d, "lookahead", 10);
	drive_put(d, "attack", 2);
	drive_put(d, "threshold", -20);
	drive_put(d, "knee", 0);
	drive_put(d, "ratio", 2);
	fill_square(left, N, 0.001);
	fill_square(left + N / 2, N / 2, 1);
	memcpy(right, left, sizeof left);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	assert_near(drive_db(left[N / 2 + 480]), -10 * (1 - exp(-5)), 0.1);
	drive_free(d);
}

static void mix(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", 48000);
	drive_put(d, "threshold", -20);
	drive_put(d, "ratio", 20);
	drive_put(d, "knee", 0);
	drive_put(d, "mix", 30);
	drive_put(d, "lookahead", 5);
	double wet = pow(10, -19.0 / 20), want = 0.7 + 0.3 * wet;
	assert_near(settled_reduction(d, 0), -drive_db(want), 0.01);
	drive_free(d);
}

/* Bass below the detector's high-pass does not drive the reduction: 12 dB/oct, -3 dB at the corner. */
static void detector_highpass(void **state)
{
	(void)state;
	static const double at[] = { 50, 100, 200, 800 };
	for (int i = 0; i < 4; i++) {
		struct drive *d = drive_new("compressor", 48000);
		drive_choose(d, "detector", "rms");
		drive_put(d, "highpass", 200);
		drive_put(d, "threshold", -60);
		drive_put(d, "ratio", 2);
		drive_put(d, "knee", 0);
		drive_put(d, "attack", 100);
		drive_sine(left, N, at[i], 48000, 1);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		double level = -10 * log10(1 + pow(200 / at[i], 4));
		assert_near(drive_db(drive_amplitude(left + N / 2, N / 2, at[i], 48000)), -(level + 60) / 2, 0.1);
		drive_free(d);
	}
}

/* The tilt's shelf, 0 dB at 1 kHz, as its definition has it: see dsp/tilt.h. The bilinear transform bends the top. */
static double tilt_formula(double slope, double hz, double rate)
{
	double r = slope / (20 * log10(2)), a2 = (1 + r) / (1 - r);
	double w = tan(M_PI * hz / rate) / tan(M_PI * 1000 / rate);
	return 10 * log10((a2 * w * w + 1) / (w * w + a2));
}

static void detector_tilt(void **state)
{
	(void)state;
	static const double at[] = { 100, 500, 1000, 2000, 8000 }, slopes[] = { -6, -3, 0, 1, 3, 6 };
	for (int i = 0; i < 5; i++)
		for (int k = 0; k < 6; k++) {
			struct drive *d = drive_new("compressor", 48000);
			drive_choose(d, "detector", "rms");
			drive_put(d, "tilt", slopes[k]);
			drive_put(d, "threshold", -60);
			drive_put(d, "ratio", 2);
			drive_put(d, "knee", 0);
			drive_put(d, "attack", 100);
			drive_sine(left, N, at[i], 48000, 0.1);
			memcpy(right, left, sizeof left);
			drive_set(d);
			drive_run(d, left, right, N, 256);
			double level = -20 + tilt_formula(slopes[k], at[i], 48000);
			assert_near(drive_db(drive_amplitude(left + N / 2, N / 2, at[i], 48000) / 0.1),
				-(level + 60) / 2, 0.1);
			drive_free(d);
		}
	/* The slope around 1 kHz is the row's. */
	for (int k = 0; k < 6; k++)
		assert_near(tilt_formula(slopes[k], 1000 * pow(2, 0.05), 192000) -
				    tilt_formula(slopes[k], 1000 / pow(2, 0.05), 192000),
			slopes[k] * 0.1, 0.002);
}

static void changes_are_smooth(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		double from, to;
	} moves[] = {
		{ "threshold", -18, -24 },
		{ "ratio", 2, 8 },
		{ "knee", 0, 12 },
		{ "makeup", 0, 6 },
		{ "mix", 0, 100 },
		{ "range", 60, 3 },
		{ "link", 0, 100 },
		{ "attack", 5, 50 },
		{ "release", 100, 400 },
		{ "highpass", 10, 300 },
		{ "tilt", -6, 6 },
	};
	for (size_t m = 0; m < sizeof moves / sizeof moves[0]; m++) {
		struct drive *d = drive_new("compressor", 44100);
		size_t n = 44100, at = 0;
		drive_choose(d, "detector", "rms");
		drive_put(d, "threshold", -24);
		drive_put(d, "ratio", 4);
		/* A tilt does nothing at its centre. */
		double hz = strcmp(moves[m].row, "tilt") == 0 ? 700 : 1000;
		drive_sine(left, n, hz, 44100, 0.5);
		drive_sine(right, n, hz, 44100, 0.1);
		drive_put(d, moves[m].row, moves[m].from);
		drive_set(d);
		for (int k = 0; k < 9; k++) {
			size_t moved = drive_move(d, moves[m].row, k % 2 ? moves[m].from : moves[m].to, DRIVE_MOVE_MS,
				left + at, right + at);
			drive_run(d, left + at + moved, right + at + moved, 4410 - moved, 256);
			at += 4410;
		}
		/* From the middle: before it the reduction still comes to rest. */
		struct drive_splatter s = drive_splatter(left + 8820, at - 8820, 44100);
		print_message("%s %g..%g: %.1f total, %.1f worst 5 ms\n", moves[m].row, moves[m].from, moves[m].to,
			s.total, s.worst_5ms);
		assert_true(s.total <= -75 && s.worst_5ms <= -65);
		drive_free(d);
	}
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "threshold", -30 + (double)(k % 9));
	drive_put(d, "ratio", 1 + k % 5);
	drive_put(d, "attack", 1 + k % 4);
	drive_put(d, "makeup", k % 3);
	drive_put(d, "detector", k / 3 % 2);
	drive_put(d, "auto_release", k / 2 % 2);
	drive_put(d, "highpass", k % 2 ? 10 : 100);
	drive_put(d, "link", 25 * (k % 5));
	drive_put(d, "lookahead", k / 8 % 3);
	drive_put(d, "tilt", k % 4 ? 0 : 3 - (double)(k % 7));
	drive_put(d, "topology", k / 5 % 2);
	drive_put(d, "auto_makeup", k / 7 % 2 == 0);
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("compressor", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("compressor", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_curve),
		cmocka_unit_test(rms_reads_a_sine_as_its_peak),
		cmocka_unit_test(attack_and_release_times),
		cmocka_unit_test(feedback_releases_faster_above_the_threshold),
		cmocka_unit_test(feedback_is_stable),
		cmocka_unit_test(auto_release),
		cmocka_unit_test(low_distortion),
		cmocka_unit_test(range_and_makeup),
		cmocka_unit_test(link),
		cmocka_unit_test(lookahead_delays_all_paths),
		cmocka_unit_test(lookahead_acts_before),
		cmocka_unit_test(mix),
		cmocka_unit_test(detector_highpass),
		cmocka_unit_test(detector_tilt),
		cmocka_unit_test(changes_are_smooth),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
