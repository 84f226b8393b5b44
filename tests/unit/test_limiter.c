/* Limiter: the ceiling under torture and on music (32 times oversampled check), distortion, delay, rows, smooth
 * changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/drive.h"
#include "tests/unit/near.h"
#include "tests/unit/over.h"

#include <dirent.h>
#include <sndfile.h>
#include <stdio.h>

static const char *const styles[] = { "clean", "punchy", "loud", "safe" };

static void test_check(void **state)
{
	(void)state;
	enum { N = 4800 };
	double *x = drive_buffer(N);
	for (int i = 0; i < N; i++)
		x[i] = fmin(1, fmin(i, N - 1 - i) / 1000.0) * sin(M_PI / 2 * i + M_PI / 4);
	assert_near(over(x, N, -1), 1, 0.01);
	assert_near(drive_db(drive_peak(x, N)), -3.01, 0.01);
	free(x);
}

/* ---- The ceiling */

static void check_ceiling(double rate, const char *style, double lookahead, double ceiling, double allowed)
{
	size_t n = (size_t)(rate / 3);
	double *left = drive_buffer(n), *right = drive_buffer(n);
	for (enum torture kind = 0; kind < N_TORTURES; kind++) {
		struct drive *d = drive_new("limiter", rate);
		drive_choose(d, "style", style);
		drive_put(d, "lookahead", lookahead);
		drive_put(d, "ceiling", ceiling);
		drive_set(d);
		memset(left, 0, n * sizeof *left);
		torture(left, n, kind, rate);
		memcpy(right, left, n * sizeof *left);
		drive_run(d, left, right, n, 64);
		double db = over(left, n, ceiling);
		if (!(db <= allowed))
			fail_msg("%+.3f dB over: torture %d, %s, look-ahead %g ms, %g Hz", db, kind, style, lookahead,
				rate);
		drive_free(d);
	}
	free(left);
	free(right);
}

static void test_torture(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		check_ceiling(48000, styles[i], 4, -1, 0.1);
	check_ceiling(48000, "clean", 0.5, -1, 0.1);
	check_ceiling(48000, "loud", 0.5, -6, 0.1);
	check_ceiling(44100, "loud", 5, -1, 0.1);
	check_ceiling(96000, "punchy", 2, -1, 0.1);
	check_ceiling(192000, "clean", 4, -1, 0.1);
}

static bool is_wav(const char *name)
{
	size_t length = strlen(name);
	return length > 4 && strcmp(name + length - 4, ".wav") == 0;
}

/* The first 20 s; NULL: no stereo WAV. */
static bool read_music(const char *path, double *channels[2], size_t *n, double *rate)
{
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(path, SFM_READ, &info);
	if (!file || info.channels != 2) {
		sf_close(file);
		return false;
	}
	*n = (size_t)(info.frames < 20 * info.samplerate ? info.frames : 20 * info.samplerate);
	*rate = info.samplerate;
	double *frames = drive_buffer(2 * *n);
	*n = (size_t)sf_readf_double(file, frames, (sf_count_t)*n);
	for (size_t c = 0; c < 2; c++) {
		channels[c] = drive_buffer(*n);
		for (size_t i = 0; i < *n; i++)
			channels[c][i] = frames[2 * i + c];
	}
	free(frames);
	sf_close(file);
	return true;
}

/* Driven so that its peaks are 6 dB over the ceiling. */
static void check_music(const char *path, const char *style, double lookahead)
{
	double *x[2], rate;
	size_t n;
	if (!read_music(path, x, &n, &rate))
		return;
	double gain = pow(10, -1.0 / 20) / fmax(drive_peak(x[0], n), drive_peak(x[1], n));
	for (int c = 0; c < 2; c++)
		for (size_t i = 0; i < n; i++)
			x[c][i] *= gain;
	struct drive *d = drive_new("limiter", rate);
	drive_put(d, "gain", 6);
	drive_choose(d, "style", style);
	drive_put(d, "lookahead", lookahead);
	drive_set(d);
	drive_run(d, x[0], x[1], n, 256);
	double db = fmax(over(x[0], n, -1), over(x[1], n, -1));
	print_message("%s, %s, %g ms: %+.3f dB over the ceiling, reduction up to %.1f dB\n", strrchr(path, '/') + 1,
		style, lookahead, db, (double)d->meters[0]);
	assert_true(db <= 0.05);
	assert_true(d->meters[0] > 3);
	drive_free(d);
	free(x[0]);
	free(x[1]);
}

