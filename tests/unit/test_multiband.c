/* Multiband: flat when idle, slopes, static curves, times, solo, sides and smooth changes against their definitions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover.h"
#include "rack/dsp/dynamics.h"
#include "tests/unit/drive.h"

enum { N = 1 << 17 };
static double left[N], right[N];

static const char *const phases[] = { "minimum", "linear" };

/* cmocka's own comparison is relative, and takes infinity for anything. */
#define expect(GOT, WANT, WITHIN) expect_at(GOT, WANT, WITHIN, __LINE__)

static void expect_at(double got, double want, double within, int line)
{
	if (!(fabs(got - want) <= within))
		fail_msg("line %d: %.9g, not %.9g", line, got, want);
}

static struct drive *new_multiband(double rate, const char *phase, int bands)
{
	struct drive *d = drive_new("multiband", rate);
	drive_choose(d, "phase", phase);
	drive_put(d, "bands", bands - 2);
	return d;
}

static void put_band(struct drive *d, int band, const char *row, double value)
{
	char id[32];
	snprintf(id, sizeof id, "band%d/%s", band, row);
	drive_put(d, id, value);
}

static void impulse(struct drive *d, size_t at)
{
	memset(left, 0, sizeof left);
	memset(right, 0, sizeof right);
	left[at] = right[at] = 0.5;
	drive_set(d);
	drive_run(d, left, right, N, 256);
}

static void idle_is_flat(void **state)
{
	(void)state;
	double worst[2] = { 0 };
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (int bands = 2; bands <= 5; bands++)
			for (int p = 0; p < 2; p++) {
				struct drive *d = new_multiband(drive_rates[r], phases[p], bands);
				impulse(d, 0);
				for (double hz = 20; hz <= 20000; hz *= 1.25) {
					double complex h = 2 * drive_dft(left, N, hz, drive_rates[r]);
					worst[p] = fmax(worst[p], fabs(drive_db(cabs(h))));
				}
				if (p) {
					uint32_t delay = drive_latency(d);
					assert_true(fabs(left[delay] - 0.5) < 1e-12);
					left[delay] = 0;
					assert_true(drive_peak(left, N) < 1e-12);
				}
				drive_free(d);
			}
	print_message("minimum %.1e dB, linear %.1e dB\n", worst[0], worst[1]);
	assert_true(worst[0] < 0.01 && worst[1] < 0.01);
}

/* ---- Bands */

static const double corners[] = { 100, 900, 5000, 11000 };

static void put_corners(struct drive *d)
{
	for (int k = 0; k < 4; k++) {
		char id[24];
		snprintf(id, sizeof id, "crossover%d", k + 1);
		drive_put(d, id, corners[k]);
	}
}

/* Magnitude of the Linkwitz-Riley low pass, 1 / (1 + W^4), with the frequencies of the bilinear transform. */
static double low_pass(double hz, double corner, double rate)
{
	return 1 / (1 + pow(tan(M_PI * hz / rate) / tan(M_PI * corner / rate), 4));
}

/* What a band shall let through. Minimum phase: the product of what it meets on its way through the tree. Linear: the
 * difference of two low passes. */
static double band_formula(int bands, int band, bool linear, double hz, double rate)
{
	double low[6] = { 0 };
	for (int k = 0; k < 4; k++)
		low[k + 1] = low_pass(hz, corners[k], rate);
	if (linear)
		return (band == bands ? 1 : low[band]) - low[band - 1];
	int middle = bands == 2 ? 1 : 2;
	double out = band <= middle ? low[middle] : 1 - low[middle];
	if (bands == 2)
		return out;
	if (band <= 2)
		return out * (band == 1 ? low[1] : 1 - low[1]);
	for (int k = 3; k < bands; k++)
		out *= band == k ? low[k] : band > k ? 1 - low[k] : 1;
	return out;
}

static void bands_are_as_the_formula_says(void **state)
{
	(void)state;
	double worst = 0;
	for (size_t r = 0; r < DRIVE_N_RATES; r += 2)
		for (int bands = 2; bands <= 5; bands++)
			for (int band = 1; band <= bands; band++)
				for (int p = 0; p < 2; p++) {
					struct drive *d = new_multiband(drive_rates[r], phases[p], bands);
					put_corners(d);
					put_band(d, band, "solo", 1);
					impulse(d, 3000);
					for (double hz = 30; hz <= 20000; hz *= 1.4) {
						double want = band_formula(bands, band, p, hz, drive_rates[r]);
						double got = cabs(2 * drive_dft(left, N, hz, drive_rates[r]));
						if (want > 1e-4)
							worst = fmax(worst, fabs(drive_db(got / want)));
						else
							assert_true(got < 1.1e-4);
					}
					drive_free(d);
				}
	print_message("bands within %.1e dB to -80 dB\n", worst);
	assert_true(worst < 0.01);
}

