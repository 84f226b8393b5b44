/* Transient: steps of the level against the formula of the envelopes, whole and per band; steady sound stays as it is.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/drive.h"

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
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
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

/* ---- Bands */

enum { MANY = 192000 }; /* frames of a second */

/* Crossovers a decade apart and tones in the middle between them, so that 1 % of a tone at most is in other bands. */
static const double tones[] = { 45, 474, 4743, 47434 };

static struct drive *new_bands(double rate, int bands)
{
	struct drive *d = drive_new("transient", rate);
	drive_put(d, "bands", bands - 1);
	drive_put(d, "crossover1", 150);
	drive_put(d, "crossover2", 1500);
	drive_put(d, "crossover3", 15000);
	return d;
}

static void put_band(struct drive *d, int band, const char *row, double value)
{
	char id[32];
	snprintf(id, sizeof id, "band%d/%s", band, row);
	drive_put(d, id, value);
}

/* Half a second at -30 dBFS, then from a zero of the tone on at -10 dBFS, or the other way round. */
static void fill_pulse(double *x, double hz, bool rise)
{
	size_t middle = (size_t)(floor(MANY / 2 * hz / MANY) * MANY / hz + 0.5);
	drive_sine(x, MANY, hz, MANY, 1);
	for (size_t i = 0; i < MANY; i++)
		x[i] *= pow(10, (i < middle) == rise ? -1.5 : -0.5);
}

/* Into change: for each ms after the middle the level of out against that of idle in the period of hz that begins
 * there.
 */
static void find_change(const double *out, const double *idle, double hz, double *change, size_t n)
{
	size_t period = (size_t)ceil(MANY / hz);
	for (size_t ms = 0; ms < n; ms++) {
		size_t at = MANY / 2 + ms * (MANY / 1000);
		change[ms] = drive_db(drive_rms(out + at, period) / drive_rms(idle + at, period));
	}
}

/* What band `worked` does to the pulse of tone `heard`; row "": nothing. */
static double *run_pulse(int heard, int worked, const char *row, double value, bool rise)
{
	struct drive *d = new_bands(MANY, 4);
	double *x = drive_buffer(MANY), *y = drive_buffer(MANY);
	if (*row)
		put_band(d, worked, row, value);
	drive_put(d, "speed", 40);
	drive_set(d);
	fill_pulse(x, tones[heard], rise);
	memcpy(y, x, MANY * sizeof *x);
	drive_run(d, x, y, MANY, 256);
	drive_free(d);
	free(y);
	return x;
}

static double want_change(const char *row, double t)
{
	return strcmp(row, "attack") == 0 ? bounded(20 * (exp(-t / 40) - exp(-t / 1)))
					  : bounded(20 * (exp(-t / 400) - exp(-t / 40)));
}

/* Each band by itself, against the formulas of the whole. The level is known late by a quarter of the tone's period and
 * the delay of the filters, some 0.5 / crossover; a tail's, by the hold of 12.5 to 25 ms. */
static void bands_follow_the_formulas(void **state)
{
	(void)state;
	static const char *const rows[] = { "attack", "sustain" };
	enum { MS = 400 };
	for (int heard = 0; heard < 4; heard++)
		for (int r = 0; r < 2; r++) {
			double *idle = run_pulse(heard, 1, "", 0, r == 0), change[MS];
			double early = 0.2, late = 0.4 + 1500 / tones[heard] + (r ? 25 : 0);
			for (int worked = 0; worked < 4; worked++) {
				double *out = run_pulse(heard, worked + 1, rows[r], 50, r == 0);
				find_change(out, idle, tones[heard], change, MS);
				/* Where the formula goes down from its highest value, only. */
				for (int ms = r ? 150 : 40; ms < MS; ms += 10) {
					double share = worked == heard ? 0.5 : 0;
					double most = share * want_change(rows[r], ms - late) + 0.1;
					double least =
						share * want_change(rows[r], ms + early + 1000 / tones[heard]) - 0.1;
					if (!(change[ms] >= least && change[ms] <= most))
						fail_msg("band%d/%s, tone %g Hz: %g dB at %d ms, not %g .. %g",
							worked + 1, rows[r], tones[heard], change[ms], ms, least, most);
				}
				free(out);
			}
			free(idle);
		}
}