static void test_music(void **state)
{
	(void)state;
	const char *folder = getenv("LACQUER_MUSIC");
	DIR *dir = folder ? opendir(folder) : NULL;
	if (!dir) {
		print_message("skipped: LACQUER_MUSIC names no folder with music\n");
		skip();
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (!is_wav(path))
			continue;
		check_music(path, "clean", 4);
		check_music(path, "loud", 0.5);
	}
	closedir(dir);
}

/* Without true peak the samples keep the ceiling and what is between them does not. */
static void test_sample_peak(void **state)
{
	(void)state;
	enum { N = 24000 };
	struct drive *d = drive_new("limiter", 48000);
	double *left = drive_buffer(N), *right = drive_buffer(N);
	torture(left, N, QUARTER, 48000);
	torture(right, N, WHITE, 48000);
	drive_put(d, "true_peak", 0);
	drive_put(d, "link", 0);
	drive_set(d);
	drive_run(d, left, right, N, 64);
	assert_true(drive_db(drive_peak(left, N)) <= -1 + 1e-5);
	assert_true(drive_db(drive_peak(right, N)) <= -1 + 1e-5);
	assert_true(drive_db(drive_peak(right, N)) > -1.1);
	assert_true(over(left, N, -1) > 2.9);
	free(left);
	free(right);
	drive_free(d);
}

/* ---- The sound */

/* Everything but the sine, in dB of it, in whole periods of the last half second of two. */
static double residue(const char *style, double hz, double drive_db_over)
{
	enum { RATE = 48000, N = 2 * RATE, FROM = N - RATE / 2 };
	struct drive *d = drive_new("limiter", RATE);
	double *left = drive_buffer(N), *right = drive_buffer(N), sine = 0, cosine = 0, rest = 0, whole = 0;
	drive_sine(left, N, hz, RATE, pow(10, -1.0 / 20));
	memcpy(right, left, N * sizeof *left);
	drive_choose(d, "style", style);
	drive_put(d, "gain", drive_db_over);
	drive_set(d);
	drive_run(d, left, right, FROM, 64);
	drive_run(d, left + FROM, right + FROM, N - FROM, 64);
	assert_near(d->meters[0], drive_db_over, 0.1);
	for (int i = FROM; i < N; i++) {
		double phase = 2 * M_PI * fmod(hz * i / RATE, 1);
		sine += left[i] * sin(phase) * 2 / (N - FROM);
		cosine += left[i] * cos(phase) * 2 / (N - FROM);
	}
	for (int i = FROM; i < N; i++) {
		double phase = 2 * M_PI * fmod(hz * i / RATE, 1);
		double fundamental = sine * sin(phase) + cosine * cos(phase);
		rest += (left[i] - fundamental) * (left[i] - fundamental);
		whole += fundamental * fundamental;
	}
	free(left);
	free(right);
	drive_free(d);
	return 10 * log10(rest / whole + 1e-30);
}

static void test_distortion(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		double low = residue(styles[i], 100, 6), high = residue(styles[i], 1000, 6);
		print_message(
			"%s: THD+N at 6 dB of limiting %.0f dB at 100 Hz, %.0f dB at 1 kHz\n", styles[i], low, high);
		/* Within 1.5 s every style has come to a gain that stands, also for a tone whose peaks lie elsewhere in
		 * each period. */
		double apart = residue(styles[i], 996, 6);
		print_message("%s: %.0f dB at 996 Hz\n", styles[i], apart);
		assert_true(apart <= -120);
		assert_true(low <= -120);
		assert_true(high <= -120);
	}
}

