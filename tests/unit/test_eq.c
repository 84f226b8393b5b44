/* Equaliser: response against the analogue formulas through the module itself, targets, identity, smooth changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/drive.h"
#include "tests/unit/near.h"

enum { BELL, LOW_SHELF, HIGH_SHELF, HIGHPASS, LOWPASS, NOTCH, TILT, N_TYPES };
static const char *const type_names[] = { "bell", "low_shelf", "high_shelf", "highpass", "lowpass", "notch", "tilt" };

struct setting {
	int type, order;
	double hz, gain_db, q;
};

/* |H| in dB of the analogue filter, written down from the formulas: cookbook sections (Bristow-Johnson), Butterworth by
 * 1 / (1 + w^2n) where q is at its default, the tilt of first order. */
static double analogue_db(const struct setting *b, double hz)
{
	double complex s = I * hz / b->hz;
	double a = pow(10, b->gain_db / 40), q = b->q, w = hz / b->hz;
	switch (b->type) {
	case BELL:
		return drive_db(cabs((s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)));
	case LOW_SHELF:
		return drive_db(cabs(a * (s * s + s * sqrt(a) / q + a) / (a * s * s + s * sqrt(a) / q + 1)));
	case HIGH_SHELF:
		return drive_db(cabs(a * (a * s * s + s * sqrt(a) / q + 1) / (s * s + s * sqrt(a) / q + a)));
	case NOTCH:
		return drive_db(cabs((s * s + 1) / (s * s + s / q + 1)));
	case TILT:
		return drive_db(cabs((a * s + 1) / (s + a)));
	case HIGHPASS:
		w = 1 / w;
		break;
	}
	if (b->order != 2)
		return -10 * log10(1 + pow(w, 2 * b->order));
	return -10 * log10(pow(1 - w * w, 2) + w * w / (q * q));
}

static void put_band(struct drive *d, const struct setting *b)
{
	static const char *const slopes[] = { [1] = "6", [2] = "12", [4] = "24", [8] = "48" };
	drive_choose(d, "band5/type", type_names[b->type]);
	drive_choose(d, "band5/slope", slopes[b->order]);
	drive_put(d, "band5/freq", b->hz);
	drive_put(d, "band5/gain", b->gain_db);
	drive_put(d, "band5/q", b->q);
}

/* Worst difference in dB from the analogue filter over 20 Hz .. 20 kHz and around the band's own frequency. Negative:
 * the band rings longer than an impulse response of half a million frames. */
static double worst_error(double rate, const struct setting *b)
{
	double a = pow(10, fabs(b->gain_db) / 40), sharp = b->q * (b->type == NOTCH || b->type >= HIGHPASS ? 3 : a);
	double frames = 30 * fmax(sharp, 1 / b->q) * 2 * rate / (2 * M_PI * b->hz);
	if (frames > 1 << 19)
		return -1;
	size_t n = (size_t)frames + 4096;
	struct drive *d = drive_new("eq", rate);
	double *left = drive_buffer(n), *right = drive_buffer(n), worst = 0;
	left[0] = right[0] = 1;
	put_band(d, b);
	drive_set(d);
	drive_run(d, left, right, n, 256);
	for (int i = 0; i < 28; i++) {
		double hz = i < 16 ? 20 * pow(1000, i / 15.0) : b->hz * pow(2, (i - 21.5) / 6 * 1.2 / fmax(b->q, 0.5));
		double want = analogue_db(b, hz);
		if (hz > 20000 || want < (b->type == NOTCH ? -30 : -100))
			continue;
		worst = fmax(worst, fabs(drive_db(cabs(drive_dft(left, n, hz, rate))) - want));
	}
	assert_memory_equal(left, right, n * sizeof *left);
	free(left);
	free(right);
	drive_free(d);
	return worst;
}

/* 0.1 dB up to 20 kHz: cases of special interest at each rate ... */
static void response_of_known_bands(void **state)
{
	(void)state;
	static const struct setting cases[] = {
		{ BELL, 2, 16000, 12, 1 },
		{ BELL, 2, 16000, -12, 1 },
		{ BELL, 2, 20000, 18, 18 },
		{ BELL, 2, 22000, 18, 0.1 },
		{ BELL, 2, 1000, 12, 0.5 },
		{ HIGH_SHELF, 2, 10000, 12, 0.70710678 },
		{ HIGH_SHELF, 2, 18000, -18, 2 },
		{ LOW_SHELF, 2, 12000, 12, 0.70710678 },
		{ HIGHPASS, 1, 1000, 0, 0.70710678 },
		{ HIGHPASS, 2, 15000, 0, 3 },
		{ HIGHPASS, 4, 300, 0, 0.70710678 },
		{ HIGHPASS, 8, 8000, 0, 0.70710678 },
		{ LOWPASS, 1, 2000, 0, 0.70710678 },
		{ LOWPASS, 2, 1000, 0, 0.70710678 },
		{ LOWPASS, 4, 16000, 0, 0.70710678 },
		{ LOWPASS, 8, 19000, 0, 0.70710678 },
		{ NOTCH, 2, 15000, 0, 4 },
		{ TILT, 2, 1000, 12, 1 },
	};
	for (size_t r = 0; r < DRIVE_N_RATES; r += drive_rate_step())
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			double error = worst_error(drive_rates[r], &cases[i]);
			if (!(error >= 0 && error <= 0.1))
				fail_msg("%s %g Hz %g dB q %g order %d at %g: %.3f dB", type_names[cases[i].type],
					cases[i].hz, cases[i].gain_db, cases[i].q, cases[i].order, drive_rates[r],
					error);
		}
}