static void linear_phase_is_symmetric(void **state)
{
	(void)state;
	for (int band = 1; band <= 5; band++) {
		struct drive *d = new_multiband(48000, "linear", 5);
		put_corners(d);
		put_band(d, band, "solo", 1);
		impulse(d, 20000);
		size_t centre = 20000 + drive_latency(d);
		double worst = 0, peak = drive_peak(left, N);
		for (size_t k = 1; k < 4000; k++)
			worst = fmax(worst, fabs(left[centre + k] - left[centre - k]));
		print_message("band %d: %.1f dB\n", band, drive_db(worst / peak));
		assert_true(drive_db(worst / peak) < -120);
		drive_free(d);
	}
}

static void linear_phase_delays_by_85_ms(void **state)
{
	(void)state;
	struct drive *d = new_multiband(48000, "linear", 4);
	assert_int_equal(drive_latency(d), 4096);
	drive_choose(d, "phase", "minimum");
	assert_int_equal(drive_latency(d), 0);
	drive_free(d);
}

/* ---- The kernel's plain twin: one channel, section by section */

struct twin {
	double s[CROSSOVER_SECTIONS][2];
};

static double twin_section(double *s, const double *f, double x, double *allpass)
{
	double e = x - s[1], first = f[0] * s[0] + f[1] * e, second = (s[1] + f[1] * s[0]) + f[2] * e;
	double low = 0.5 * (s[1] + second);
	*allpass = x - 1.41421356237309505 * (s[0] + first);
	s[0] = first;
	s[1] = second;
	return low;
}

static double twin_allpass(double *s, const double *f, double x)
{
	double out;
	twin_section(s, f, x, &out);
	return out;
}

static void twin_split(double (*s)[2], const double *f, double x, double *low, double *high)
{
	double all, unused;
	*low = twin_section(s[1], f, twin_section(s[0], f, x, &all), &unused);
	*high = all - *low;
}

static void twin_tick(struct twin *t, uint32_t n, double (*f)[3], double x, double *out)
{
	double low, high;
	if (n == 2) {
		twin_split(t->s, f[0], x, &out[0], &out[1]);
		return;
	}
	twin_split(t->s, f[1], x, &low, &high);
	low = n >= 4 ? twin_allpass(t->s[2], f[2], low) : low;
	low = n == 5 ? twin_allpass(t->s[3], f[3], low) : low;
	twin_split(t->s + 4, f[0], low, &out[0], &out[1]);
	out[2] = twin_allpass(t->s[6], f[0], high);
	if (n >= 4)
		twin_split(t->s + 7, f[2], out[2], &out[2], &out[3]);
	if (n == 5) {
		out[2] = twin_allpass(t->s[9], f[3], out[2]);
		twin_split(t->s + 10, f[3], out[3], &out[3], &out[4]);
	}
}

static void kernel_is_its_twin(void **state)
{
	(void)state;
	for (uint32_t n = 2; n <= 5; n++) {
		struct crossover c = { 0 };
		struct twin twins[2] = { 0 };
		crossover_numbers from, to, step, f;
		for (int k = 0; k < 4; k++) {
			crossover_design(from[k], corners[k], 48000);
			crossover_design(to[k], 1.3 * corners[k], 48000);
			for (int j = 0; j < 3; j++)
				step[k][j] = (to[k][j] - from[k][j]) / CROSSOVER_PIECE;
		}
		for (int piece = 0; piece < 200; piece++) {
			pair x[CROSSOVER_PIECE], bands[CROSSOVER_PIECE][CROSSOVER_BANDS_MAX];
			double noise[2][CROSSOVER_PIECE], want[CROSSOVER_BANDS_MAX];
			bool moving = piece % 3 == 2;
			drive_noise(noise[0], CROSSOVER_PIECE, 1, (uint64_t)piece);
			drive_noise(noise[1], CROSSOVER_PIECE, 1, (uint64_t)piece + 1000);
			for (int i = 0; i < CROSSOVER_PIECE; i++)
				x[i] = (pair){ noise[0][i], noise[1][i] };
			typedef const double numbers[CROSSOVER_NUMBERS];
			crossover_split(
				&c, n, (numbers *)from, moving ? (numbers *)step : NULL, 3, x, bands, CROSSOVER_PIECE);
			for (int i = 0; i < CROSSOVER_PIECE; i++) {
				for (int k = 0; k < 4; k++)
					for (int j = 0; j < 3; j++)
						f[k][j] = moving ? from[k][j] + step[k][j] * (3 + i) : from[k][j];
				for (int ch = 0; ch < 2; ch++) {
					twin_tick(&twins[ch], n, f, noise[ch][i], want);
					for (uint32_t b = 0; b < n; b++)
						assert_true(bands[i][b][ch] == want[b]);
				}
			}
		}
	}
}