static void check_delay(double rate, double lookahead, bool true_peak)
{
	enum { N = 8000 };
	struct drive *d = drive_new("limiter", rate);
	double *left = drive_buffer(N), *right = drive_buffer(N), *in = drive_buffer(N);
	drive_put(d, "lookahead", lookahead);
	drive_put(d, "true_peak", true_peak);
	uint32_t latency = drive_latency(d);
	drive_noise(in, N, 0.25, 3);
	memcpy(left, in, N * sizeof *in);
	memcpy(right, in, N * sizeof *in);
	drive_set(d);
	drive_run(d, left, right, N, 64);
	for (uint32_t i = 0; i < latency; i++)
		assert_true(left[i] == 0 && right[i] == 0);
	assert_memory_equal(left + latency, in, (N - latency) * sizeof *in);
	assert_memory_equal(right + latency, in, (N - latency) * sizeof *in);
	assert_near(d->meters[0], 0, 0);
	free(in);
	free(left);
	free(right);
	drive_free(d);
}

/* What needs no limiting comes out bit for bit, exactly as late as reported. */
static void test_delay(void **state)
{
	(void)state;
	static const double lookaheads[] = { 0.5, 1.3, 4, 5 };
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (int i = 0; i < 4; i++)
			check_delay(drive_rates[r], lookaheads[i], i % 2);
	check_delay(8000, 0.5, true);
	check_delay(384000, 5, true);
	struct drive *d = drive_new("limiter", 48000);
	drive_put(d, "lookahead", 0.5);
	assert_true(drive_latency(d) <= 64);
	drive_free(d);
}

/* After limiting the gain comes back to 1 exactly. */
static void test_recovery(void **state)
{
	(void)state;
	enum { N = 10 * 48000 };
	struct drive *d = drive_new("limiter", 48000);
	double *left = drive_buffer(N), *right = drive_buffer(N), *in = drive_buffer(N);
	drive_noise(in, N, 0.25, 3);
	for (int i = 0; i < 4800; i++)
		in[i] *= 20;
	memcpy(left, in, N * sizeof *in);
	memcpy(right, in, N * sizeof *in);
	drive_set(d);
	drive_run(d, left, right, N, 64);
	size_t latency = drive_latency(d), half = N / 2;
	assert_true(drive_peak(left, 4800) < 0.9);
	assert_memory_equal(left + half + latency, in + half, (half - latency) * sizeof *in);
	free(in);
	free(left);
	free(right);
	drive_free(d);
}

/* A loud tone on the left, a quiet one on the right: how far the right goes down. */
static void check_link(double link, double want_db)
{
	enum { N = 96000 };
	struct drive *d = drive_new("limiter", 48000);
	double *left = drive_buffer(N), *right = drive_buffer(N);
	drive_sine(left, N, 1000, 48000, 2);
	drive_sine(right, N, 1000, 48000, 0.1);
	drive_put(d, "link", link);
	drive_put(d, "ceiling", 0);
	drive_set(d);
	drive_run(d, left, right, N / 2, 64);
	drive_run(d, left + N / 2, right + N / 2, N / 2, 64);
	assert_near(drive_db(drive_amplitude(left + N / 2, N / 2, 1000, 48000)), 0, 0.05);
	assert_near(drive_db(drive_amplitude(right + N / 2, N / 2, 1000, 48000) / 0.1), want_db, 0.05);
	assert_near(d->meters[0], 6.02, 0.1);
	free(left);
	free(right);
	drive_free(d);
}

static void test_link(void **state)
{
	(void)state;
	check_link(100, -6.02);
	check_link(0, 0);
	check_link(50, drive_db(0.75)); /* shares are of the gain's change: half way from 1 to 0.5 */
}

/* What the slow stage does about a burst of 1 ms that asks for half the gain: clean holds it for 20 ms more and falls
 * in 180 ms. */
static double slow_after_burst(double link)
{
	return drive_db(1 - 0.5 * link * (1 - exp(-21.0 / 180)));
}

/* Quiet, with peaks that are rare as in music: next to steady sound, bursts are left to the middle stage, which goes
 * 0.4 dB lower than it must. */
static double quiet(size_t i)
{
	return i % 480 == 0 ? 0.2 : 0.1;
}

/* What the right channel, quiet, takes over of the left one's reduction by 6.02 dB: of a tone that lasts, at the end of
 * two seconds, and of a burst of 1 ms that comes once, at its lowest. */
