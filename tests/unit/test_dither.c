/* Dither: on the grid, linear down into the noise, the noise as the formulas say, silence and full scale. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/dither.h"
#include "tests/unit/drive.h"

#include <fftw3.h>

enum { N = 1 << 19, WINDOW = 4096 };
static double left[N], right[N], clean[N];
static const char *const shapes[] = { "tpdf", "highpass", "short", "lipshitz", "wannamaker" };

static struct drive *new_dither(double rate, const char *bits, const char *shape)
{
	struct drive *d = drive_new("dither", rate);
	drive_choose(d, "bits", bits);
	drive_choose(d, "shape", shape);
	drive_set(d);
	return d;
}

static void expect(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("%.9g, not %.9g", got, want);
}

static void stays_on_the_grid(void **state)
{
	(void)state;
	static const int bits[] = { 16, 20, 24 };
	for (int b = 0; b < 3; b++)
		for (size_t s = 0; s < 5; s++) {
			char name[4];
			snprintf(name, sizeof name, "%d", bits[b]);
			struct drive *d = new_dither(44100, name, shapes[s]);
			drive_noise(left, N, 1.2, 1);
			drive_noise(right, N, 1e-4, 2);
			memcpy(clean, right, sizeof clean);
			drive_run(d, left, right, N, 256);
			double steps = ldexp(1, bits[b] - 1), most = 0;
			for (size_t i = 0; i < N; i++) {
				assert_true(left[i] * steps == rint(left[i] * steps) && left[i] >= -1 &&
					    left[i] <= 1 - 1 / steps);
				assert_true(right[i] * steps == rint(right[i] * steps));
				assert_true((double)(float)left[i] == left[i]); /* as JACK gets it */
				most = fmax(most, fabs(right[i] - clean[i]) * steps);
			}
			print_message("%d bits, %s: at most %.1f steps off\n", bits[b], shapes[s], most);
			assert_true(most <= (s < 2 ? 1.5 : 34));
			drive_free(d);
		}
}

/* Clipped at full scale, not wrapped, and at once back within the noise. */
static void full_scale_does_not_wrap(void **state)
{
	(void)state;
	for (size_t s = 0; s < 5; s++) {
		struct drive *d = new_dither(44100, "16", shapes[s]);
		for (size_t i = 0; i < N; i++)
			left[i] = right[i] = i % 200 < 100 ? 0.5 : i % 400 < 200 ? 1.5 : -1.5;
		drive_run(d, left, right, N, 256);
		for (size_t i = 0; i < N; i++)
			if (i % 200 >= 100)
				assert_true(left[i] == (i % 400 < 200 ? 1 - 1 / 32768.0 : -1));
			else
				expect(left[i], 0.5, 34 / 32768.0);
		drive_free(d);
	}
}

/* What the noise of a shape is at hz, in steps^2 per unit of bandwidth of the rate: white error of 1/4 step^2, or its
 * parts, 1/12 of rounding and 1/6 of dither. */
static double noise_formula(enum dither_shape shape, double hz, double rate)
{
	const double *taps;
	uint32_t n = dither_taps(shape, &taps);
	double complex turn = cexp(-2 * M_PI * I * hz / rate), sum = 1, z = 1;
	if (shape == DITHER_HIGHPASS)
		return 1 / 12.0 + pow(cabs(1 - turn), 2) / 12;
	for (uint32_t k = 0; k < n; k++)
		sum -= taps[k] * (z *= turn);
	return pow(cabs(sum), 2) / 4;
}

static void noise_is_as_the_formula_says(void **state)
{
	(void)state;
	static double window[WINDOW], power[WINDOW / 2 + 1];
	static double complex spectrum[WINDOW / 2 + 1];
	fftw_plan plan = fftw_plan_dft_r2c_1d(WINDOW, window, spectrum, FFTW_ESTIMATE);
	for (int s = 0; s < DITHER_SHAPES; s++) {
		struct drive *d = new_dither(44100, "16", shapes[s]);
		drive_sine(clean, N, 997, 44100, 0.3);
		memcpy(left, clean, sizeof left);
		memcpy(right, clean, sizeof right);
		drive_run(d, left, right, N, 256);
		memset(power, 0, sizeof power);
		double total = 0, want_total = 0, worst = 0, correlation = 0;
		for (size_t i = 0; i < N; i++) {
			left[i] = (left[i] - clean[i]) * 32768;
			right[i] = (right[i] - clean[i]) * 32768;
			total += left[i] * left[i] / N;
			correlation += left[i] * right[i] / N;
		}
		for (size_t at = 0; at + WINDOW <= N; at += WINDOW / 2) {
			for (size_t i = 0; i < WINDOW; i++)
				window[i] = left[at + i] * sin(M_PI * ((double)i + 0.5) / WINDOW) * M_SQRT2;
			fftw_execute(plan);
			for (int k = 0; k <= WINDOW / 2; k++)
				power[k] += creal(spectrum[k] * conj(spectrum[k])) / WINDOW / (N / (WINDOW / 2.0) - 1);
		}
		for (int band = 0; band < 32; band++) { /* of 64 bins each */
			double got = 0, want = 0;
			for (int k = band * 64 + 4; k < band * 64 + 64; k++) {
				got += power[k];
				want += noise_formula((enum dither_shape)s, 44100.0 * k / WINDOW, 44100);
			}
			worst = fmax(worst, fabs(10 * log10(got / want)));
		}
		for (int k = 0; k < WINDOW; k++)
			want_total += noise_formula((enum dither_shape)s, 44100.0 * k / WINDOW, 44100) / WINDOW;
		print_message("%s: %.4f step^2, not %.4f; bands within %.2f dB\n", shapes[s], total, want_total, worst);
		assert_true(fabs(total / want_total - 1) < 0.02 && worst < 0.3);
		assert_true(fabs(correlation / total) < 0.01); /* the channels' noises are apart */
		drive_free(d);
	}
	fftw_destroy_plan(plan);
}