/* The amount of all is added to each band's, -100 to 100 %. */
static void amounts_add_up(void **state)
{
	(void)state;
	static const struct {
		double all, band, same_as;
	} sums[] = { { 40, 20, 60 }, { -70, 20, -50 }, { 80, 70, 100 }, { -80, -70, -100 }, { 35, -35, 0 } };
	static const char *const rows[] = { "attack", "sustain" };
	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
		for (int bands = 1; bands <= 4; bands++) {
			struct drive *a = new_bands(48000, bands), *b = new_bands(48000, bands);
			for (int r = 0; r < 2; r++) {
				drive_put(a, rows[r], sums[i].all);
				for (int k = 1; k <= 4; k++) {
					put_band(a, k, rows[r], sums[i].band);
					put_band(b, k, rows[r], sums[i].same_as);
				}
			}
			drive_set(a);
			drive_set(b);
			drive_noise(left, N, 0.3, 7);
			drive_noise(left + N / 3, N / 3, 0.01, 8);
			memcpy(clean, left, sizeof left);
			memcpy(right, left, sizeof left);
			drive_run(a, left, left, N, 256);
			drive_run(b, right, right, N, 256);
			assert_memory_equal(left, right, sizeof left);
			assert_true((sums[i].same_as != 0) == (fabs((double)a->meters[0]) > 2));
			drive_free(a);
			drive_free(b);
		}
}

/* With all amounts at 0 the bands add up to what came, turned in phase only. */
static void idle_bands_are_flat(void **state)
{
	(void)state;
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (int bands = 2; bands <= 4; bands++) {
			struct drive *d = new_bands(drive_rates[r], bands);
			size_t n = (size_t)drive_rates[r] / 2;
			double *x = drive_buffer(n), *y = drive_buffer(n);
			drive_set(d);
			x[0] = 1;
			y[0] = 0.5;
			drive_run(d, x, y, n, 256);
			for (double hz = 20; hz <= 20000; hz *= 1.19) {
				double db = drive_db(cabs(drive_dft(x, n, hz, drive_rates[r])));
				if (!(fabs(db) < 0.01))
					fail_msg("%d bands at %g: %g dB at %g Hz", bands, drive_rates[r], db, hz);
			}
			for (size_t i = 0; i < n; i++)
				assert_true(y[i] * 2 == x[i]);
			free(x);
			free(y);
			drive_free(d);
		}
}

static void crossovers_keep_their_order(void **state)
{
	(void)state;
	struct drive *a = new_bands(48000, 4), *b = new_bands(48000, 4);
	drive_put(a, "crossover2", 100);
	drive_put(b, "crossover2", 150);
	drive_put(a, "crossover3", 60);
	drive_put(b, "crossover3", 150);
	for (int i = 0; i < 2; i++) {
		put_band(i ? a : b, 1, "attack", 100);
		put_band(i ? a : b, 4, "sustain", 100);
		drive_set(i ? a : b);
	}
	drive_noise(left, N, 0.3, 7);
	memset(left + N / 2, 0, N / 4 * sizeof *left);
	memcpy(right, left, sizeof left);
	drive_run(a, left, left, N, 256);
	drive_run(b, right, right, N, 256);
	assert_memory_equal(left, right, sizeof left);
	drive_free(a);
	drive_free(b);
}

/* A tone that stands is that of an idle module, whatever the bands and amounts. */
static void steady_tones_are_untouched_in_bands(void **state)
{
	(void)state;
	static const double steady[] = { 41, 150, 997, 9000 };
	for (int bands = 2; bands <= 4; bands++)
		for (int t = 0; t < 4; t++) {
			struct drive *d = new_bands(48000, bands), *idle = new_bands(48000, bands);
			size_t n = 48000 * 4;
			double *x = drive_buffer(n), *y = drive_buffer(n);
			drive_put(d, "attack", 100);
			drive_put(d, "sustain", -100);
			drive_put(d, "speed", 5);
			drive_set(d);
			drive_set(idle);
			drive_sine(x, n, steady[t], 48000, 0.5);
			memcpy(y, x, n * sizeof *x);
			drive_run(d, x, x, n, 256);
			drive_run(idle, y, y, n, 256);
			double most = 0;
			for (size_t i = n / 2; i < n; i++)
				most = fmax(most, fabs(y[i] - x[i]));
			if (!(most < 1e-4 && drive_peak(x, n / 8) > 0.7))
				fail_msg("%g Hz in %d bands: %g", steady[t], bands, most);
			free(x);
			free(y);
			drive_free(d);
			drive_free(idle);
		}
}