static void decibels_are_decibels(void **state)
{
	(void)state;
	assert_true(dynamics_gain(0) == 1);
	for (double db = -299; db < 200; db += 0.0371) {
		assert_true(fabs(dynamics_gain(db) / pow(10, db / 20) - 1) < 1e-12);
		assert_true(fabs(dynamics_db(pow(10, db / 20)) - db) < 1e-9);
	}
	expect(dynamics_db(0), -300, 1e-9);
}

/* ---- Dynamics. +-+-, Nyquist's own frequency, lies in the top band alone, at the same level in every frame. */

static void fill_square(double *x, size_t n, double amplitude)
{
	for (size_t i = 0; i < n; i++)
		x[i] = i % 2 ? -amplitude : amplitude;
}

static struct drive *new_top_band(const char *mode, double threshold, double ratio, double knee)
{
	struct drive *d = new_multiband(48000, "minimum", 2);
	drive_choose(d, "band2/mode", mode);
	put_band(d, 2, "threshold", threshold);
	put_band(d, 2, "ratio", ratio);
	put_band(d, 2, "knee", knee);
	put_band(d, 2, "range", 30);
	put_band(d, 2, "attack", 1);
	put_band(d, 2, "release", 20);
	return d;
}

static double settled_gain(struct drive *d, double level)
{
	enum { LONG = 48000 };
	fill_square(left, LONG, pow(10, level / 20));
	fill_square(right, LONG, pow(10, level / 20));
	drive_set(d);
	drive_run(d, left, right, LONG - 8, 256);
	drive_run(d, left + LONG - 8, right + LONG - 8, 8, 8);
	return drive_db(drive_peak(left + LONG - 8, 8)) - level;
}

/* Giannoulis, Massberg, Reiss 2012, eq. 4, on the side of the threshold where the mode works. */
static double gain_formula(const char *mode, double level, double threshold, double ratio, double knee)
{
	bool above = strcmp(mode, "compress") == 0 || strcmp(mode, "up_expand") == 0;
	bool expands = strstr(mode, "expand") != NULL, up = strncmp(mode, "up_", 3) == 0;
	double over = above ? level - threshold : threshold - level, slope = expands ? ratio - 1 : 1 - 1 / ratio;
	double bent = 2 * over < -knee ? 0 : over;
	if (2 * fabs(over) <= knee && knee > 0)
		bent = pow(over + knee / 2, 2) / (2 * knee);
	return fmin(30, slope * bent) * (up ? 1 : -1);
}

static void static_curves(void **state)
{
	(void)state;
	static const char *const modes[] = { "compress", "expand", "up_compress", "up_expand" };
	static const double knees[] = { 0, 6, 24 }, ratios[] = { 1, 1.5, 4, 20 };
	for (size_t m = 0; m < 4; m++)
		for (size_t k = 0; k < 3; k++)
			for (size_t r = 0; r < 4; r++)
				for (double level = -60; level <= 5; level += 5) {
					struct drive *d = new_top_band(modes[m], -20, ratios[r], knees[k]);
					double got = settled_gain(d, level);
					double want = gain_formula(modes[m], level, -20, (float)ratios[r], knees[k]);
					expect(got, want, 1e-4);
					expect(d->meters[1], fabs(want), 1e-4);
					drive_free(d);
				}
}

/* Frames from `from` until the level is beyond 63.2 % of its way for good: before that the low band rings too. */
static size_t time_constant(const double *x, size_t from, size_t n, double first, double last)
{
	double aim = first + (last - first) * (1 - exp(-1));
	for (size_t i = n; i-- > from;)
		if (last > first ? drive_db(x[i]) < aim : drive_db(x[i]) > aim)
			return i + 1 - from;
	return 0;
}

