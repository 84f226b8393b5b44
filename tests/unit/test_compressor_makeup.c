/* Tests the compressor's make-up by loudness: it matches, holds, does not pump, follows, leaves quiet sound alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/loudness.h"
#include "tests/unit/drive.h"
#include "tests/unit/near.h"

enum { N = 96000 };
static double left[N], right[N];

enum { RATE = 48000, LONG = 20 * RATE };

/* Noise of equal power in each octave: eight white ones, each through a low-pass of its own. */
static void fill_pink(double *x, size_t n, double amplitude, uint64_t seed)
{
	double *white = drive_buffer(n);
	memset(x, 0, n * sizeof *x);
	for (int octave = 0; octave < 8; octave++) {
		double corner = 40 * pow(2, octave), part = 1 - exp(-2 * M_PI * corner / RATE), low = 0;
		drive_noise(white, n, amplitude / 10 / sqrt(part), seed + (uint64_t)octave);
		for (size_t i = 0; i < n; i++)
			x[i] += low += (white[i] - low) * part;
	}
	free(white);
}

/* A chord that swells, a bass, and hits. */
static void fill_music(double *x, size_t n, double amplitude, uint64_t seed)
{
	drive_noise(x, n, 1, seed);
	for (size_t i = 0; i < n; i++) {
		double t = (double)i / RATE, hit = exp(-fmod(t, 0.5) * 30);
		double chord =
			sin(2 * M_PI * 220 * t) + 0.7 * sin(2 * M_PI * 554.4 * t) + 0.3 * sin(2 * M_PI * 3520 * t);
		double bass = sin(2 * M_PI * 55 * t) * (fmod(t, 1) < 0.5);
		x[i] = amplitude * (0.15 * chord * (1 + 0.5 * sin(3 * t)) + 0.3 * bass + 0.5 * hit * x[i]);
	}
}

/* Short-term loudness, LUFS, of the 3 s up to `end`. */
static double loudness_up_to(double *const x[2], size_t end)
{
	struct loudness *l = loudness_new(RATE, 2);
	struct loudness_values values;
	for (size_t i = end - 3 * RATE; i < end; i++) {
		const float frame[2] = { (float)x[0][i], (float)x[1][i] };
		loudness_add(l, frame, 1);
	}
	loudness_read(l, &values);
	loudness_free(l);
	return values.short_term_lufs;
}

typedef void fill_function(double *x, size_t n, double amplitude, uint64_t seed);

/* LU by which what comes out is off the input between 10 and 13 s and at the end. */
static double off_the_input(fill_function *fill, const char *detector, const char *topology, double makeup_db)
{
	double *in[2] = { drive_buffer(LONG), drive_buffer(LONG) },
	       *out[2] = { drive_buffer(LONG), drive_buffer(LONG) };
	struct drive *d = drive_new("compressor", RATE);
	drive_choose(d, "detector", detector);
	drive_choose(d, "topology", topology);
	drive_put(d, "threshold", -32);
	drive_put(d, "ratio", 4);
	drive_put(d, "lookahead", 5);
	drive_put(d, "auto_makeup", 1);
	drive_put(d, "makeup", makeup_db);
	drive_set(d);
	for (int c = 0; c < 2; c++) {
		fill(in[c], LONG, 0.3, 5 + 100 * (uint64_t)c);
		memcpy(out[c], in[c], LONG * sizeof *in[c]);
	}
	drive_run(d, out[0], out[1], LONG, 256);
	double early = loudness_up_to(out, 13 * RATE) - loudness_up_to(in, 13 * RATE);
	double late = loudness_up_to(out, LONG) - loudness_up_to(in, LONG);
	print_message("%s, %s: %+.2f and %+.2f LU off the input, reduction up to %.1f dB, makeup %.1f dB\n", detector,
		topology, early, late, (double)d->meters[0], (double)d->meters[1]);
	assert_true(d->meters[0] > 4 && d->meters[1] > 3);
	drive_free(d);
	for (int c = 0; c < 2; c++) {
		free(in[c]);
		free(out[c]);
	}
	return fabs(early - makeup_db) > fabs(late - makeup_db) ? early : late;
}