/* A tone of a tenth of a step: there, at its level, and none of its harmonics stands out of the noise. */
static void linear_below_one_step(void **state)
{
	(void)state;
	for (int s = 0; s < DITHER_SHAPES; s++) {
		double amplitude = pow(10, -110 / 20.0), noise = 0, hz = 44100.0 * 11889 / N; /* 1 kHz, whole periods */
		struct drive *d = new_dither(44100, "16", shapes[s]);
		drive_sine(left, N, hz, 44100, amplitude);
		memcpy(right, left, sizeof left);
		drive_run(d, left, right, N, 256);
		expect(drive_db(drive_amplitude(left, N, hz, 44100) / amplitude), 0, 0.5);
		for (int k = 2; k < 20; k++) {
			double sum = 0, harmonic = drive_amplitude(left, N, k * hz, 44100);
			for (int near = 4; near < 14; near++)
				sum += pow(drive_amplitude(left, N, k * hz + near * 44100.0 / N, 44100), 2) / 10;
			noise = sqrt(sum);
			if (harmonic > 3.5 * noise)
				fail_msg("%s: harmonic %d at %.1f dBFS, noise %.1f", shapes[s], k, drive_db(harmonic),
					drive_db(noise));
		}
		drive_free(d);
	}
}

static void silence_and_blank(void **state)
{
	(void)state;
	for (int blank = 0; blank < 2; blank++) {
		struct drive *d = new_dither(48000, "16", "wannamaker");
		drive_put(d, "blank", blank);
		drive_set(d);
		memset(left, 0, sizeof left);
		memset(right, 0, sizeof right);
		right[9999] = 0.1;
		drive_run(d, left, right, N, 256);
		assert_true(drive_peak(left, 9999) == 0 && drive_peak(right, 9999) == 0);
		size_t end = 10000 + 33600; /* 0.7 s */
		assert_true(drive_peak(left + end - 50, 50) > 0);
		if (blank)
			assert_true(drive_peak(left + end, N - end) == 0 && drive_peak(right + end, N - end) == 0);
		else
			assert_true(drive_peak(left + N - 50, 50) > 0);
		drive_free(d);
	}
}

static void same_bits_each_time(void **state)
{
	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		struct drive *d = new_dither(48000, "16", "lipshitz");
		drive_noise(left, N, 0.5, 3);
		drive_noise(right, N, 0.5, 4);
		drive_run(d, left, right, N, pass ? 100 : 256);
		if (pass)
			assert_memory_equal(left, clean, sizeof left);
		memcpy(clean, left, sizeof left);
		drive_free(d);
	}
}

/* The curves are for 44.1 and 48 kHz. */
static void curves_only_where_they_fit(void **state)
{
	(void)state;
	static const double rates[] = { 32000, 44100, 48000, 88200, 96000, 192000 };
	for (size_t r = 0; r < 6; r++)
		for (size_t s = 2; s < 5; s++) {
			struct drive *d = new_dither(rates[r], "16", shapes[s]),
				     *e = new_dither(rates[r], "16", "highpass");
			drive_noise(left, 4800, 0.5, 3);
			memcpy(clean, left, 4800 * sizeof *left);
			drive_run(d, left, right, 4800, 256);
			drive_run(e, clean, right, 4800, 256);
			bool same = memcmp(left, clean, 4800 * sizeof *left) == 0;
			assert_true(same == (rates[r] < 40000 || rates[r] > 50000));
			drive_free(d);
			drive_free(e);
		}
}

static void off_does_nothing(void **state)
{
	(void)state;
	struct drive *d = new_dither(48000, "off", "wannamaker");
	drive_noise(left, N, 1.5, 3);
	memcpy(clean, left, sizeof left);
	drive_run(d, left, right, N, 256);
	assert_memory_equal(left, clean, sizeof left);
	drive_free(d);
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "bits", k % 4);
	drive_put(d, "shape", k / 3 % 5);
	drive_put(d, "blank", k / 2 % 2);
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("dither", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("dither", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_on_the_grid),
		cmocka_unit_test(full_scale_does_not_wrap),
		cmocka_unit_test(noise_is_as_the_formula_says),
		cmocka_unit_test(linear_below_one_step),
		cmocka_unit_test(silence_and_blank),
		cmocka_unit_test(same_bits_each_time),
		cmocka_unit_test(curves_only_where_they_fit),
		cmocka_unit_test(off_does_nothing),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
