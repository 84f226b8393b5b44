/* The measure of what a limiter does to music, against formulas. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/distortion.h"
#include "tests/unit/drive.h"
#include "tests/unit/near.h"

enum { RATE = 48000, N = 6 * RATE, FRAME = RATE / 50 };

/* Noise of a tenth: no tone or period in it may meet those of the tests. */
static struct sound noise(void)
{
	struct sound s = { .n = N, .rate = RATE };
	double *x = drive_buffer(N);
	for (int c = 0; c < 2; c++) {
		s.channels[c] = calloc(N, sizeof(float));
		drive_noise(x, N, 0.1, 3 + (unsigned)c);
		for (size_t i = 0; i < N; i++)
			s.channels[c][i] = (float)x[i];
	}
	free(x);
	return s;
}

static void free_sound(struct sound *s)
{
	free(s->channels[0]);
	free(s->channels[1]);
}

static double power(const float *x)
{
	double sum = 0;
	for (size_t i = 0; i < N; i++)
		sum += (double)x[i] * (double)x[i];
	return sum / N;
}

/* What a gain and a sound beside it, made for each frame and channel, measure. */
static struct distortion measure(double (*gain)(size_t, int), double (*beside)(size_t), size_t delay)
{
	struct sound before = noise(), after = noise();
	for (int c = 0; c < 2; c++)
		for (size_t i = 0; i < N; i++) {
			size_t from = i < delay ? 0 : i - delay;
			double x = i < delay ? 0 : (double)before.channels[c][from];
			after.channels[c][i] = (float)(x * gain(from, c) + (beside ? beside(from) : 0));
		}
	struct distortion d = distortion_measure(&before, &after, -1);
	free_sound(&before);
	free_sound(&after);
	return d;
}

static double twice(size_t frame, int channel)
{
	(void)frame;
	(void)channel;
	return 2;
}

/* On straight lines from 20 ms to 20 ms, otherwise on each side. */
static double slow(size_t frame, int channel)
{
	static const double knots[2][4] = { { 1, 0.5, 0.7, 0.6 }, { 1, 1, 0.4, 0.8 } };
	size_t k = frame / FRAME;
	double up = (double)(frame % FRAME) / FRAME;
	return knots[channel][k % 4] * (1 - up) + knots[channel][(k + 1) % 4] * up;
}

#define DEPTH 0.1

static double sine(size_t frame, int channel)
{
	(void)channel;
	return 1 + DEPTH * sin(2 * M_PI * 1000 * (double)frame / RATE);
}

static double steps(size_t frame, int channel)
{
	(void)channel;
	return frame / (FRAME / 8) % 2 ? 1 + DEPTH : 1 - DEPTH;
}

#define TONE 0.005

static double tone(size_t frame)
{
	return TONE * sin(2 * M_PI * 3000 * (double)frame / RATE);
}

/* A slow gain is no distortion, however deep. */
static void test_slow_gain(void **state)
{
	(void)state;
	struct distortion d = measure(slow, NULL, 0);
	assert_true(d.residual_db < -120);
	d = measure(twice, NULL, 0);
	assert_true(d.residual_db < -120);
	assert_near(d.gained_lu, 20 * log10(2), 0.01);
}

/* What a gain does within 20 ms is: a depth m is m^2/2 of the power for a sine, m^2 for steps. */
static void test_fast_gain(void **state)
{
	(void)state;
	double part = DEPTH * DEPTH / 2;
	assert_near(measure(sine, NULL, 0).residual_db, 10 * log10(part / (1 + part)), 0.1);
	part = DEPTH * DEPTH;
	assert_near(measure(steps, NULL, 0).residual_db, 10 * log10(part / (1 + part)), 0.1);
}

static void test_tone(void **state)
{
	(void)state;
	struct sound x = noise();
	double part = TONE * TONE / 2 / ((power(x.channels[0]) + power(x.channels[1])) / 2 * 4);
	assert_near(measure(twice, tone, 0).residual_db, 10 * log10(part / (1 + part)), 0.1);
	free_sound(&x);
}

/* Found whatever the gain does, and taken out before the rest is measured. */
static void test_delay(void **state)
{
	(void)state;
	assert_int_equal(measure(steps, tone, 0).delay_frames, 0);
	assert_int_equal(measure(steps, tone, 64).delay_frames, 64);
	assert_int_equal(measure(slow, NULL, 1001).delay_frames, 1001);
	assert_true(measure(slow, NULL, 1001).residual_db < -120);
}

/* A sine at a quarter of the rate, its frames at 0.708 of it: 3.01 dB above them, between two. */
static void test_true_peak(void **state)
{
	(void)state;
	enum { SHORT = 9600 };
	float *x = calloc(SHORT, sizeof *x);
	for (int i = 0; i < SHORT; i++)
		x[i] = (float)(fmin(1, fmin(i, SHORT - 1 - i) / 1000.0) * sin(M_PI / 2 * i + M_PI / 4));
	assert_near(distortion_true_peak(x, SHORT), 1, 0.001);
	/* Five frames to two periods and no frame nearer to a top than an eighth of a frame, nor a quarter of one. */
	for (int i = 0; i < SHORT; i++)
		x[i] = (float)(fmin(1, fmin(i, SHORT - 1 - i) / 1000.0) * cos(0.8 * M_PI * (i - 0.125)));
	assert_near(distortion_true_peak(x, SHORT), 1, 0.001);
	free(x);
}

static double peak(size_t frame)
{
	return frame == N / 2 ? 0.95 : 0;
}

/* What is over the ceiling does not count as loudness; what is below it is no gift. */
static void test_honest(void **state)
{
	(void)state;
	struct distortion d = measure(twice, peak, 0);
	assert_in_range((long)(100 * d.true_peak_dbtp + 10000), 9955, 10120); /* 0.95 and noise of 0.2 at most */
	assert_near(d.over_db, d.true_peak_dbtp + 1, 1e-9);
	assert_near(d.honest_lu, d.gained_lu - d.over_db, 1e-9);
	d = measure(twice, NULL, 0);
	assert_true(d.true_peak_dbtp < -5);
	assert_near(d.over_db, 0, 0);
	assert_near(d.honest_lu, d.gained_lu, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_gain),
		cmocka_unit_test(test_fast_gain),
		cmocka_unit_test(test_tone),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_true_peak),
		cmocka_unit_test(test_honest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