static void check_link_release(double link, double release, double want_lasting_db, double want_burst_db)
{
	enum { N = 96000, BURST = N / 2, LATENCY = 226 };
	for (int burst = 0; burst < 2; burst++) {
		struct drive *d = drive_new("limiter", 48000);
		double *left = drive_buffer(N), *right = drive_buffer(N);
		drive_sine(left, N, 1000, 48000, 2);
		for (size_t i = 0; burst && i < N; i++)
			left[i] = i >= BURST && i < BURST + 48 ? left[i] : 0;
		for (size_t i = 0; i < N; i++)
			right[i] = quiet(i);
		drive_put(d, "ceiling", 0);
		drive_put(d, "link", link);
		drive_put(d, "link_release", release);
		drive_set(d);
		assert_int_equal(drive_latency(d), LATENCY);
		drive_run(d, left, right, N, 64);
		double lowest = 1;
		for (size_t i = N / 4; i < N; i++)
			lowest = fmin(lowest, right[i] / quiet(i - LATENCY));
		double want = burst ? want_burst_db : want_lasting_db,
		       got = drive_db(burst ? lowest : right[N - 1] / quiet(N - 1 - LATENCY));
		if (fabs(got - want) > 0.2)
			fail_msg("link %g, link release %g, %s: %.2f dB, not %.2f", link, release,
				burst ? "burst" : "lasting", got, want);
		assert_true(drive_db(drive_peak(left, N)) <= 0.01);
		free(left);
		free(right);
		drive_free(d);
	}
}

static void test_link_release(void **state)
{
	(void)state;
	check_link_release(100, 100, -6.02, -6.02);
	check_link_release(0, 100, 0, 0);                       /* as link */
	check_link_release(0, 200, -6.02, slow_after_burst(1)); /* what lasts is linked, peaks are not */
	check_link_release(0, 150, drive_db(0.75), slow_after_burst(0.5));
	check_link_release(100, 0, -6.02, -6.02); /* the fast stages do on the right what the slow one leaves */
	check_link_release(50, 0, drive_db(0.75), drive_db(0.75));
	check_link_release(50, 100, drive_db(0.75), drive_db(0.75));
}

static void test_unity(void **state)
{
	(void)state;
	enum { N = 48000 };
	struct drive *d = drive_new("limiter", 48000);
	double *left = drive_buffer(N), *right = drive_buffer(N);
	drive_sine(left, N, 1000, 48000, 0.1);
	drive_put(d, "gain", 12);
	drive_put(d, "unity", 1);
	drive_set(d);
	drive_run(d, left, right, N, 64);
	assert_near(drive_amplitude(left + N / 2, N / 2, 1000, 48000), 0.1, 1e-6);
	free(left);
	free(right);
	drive_free(d);
}

/* The host resets a slot that gives poison; but even without it poison goes through and is forgotten. */
static void test_poison(void **state)
{
	(void)state;
	static const double poison[] = { NAN, INFINITY, -INFINITY, 1e30, 1e300 };
	enum { N = 48000 };
	for (int k = 0; k < 5; k++) {
		struct drive *d = drive_new("limiter", 48000);
		double *left = drive_buffer(N), *right = drive_buffer(N);
		drive_noise(left, N, 2, 9);
		memcpy(right, left, N * sizeof *left);
		for (int i = 1000; i < 1010; i++)
			left[i] = poison[k];
		drive_set(d);
		drive_run(d, left, right, N, 64);
		for (int i = 2400; i < N; i++)
			assert_true(isfinite(left[i]) && isfinite(right[i]));
		assert_true(drive_db(drive_peak(left + N / 2, N / 2)) <= -0.9);
		assert_true(drive_rms(left + N / 2, N / 2) > 0.2);
		free(left);
		free(right);
		drive_free(d);
	}
}

/* ---- Moving controls */