/* The hold (1 to 2 ms in a band above 500 Hz) and the group come on top. */
static void attack_and_release_times(void **state)
{
	(void)state;
	static const double attacks[] = { 5, 10, 100 }, releases[] = { 50, 200, 400 };
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (size_t t = 0; t < 3; t++) {
			double rate = drive_rates[r], group = 2e3 * CROSSOVER_PIECE / rate;
			size_t n = (size_t)(4 * rate), half = (size_t)rate * 2;
			double *x = drive_buffer(n), *y = drive_buffer(n);
			struct drive *d = new_multiband(rate, "minimum", 2);
			drive_put(d, "crossover1", 1000);
			put_band(d, 2, "threshold", -20);
			put_band(d, 2, "ratio", 4);
			put_band(d, 2, "knee", 0);
			put_band(d, 2, "attack", attacks[t]);
			put_band(d, 2, "release", releases[t]);
			fill_square(x, n, 0.01);
			fill_square(x + half / 2, half / 2, 1); /* 15 dB */
			memcpy(y, x, n * sizeof *x);
			drive_set(d);
			drive_run(d, x, y, n, 256);
			double attack = 1000 * (double)time_constant(x, half / 2, half, 0, -15) / rate;
			double release = 1000 * (double)time_constant(x, half, n, -55, -40) / rate;
			assert_in_range(
				(long)(attack * 1000), (long)(attacks[t] * 950), (long)((attacks[t] + group) * 1050));
			assert_in_range((long)(release * 1000), (long)((releases[t] + 1) * 950),
				(long)((releases[t] + 2.2 + group) * 1050));
			free(x);
			free(y);
			drive_free(d);
		}
}

/* Steady tones in each band, down 6 dB: 2nd to 5th harmonic together. */
static void low_distortion(void **state)
{
	(void)state;
	static const double tones[] = { 41, 60, 250, 1100, 3000 };
	for (size_t t = 0; t < 5; t++) {
		struct drive *d = new_multiband(48000, "minimum", 4);
		for (int b = 1; b <= 4; b++) {
			put_band(d, b, "threshold", -24);
			put_band(d, b, "ratio", 2);
			put_band(d, b, "release", 50);
			put_band(d, b, "attack", 5);
		}
		drive_sine(left, N, tones[t], 48000, 0.4);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		double sum = 0, tone = drive_amplitude(left + N / 2, N / 2, tones[t], 48000);
		for (int k = 2; k <= 5; k++)
			sum += pow(drive_amplitude(left + N / 2, N / 2, k * tones[t], 48000) / tone, 2);
		print_message("%g Hz down %.1f dB: %.1f dB\n", tones[t], drive_db(0.4 / tone), 10 * log10(sum + 1e-30));
		assert_true(tone < 0.25 && sum < 1e-9);
		drive_free(d);
	}
}

static void gains_on_and_solo(void **state)
{
	(void)state;
	struct drive *d = new_top_band("compress", -20, 20, 0);
	put_band(d, 2, "gain", 3);
	drive_put(d, "gain", -1);
	expect(settled_gain(d, 0), -19 + 3 - 1, 1e-4);
	put_band(d, 2, "on", 0);
	expect(settled_gain(d, 0), -1, 1e-4);
	expect(d->meters[1], 0, 1e-9);
	put_band(d, 1, "solo", 1);
	assert_true(settled_gain(d, 0) < -200);
	put_band(d, 2, "solo", 1);
	expect(settled_gain(d, 0), -1, 1e-4);
	/* A band that is not there cannot take the sound away. */
	put_band(d, 1, "solo", 0);
	put_band(d, 2, "solo", 0);
	put_band(d, 5, "solo", 1);
	expect(settled_gain(d, 0), -1, 1e-4);
	drive_free(d);
}