/* ... and 200 bands by chance at each, over the whole range of every row. */
static void response_of_any_band(void **state)
{
	(void)state;
	double draw[4], worst[N_TYPES] = { 0 };
	unsigned measured = 0;
	for (unsigned i = 0; i < 200 * DRIVE_N_RATES; i++) {
		drive_noise(draw, 4, 1, i + 1);
		struct setting b = { (int)(i % N_TYPES), 2, 10 * pow(2200, (draw[0] + 1) / 2), 18 * draw[1],
			0.1 * pow(180, (draw[2] + 1) / 2) };
		b.hz = (float)b.hz, b.gain_db = (float)b.gain_db, b.q = (float)b.q;
		double error = worst_error(drive_rates[i % DRIVE_N_RATES], &b);
		if (error < 0)
			continue;
		measured++;
		worst[b.type] = fmax(worst[b.type], error);
		if (error > 0.1)
			fail_msg("%s %g Hz %g dB q %g at %g: %.3f dB", type_names[b.type], b.hz, b.gain_db, b.q,
				drive_rates[i % DRIVE_N_RATES], error);
	}
	for (int t = 0; t < N_TYPES; t++)
		print_message("%s: at most %.3f dB from the analogue response\n", type_names[t], worst[t]);
	assert_true(measured > 600);
}

static void identity_when_flat(void **state)
{
	(void)state;
	enum { N = 4800 };
	static double left[N], right[N], want[2][N];
	struct drive *d = drive_new("eq", 48000);
	drive_noise(left, N, 1, 1);
	drive_noise(right, N, 1, 2);
	memcpy(want[0], left, sizeof left);
	memcpy(want[1], right, sizeof right);
	drive_put(d, "band4/freq", 3000);
	drive_set(d);
	drive_run(d, left, right, N / 2, 64);
	drive_put(d, "band4/q", 7);
	drive_set(d);
	drive_run(d, left + N / 2, right + N / 2, N / 2, 64);
	assert_memory_equal(left, want[0], sizeof left);
	assert_memory_equal(right, want[1], sizeof right);
	drive_free(d);
}

/* Level in dB of left, right, mid, side at the output for a signal whose four have 0 dB gain, +6 dB bell on one target.
 */
static void targets(void **state)
{
	(void)state;
	static const struct {
		const char *target;
		double left, right, mid, side;
	} cases[] = {
		{ "stereo", 6, 6, 6, 6 },
		{ "left", 6, 0, NAN, NAN },
		{ "right", 0, 6, NAN, NAN },
		{ "mid", NAN, NAN, 6, 0 },
		{ "side", NAN, NAN, 0, 6 },
	};
	enum { N = 24000 };
	static double left[N], right[N], mid[N], side[N];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct drive *d = drive_new("eq", 48000);
		drive_sine(left, N, 1000, 48000, 0.5);
		drive_sine(right, N, 1000, 48000, 0.2);
		double before[4] = { 0.5, 0.2, 0.35, 0.15 };
		drive_put(d, "band3/freq", 1000);
		drive_put(d, "band3/gain", 6);
		drive_choose(d, "band3/target", cases[i].target);
		drive_set(d);
		drive_run(d, left, right, N, 256);
		for (int k = 0; k < N; k++) {
			mid[k] = (left[k] + right[k]) / 2;
			side[k] = (left[k] - right[k]) / 2;
		}
		const double *const out[4] = { left, right, mid, side };
		const double want[4] = { cases[i].left, cases[i].right, cases[i].mid, cases[i].side };
		for (int k = 0; k < 4; k++)
			if (!isnan(want[k]))
				assert_near(drive_db(drive_amplitude(out[k] + N / 2, N / 2, 1000, 48000) / before[k]),
					want[k], 0.01);
		drive_free(d);
	}
}

/* The bands work one after another, and the level behind them. */
static void bands_add_up(void **state)
{
	(void)state;
	enum { N = 48000 };
	static double left[N], right[N];
	struct drive *d = drive_new("eq", 48000);
	double want = 2;
	memset(left, 0, sizeof left);
	memset(right, 0, sizeof right);
	left[0] = right[0] = 1;
	drive_put(d, "gain", 2);
	for (int band = 1; band <= 8; band++) {
		char id[32];
		struct setting b = { band == 8   ? HIGH_SHELF
				     : band <= 2 ? LOW_SHELF
						 : BELL,
			2, 60 * pow(2, band), band - 4.5, 0.70710678 };
		snprintf(id, sizeof id, "band%d/freq", band);
		drive_put(d, id, b.hz);
		snprintf(id, sizeof id, "band%d/gain", band);
		drive_put(d, id, b.gain_db);
		snprintf(id, sizeof id, "band%d/target", band);
		drive_choose(d, id, band % 3 == 1 ? "mid" : "stereo");
		want += analogue_db(&b, 3000);
	}
	drive_set(d);
	drive_run(d, left, right, N, 256);
	assert_near(drive_db(cabs(drive_dft(left, N, 3000, 48000))), want, 0.05);
	drive_free(d);
}