/* More or fewer bands in the middle of a tone are no onset and no tail. */
static void new_bands_start_at_the_level(void **state)
{
	(void)state;
	for (int from = 1; from <= 4; from++)
		for (int to = 1; to <= 4; to++) {
			struct drive *d = new_bands(48000, from);
			drive_put(d, "attack", 100);
			drive_put(d, "sustain", 100);
			drive_set(d);
			drive_sine(left, N, 474, 48000, 0.5);
			memcpy(right, left, sizeof left);
			drive_run(d, left, right, N / 2, 256);
			drive_put(d, "bands", to - 1);
			drive_set(d);
			drive_run(d, left + N / 2, right + N / 2, N / 2, 256);
			if (from != to && !(fabs((double)d->meters[0]) < 0.05))
				fail_msg("from %d to %d bands: %g dB", from, to, d->meters[0]);
			drive_free(d);
		}
}

/* 1 kHz that swells by 20 dB three times a second, so that onsets and tails never end. */
static void fill_swell(double *x, size_t n)
{
	drive_sine(x, n, 1000, 48000, 1);
	for (size_t i = 0; i < n; i++)
		x[i] *= pow(10, (-14 - 10 * cos(2 * M_PI * 3 * (double)i / 48000)) / 20);
}

static struct drive_splatter move_row(int bands, const char *row)
{
	struct drive *d = new_bands(48000, bands);
	drive_put(d, "attack", 30);
	drive_put(d, "sustain", 30);
	drive_put(d, "gain", -6);
	drive_set(d);
	fill_swell(left, N);
	memcpy(right, left, sizeof left);
	size_t at = 0;
	const struct param *p = &d->module->params[drive_row(d, row)];
	float low = d->values[drive_row(d, row)], high = param_from_norm(p, fminf(1, param_to_norm(p, low) + 0.25f));
	if (param_to_norm(p, low) > 0.75f)
		high = param_from_norm(p, 0.75f);
	for (int k = 0; k < 18; k++) {
		at += drive_move(d, row, (double)(k % 2 ? low : high), DRIVE_MOVE_MS, left + at, right + at);
		drive_run(d, left + at, right + at, 4800, 64);
		at += 4800;
	}
	assert_true(at < N && fabs((double)d->meters[0]) > 0.3);
	drive_free(d);
	return drive_splatter(left, at, 48000);
}

static void rows_at_work_do_not_click(void **state)
{
	(void)state;
	static const char *const rows[] = { "attack", "sustain", "speed", "mix", "gain", "band2/attack",
		"band2/sustain" };
	for (int bands = 1; bands <= 4; bands += 3)
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct drive_splatter s = move_row(bands, rows[i]);
			printf("%d bands, %-14s %7.1f total %7.1f worst 5 ms\n", bands, rows[i], s.total, s.worst_5ms);
			if (!(s.total < -75 && s.worst_5ms < -65))
				fail_msg("%s clicks in %d bands: %g total, %g worst 5 ms", rows[i], bands, s.total,
					s.worst_5ms);
		}
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "bands", k / 4 % 4);
	drive_put(d, "crossover1", 100 + 50 * (k % 3));
	drive_put(d, "crossover2", 90 + 500 * (k % 4));
	put_band(d, 1 + (int)(k % 4), "attack", 20 * (double)(k % 9) - 80);
	put_band(d, 1 + (int)(k % 3), "sustain", 20 * (double)(k % 8) - 70);
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
		cmocka_unit_test(bands_follow_the_formulas),
		cmocka_unit_test(amounts_add_up),
		cmocka_unit_test(idle_bands_are_flat),
		cmocka_unit_test(crossovers_keep_their_order),
		cmocka_unit_test(steady_tones_are_untouched_in_bands),
		cmocka_unit_test(new_bands_start_at_the_level),
		cmocka_unit_test(rows_at_work_do_not_click),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