/* Left at 0 dBFS, right below the threshold: the right follows as far as linked. The same for mid and side. */
static void link_and_sides(void **state)
{
	(void)state;
	enum { LONG = 48000 };
	for (int ms = 0; ms < 2; ms++)
		for (int link = 0; link <= 100; link += 50) {
			struct drive *d = new_top_band("compress", -20, 2, 0);
			drive_put(d, "link", link);
			drive_choose(d, "channels", ms ? "mid_side" : "stereo");
			fill_square(left, LONG, ms ? 0.505 : 1);
			fill_square(right, LONG, ms ? 0.495 : 0.01);
			if (ms) /* mid 0.5, side 0.005: -6 and -46 dBFS */
				expect((left[0] - right[0]) / 2, 0.005, 1e-9);
			drive_set(d);
			drive_run(d, left, right, LONG, 256);
			double a = left[LONG - 1], b = right[LONG - 1], loud = ms ? (a + b) / 2 : a,
			       soft = ms ? (a - b) / 2 : b;
			double top = ms ? drive_db(0.5) : 0, bottom = ms ? drive_db(0.005) : -40;
			expect(drive_db(loud), top - gain_formula("up_expand", top, -20, 1.5, 0), 0.001);
			double level = bottom + link / 100.0 * (top - bottom);
			expect(drive_db(soft), bottom - gain_formula("up_expand", level, -20, 1.5, 0), 0.001);
			drive_free(d);
		}
}

/* A detector that hears the other bands would turn them down as well. */
static void bands_do_not_hear_each_other(void **state)
{
	(void)state;
	struct drive *d = new_multiband(48000, "minimum", 4);
	put_band(d, 1, "threshold", -40);
	put_band(d, 1, "ratio", 20);
	drive_sine(left, N, 60, 48000, 0.4);
	double *high = drive_buffer(N);
	drive_sine(high, N, 9000, 48000, 0.4);
	for (size_t i = 0; i < N; i++)
		right[i] = left[i] += high[i];
	drive_set(d);
	drive_run(d, left, right, N, 256);
	expect(drive_db(drive_amplitude(left + N / 2, N / 2, 9000, 48000) / 0.4), 0, 0.01);
	assert_true(drive_db(drive_amplitude(left + N / 2, N / 2, 60, 48000) / 0.4) < -15);
	free(high);
	drive_free(d);
}

/* ---- Changes */

/* With linear phase; the others are tried in the host, by test_clicks. */
static void crossovers_move_smoothly(void **state)
{
	(void)state;
	for (int p = 0; p < 2; p++) {
		struct drive *d = new_multiband(48000, phases[p], 4);
		size_t at = 0;
		drive_put(d, "crossover1", 500);
		put_band(d, 1, "gain", 6);
		put_band(d, 2, "gain", -6);
		drive_sine(left, N, 1000, 48000, 0.5);
		memcpy(right, left, sizeof left);
		drive_set(d);
		drive_run(d, left, right, 24000, 256);
		for (int k = 0; k < 16; k++) {
			double *l = left + 24000 + at, *r = right + 24000 + at;
			size_t moved = drive_move(d, "crossover1", k % 2 ? 500 : 2000, DRIVE_MOVE_MS, l, r);
			drive_run(d, l + moved, r + moved, 4800 - moved, 256);
			at += 4800;
		}
		struct drive_splatter s = drive_splatter(left + 24000, at, 48000);
		print_message("%s: %.1f total, %.1f worst 5 ms\n", phases[p], s.total, s.worst_5ms);
		assert_true(s.total <= -75 && s.worst_5ms <= -65);
		drive_free(d);
	}
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "bands", k / 5 % 4);
	drive_put(d, "phase", k / 7 % 2);
	drive_put(d, "channels", k / 3 % 2);
	drive_put(d, "link", 25 * (k % 5));
	drive_put(d, "crossover2", 700 + 100 * (k % 4));
	for (int b = 1; b <= 5; b++) {
		put_band(d, b, "threshold", -40 + (double)(k % 9));
		put_band(d, b, "ratio", 1 + k % 4);
		put_band(d, b, "mode", (k / 4 + (unsigned)b) % 4);
		put_band(d, b, "gain", k % 3);
		put_band(d, b, "attack", 1 + k % 4);
	}
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("multiband", 48000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("multiband", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_is_flat),
		cmocka_unit_test(bands_are_as_the_formula_says),
		cmocka_unit_test(linear_phase_is_symmetric),
		cmocka_unit_test(linear_phase_delays_by_85_ms),
		cmocka_unit_test(kernel_is_its_twin),
		cmocka_unit_test(decibels_are_decibels),
		cmocka_unit_test(static_curves),
		cmocka_unit_test(attack_and_release_times),
		cmocka_unit_test(low_distortion),
		cmocka_unit_test(gains_on_and_solo),
		cmocka_unit_test(link_and_sides),
		cmocka_unit_test(bands_do_not_hear_each_other),
		cmocka_unit_test(crossovers_move_smoothly),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