/* Ten moves a second between two values of a row; a 1 kHz sine through it. */
static void check_smooth(const char *row, double from, double to, double ms, double total, double worst)
{
	for (int fast = 0; fast < 2; fast++) {
		double rate = fast ? 96000 : 44100;
		size_t n = (size_t)rate, at = 0;
		struct drive *d = drive_new("eq", rate);
		double *left = drive_buffer(n), *right = drive_buffer(n);
		drive_sine(left, n, 1000, rate, 0.25);
		drive_put(d, "band5/freq", 1000);
		drive_put(d, "band5/gain", 12);
		drive_put(d, "band5/q", 1);
		drive_put(d, row, from);
		drive_set(d);
		for (int k = 0; k < 9; k++) {
			size_t moved = drive_move(d, row, k % 2 ? from : to, ms, left + at, right + at),
			       rest = n / 10 - moved;
			drive_run(d, left + at + moved, right + at + moved, rest, 256);
			at += moved + rest;
		}
		struct drive_splatter s = drive_splatter(left, at, rate);
		print_message("%s %g..%g in %g ms at %g: %.1f total, %.1f worst 5 ms\n", row, from, to, ms, rate,
			s.total, s.worst_5ms);
		if (s.total > total || s.worst_5ms > worst)
			fail_msg("louder than %g and %g dB", total, worst);
		free(left);
		free(right);
		drive_free(d);
	}
}

static void changes_are_smooth(void **state)
{
	(void)state;
	check_smooth("band5/freq", 900, 1100, DRIVE_MOVE_MS, -75, -65);
	/* Two octaves through the tone within 10 ms would lift it by 12 dB and drop it again in 6 ms: -40 dB by itself.
	 */
	check_smooth("band5/freq", 500, 2000, 33, -75, -65);
	check_smooth("band5/freq", 500, 2000, 90, -78, -65);
	check_smooth(
		"band5/freq", 8000, 22000, 90, -78, -65); /* at 44.1 kHz past all crossings of roots, see matched.c */
	check_smooth("band5/gain", 0, 12, DRIVE_MOVE_MS, -75, -65);
	check_smooth("band5/q", 0.5, 2, DRIVE_MOVE_MS, -75, -65);
	check_smooth("gain", 0, 6, DRIVE_MOVE_MS, -75, -65);
}

/* A band that comes in from 0 dB begins as the identity, however far its gain is set at once. */
static void begins_as_identity(void **state)
{
	(void)state;
	struct drive *d = drive_new("eq", 48000);
	double left[SET_FRAMES], right[SET_FRAMES];
	for (int i = 0; i < SET_FRAMES; i++)
		left[i] = right[i] = 1;
	drive_put(d, "band8/freq", 1000);
	drive_set(d);
	drive_put(d, "band8/gain", 18);
	drive_set(d);
	drive_run(d, left, right, SET_FRAMES, 256);
	assert_true(left[0] > 1 && left[0] < 2); /* and not 6, what a shelf of +18 dB does to an edge */
	drive_free(d);
}

static void script(struct drive *d, unsigned k)
{
	drive_put(d, "band1/gain", (double)(k % 5) - 2);
	drive_put(d, "band3/gain", k % 3 ? 5 : 0);
	drive_put(d, "band3/freq", 300 + 900 * (double)(k % 11));
	drive_put(d, "band4/gain", 3);
	drive_put(d, "band4/target", k / 7 % 5);
	drive_put(d, "band5/gain", -4);
	drive_put(d, "band5/on", k / 3 % 2);
	drive_put(d, "band6/type", k / 4 % 7);
	drive_put(d, "band6/slope", k / 2 % 4);
	drive_put(d, "band6/gain", (double)(k % 9) - 4);
	drive_put(d, "band8/gain", 6);
	drive_put(d, "gain", (double)(k % 4));
}

static void blocks(void **state)
{
	(void)state;
	drive_check_blocks("eq", 44100, script);
	drive_check_blocks("eq", 96000, script);
}

static void reset(void **state)
{
	(void)state;
	drive_check_reset("eq", 48000, script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(response_of_known_bands),
		cmocka_unit_test(response_of_any_band),
		cmocka_unit_test(identity_when_flat),
		cmocka_unit_test(targets),
		cmocka_unit_test(bands_add_up),
		cmocka_unit_test(changes_are_smooth),
		cmocka_unit_test(begins_as_identity),
		cmocka_unit_test(blocks),
		cmocka_unit_test(reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