static void auto_makeup_matches_loudness(void **state)
{
	(void)state;
	static fill_function *const fills[] = { fill_pink, fill_music };
	for (int f = 0; f < 2; f++) {
		assert_near(off_the_input(fills[f], "peak", "forward", 0), 0, 0.5);
		assert_near(off_the_input(fills[f], "rms", "feedback", 0), 0, 0.5);
	}
	assert_near(off_the_input(fill_pink, "rms", "forward", 3), 3, 0.5); /* makeup comes on top */
}

/* The auto makeup, dB, at the end of n frames of pink noise. */
static double makeup_after(struct drive *d, size_t n, double amplitude)
{
	double *x[2] = { drive_buffer(n), drive_buffer(n) };
	for (int c = 0; c < 2; c++)
		fill_pink(x[c], n, amplitude, 5 + 100 * (uint64_t)c);
	drive_run(d, x[0], x[1], n - RATE / 100, 256);
	drive_run(d, x[0] + n - RATE / 100, x[1] + n - RATE / 100, RATE / 100, RATE / 100);
	free(x[0]);
	free(x[1]);
	return (double)d->meters[1];
}

/* Silence, or a noise floor below -70 LUFS, moves nothing; a quieter passage of seconds moves it little and slowly. */
static void auto_makeup_holds(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", RATE);
	drive_put(d, "threshold", -32);
	drive_put(d, "ratio", 4);
	drive_put(d, "auto_makeup", 1);
	drive_set(d);
	makeup_after(d, 12 * RATE, 0.3);
	makeup_after(d, RATE / 10, 0); /* the end of the section that held sound, and of the weighting's ringing */
	double before = makeup_after(d, RATE, 0);
	assert_true(before > 3);
	assert_near(makeup_after(d, 20 * RATE, 0), before, 0);
	assert_near(makeup_after(d, 20 * RATE, 0.00005), before, 0);
	assert_near(makeup_after(d, 2 * RATE, 0.01), before, 0.5); /* no reduction at all there */
	drive_put(d, "auto_makeup", 0);
	drive_set(d);
	assert_near(makeup_after(d, RATE, 0.3), 0, 0);
	drive_free(d);
}

/* Loud and quiet by turns every half second: the makeup moves by less than 0.1 dB in 100 ms once it is there. */
static void auto_makeup_does_not_pump(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", RATE);
	drive_put(d, "threshold", -32);
	drive_put(d, "ratio", 4);
	drive_put(d, "auto_makeup", 1);
	drive_set(d);
	double last = 0, fastest = 0;
	for (int k = 0; k < 200; k++) {
		double now = makeup_after(d, RATE / 10, k / 5 % 2 ? 0.3 : 0.03);
		if (k >= 100)
			fastest = fmax(fastest, fabs(now - last));
		last = now;
	}
	print_message("makeup %.1f dB, moves by %.3f dB in 100 ms at most\n", last, fastest);
	assert_true(last > 3 && fastest < 0.1);
	drive_free(d);
}

/* A threshold turned up must not leave the sound far too loud for long. */
static void auto_makeup_follows_the_rows(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", RATE);
	drive_put(d, "threshold", -40);
	drive_put(d, "ratio", 10);
	drive_put(d, "release", 50);
	drive_put(d, "auto_makeup", 1);
	drive_set(d);
	double before = makeup_after(d, 12 * RATE, 0.3);
	drive_put(d, "threshold", 0);
	drive_set(d);
	double after = makeup_after(d, RATE, 0.3);
	print_message("makeup %.1f dB, a second after the threshold has been turned up %.1f dB\n", before, after);
	assert_true(before > 15 && after < 7);
	drive_free(d);
}

/* Nothing turned down, nothing turned up: the same bits. */
static void auto_makeup_leaves_quiet_sound_alone(void **state)
{
	(void)state;
	struct drive *d = drive_new("compressor", 48000);
	drive_put(d, "threshold", 0);
	drive_put(d, "auto_makeup", 1);
	drive_noise(left, N, 0.2, 1);
	drive_noise(right, N, 0.2, 2);
	drive_set(d);
	drive_run(d, left, right, N, 256);
	static double want[N];
	drive_noise(want, N, 0.2, 1);
	assert_memory_equal(left, want, sizeof want);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auto_makeup_matches_loudness),
		cmocka_unit_test(auto_makeup_holds),
		cmocka_unit_test(auto_makeup_does_not_pump),
		cmocka_unit_test(auto_makeup_follows_the_rows),
		cmocka_unit_test(auto_makeup_leaves_quiet_sound_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