static void check_steps(
	const char *style, const char *row, double a, double b, double level, double total, double worst)
{
	size_t n = 2 * 48000, at = 48000;
	struct drive *d = drive_new("limiter", 48000);
	double *left = drive_buffer(n), *right = drive_buffer(n);
	drive_sine(left, n, 1000, 48000, level);
	memcpy(right, left, n * sizeof *left);
	drive_choose(d, "style", style);
	drive_put(d, row, a);
	drive_set(d);
	drive_run(d, left, right, at, 256);
	for (int k = 0; k < 9; k++) {
		size_t moved = drive_move(d, row, k % 2 ? a : b, DRIVE_MOVE_MS, left + at, right + at);
		drive_run(d, left + at + moved, right + at + moved, 4800 - moved, 256);
		at += 4800;
	}
	struct drive_splatter s = drive_splatter(left + 43200, at - 43200, 48000);
	print_message("%s, %s %g..%g: %.1f total, %.1f worst 5 ms\n", style, row, a, b, s.total, s.worst_5ms);
	assert_true(s.total <= total && s.worst_5ms <= worst);
	free(left);
	free(right);
	drive_free(d);
}

static void test_smooth_changes(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		check_steps(styles[i], "gain", 0, 6, 0.25, -75, -65); /* below the ceiling */
		check_steps(styles[i], "gain", 0, 6, 0.7, -75, -65);  /* into it */
		check_steps(styles[i], "ceiling", -1, -6, 1, -75, -65);
	}
	check_steps("clean", "release", 10, 500, 1, -75, -65);
	check_steps("clean", "link", 100, 0, 1, -75, -65);
	check_steps("clean", "link_release", 100, 0, 1, -75, -65);
}

/* A tone whose level is moved before the limiter, by half a cosine as long as the host takes, is not bent by it. */
static void check_steps_before(const char *style, double a_db, double b_db, double per_second)
{
	enum { N = 4 * 48000 };
	struct drive *d = drive_new("limiter", 48000);
	double *left = drive_buffer(N), *right = drive_buffer(N), way = 0;
	size_t half_period = (size_t)(48000 / per_second);
	drive_sine(left, N, 1000, 48000, 1);
	for (size_t i = 0; i < N; i++) {
		way = fmin(fmax(way + (i / half_period % 2 ? 1 : -1) / (48 * DRIVE_MOVE_MS), 0), 1);
		left[i] *= pow(10, (a_db + (b_db - a_db) * (1 - cos(M_PI * way)) / 2) / 20);
	}
	memcpy(right, left, N * sizeof *left);
	drive_choose(d, "style", style);
	drive_set(d);
	drive_run(d, left, right, N, 64);
	struct drive_splatter s = drive_splatter(left + 48000, N - 48000, 48000);
	print_message("%s, %g..%g dB before it, %g a second: %.1f total, %.1f worst 5 ms\n", style, a_db, b_db,
		per_second, s.total, s.worst_5ms);
	assert_true(s.total <= -75 && s.worst_5ms <= -65);
	free(left);
	free(right);
	drive_free(d);
}

static void test_smooth_changes_before(void **state)
{
	(void)state;
	static const double per_second[] = { 1, 5, 10 };
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 3; k++) {
			check_steps_before(styles[i], 0, 1, per_second[k]);
			check_steps_before(styles[i], 0, 6, per_second[k]);
			check_steps_before(styles[i], -6, 6, per_second[k]);
		}
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "gain", k * 5 % 13);
	drive_put(d, "ceiling", -1 - (double)(k * 3 % 7));
	drive_put(d, "release", 10 + k * 37 % 200);
	drive_put(d, "link", k % 3 ? 100 : 40);
	drive_put(d, "link_release", k % 5 ? 100 : 40 * (k % 6));
	drive_put(d, "style", k / 4 % 4);
	drive_put(d, "unity", k / 8 % 2);
	drive_put(d, "auto_release", k / 16 % 2 == 0);
	drive_put(d, "true_peak", k / 32 % 2 == 0);
}

static void test_same_bits(void **state)
{
	(void)state;
	drive_check_blocks("limiter", 48000, script);
	drive_check_blocks("limiter", 192000, script);
	drive_check_reset("limiter", 44100, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_torture),
		cmocka_unit_test(test_music),
		cmocka_unit_test(test_sample_peak),
		cmocka_unit_test(test_distortion),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_link_release),
		cmocka_unit_test(test_unity),
		cmocka_unit_test(test_poison),
		cmocka_unit_test(test_smooth_changes),
		cmocka_unit_test(test_smooth_changes_before),
		cmocka_unit_test(test_same_bits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
