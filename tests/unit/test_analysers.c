/* Tests the analysers, all that analysers.def lists: what every row and analyser must satisfy, and what the rows give
 * against libebur128 and formulas. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analysis.h"
#include "rack/meters/bridge.h"

#include <ebur128.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/near.h"

enum { RATE = 48000, HOP = RATE / 100 };

/* ---- What every row must satisfy */

static bool id_formed(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return n > 0 && id[n] == '\0' && id[0] >= 'a' && id[0] <= 'z';
}

static void check_row(const struct level *row)
{
	if (!id_formed(row->id) || strcmp(row->id, "info") == 0)
		fail_msg("%s: not an id", row->id);
	size_t help = strlen(row->help);
	if (!*row->label || help == 0 || row->help[help - 1] == '.')
		fail_msg("%s: label or help", row->id);
	if (!(row->min < row->max) || (int)row->unit >= N_UNITS || (int)row->kind >= N_LEVEL_KINDS)
		fail_msg("%s: range, unit or kind", row->id);
	if (row->kind == LEVEL_CENTRED && !(row->min < 0 && row->max > 0))
		fail_msg("%s: 0 is no centre", row->id);
	if (level_width(row) > LEVEL_WIDTH_MAX)
		fail_msg("%s: too wide for a message", row->id);
}

static void rows_are_complete(void **state)
{
	(void)state;
	struct level_place at = { 0 }, other;
	uint32_t n = 0;
	for (; levels_next(&at, TAPS_ALL); n++) {
		check_row(at.row);
		assert_true(levels_find(&other, TAPS_ALL, at.tap, at.row->id));
		if (other.first != at.first)
			fail_msg("/meter/%s/%s is there twice", tap_id(at.tap), at.row->id);
		if (at.row->role == ROLE_NONE)
			continue;
		assert_true(levels_find_role(&other, TAPS_ALL, at.tap, at.row->role));
		if (other.first != at.first)
			fail_msg("%s: two rows have the role of /meter/%s/%s", tap_id(at.tap), tap_id(at.tap),
				at.row->id);
	}
	assert_true(n > 100);
}

static void what_the_program_looks_for_is_there(void **state)
{
	(void)state;
	static const enum role roles[] = { ROLE_PEAK, ROLE_TRUE_PEAK, ROLE_TRUE_PEAK_MAX, ROLE_RMS, ROLE_CORRELATION,
		ROLE_MOMENTARY, ROLE_SHORT_TERM, ROLE_INTEGRATED, ROLE_RANGE };
	struct level_place at;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		for (int tap = 0; tap < N_TAPS; tap++)
			if (tap != TAP_PROCESSED && !levels_find_role(&at, TAPS_ALL, (enum tap)tap, roles[i]))
				fail_msg("%s has no %s", tap_id((enum tap)tap), role_text(roles[i]));
	for (int i = 0; i < 4; i++) {
		assert_true(levels_find_role(&at, TAPS_ALL, TAP_OUT, roles[i]));
		assert_int_equal(level_width(at.row), 2);
	}
	assert_true(levels_find_role(&at, TAPS_RACK, TAP_PROCESSED, ROLE_CHANGE));
}

/* The values of the rows follow each other without a gap, in every set of taps, and rows of other taps are not there.
 */
static void places_follow_each_other(void **state)
{
	(void)state;
	for (unsigned taps = 0; taps <= TAPS_ALL; taps++) {
		struct level_place at = { 0 };
		uint32_t next = 0;
		while (levels_next(&at, taps)) {
			assert_int_equal(at.first, next);
			assert_true(taps & 1u << at.tap);
			next += level_width(at.row);
		}
		assert_int_equal(levels_count_values(taps), next);
		assert_int_equal(next == 0, taps == 0);
	}
}

static void test_analysers_are_hidden_without_the_variable(void **state)
{
	(void)state;
	struct level_place at;
	assert_true(levels_find(&at, TAPS_ALL, TAP_OUT, "row99"));
	unsetenv("LACQUER_TEST_MODULES");
	assert_false(levels_find(&at, TAPS_ALL, TAP_OUT, "row99"));
	setenv("LACQUER_TEST_MODULES", "1", 1);
}

/* ---- Sound */

struct desk {
	struct bridge *bridge;
	unsigned taps;
	uint32_t hop, n_values;
	float *frames, *values;
	double rate;
	uint32_t seed;
	double once[3], twice[3];
	uint64_t at;
};

static struct desk desk_new(double rate, unsigned taps)
{
	struct desk d = { .taps = taps, .rate = rate, .seed = 1, .n_values = levels_count_values(taps) };
	d.bridge = bridge_new(&(const struct spec){ .rate = rate }, taps);
	assert_non_null(d.bridge);
	d.hop = bridge_hop_frames(d.bridge);
	d.frames = calloc((size_t)d.hop * 2 * N_TAPS, sizeof *d.frames);
	d.values = calloc(d.n_values, sizeof *d.values);
	bridge_read(d.bridge, d.values);
	return d;
}

static void desk_free(struct desk *d)
{
	bridge_free(d->bridge);
	free(d->frames);
	free(d->values);
}

static const float *value(const struct desk *d, enum tap tap, const char *id)
{
	struct level_place at;
	if (!levels_find(&at, d->taps, tap, id))
		fail_msg("there is no /meter/%s/%s", tap_id(tap), id);
	return d->values + at.first;
}

/* Low-passed: next to half the rate, true peaks depend on the length of the filter. */
static double noise(struct desk *d, int source)
{
	d->seed = d->seed * 1664525u + 1013904223u;
	d->once[source] += 0.3 * ((double)(d->seed >> 8) / 8388608.0 - 1 - d->once[source]);
	d->twice[source] += 0.3 * (d->once[source] - d->twice[source]);
	return 3 * d->twice[source];
}

/* Noise whose level changes twice a second; left and right have half of it in common. Tap k has it 3 k dB lower. */
static void hear_noise(struct desk *d, double seconds, double level)
{
	uint32_t n_channels = 2 * (uint32_t)__builtin_popcount(d->taps);
	double gains[N_TAPS];
	for (int k = 0; k < N_TAPS; k++)
		gains[k] = pow(10, -3.0 * k / 20) / 2;
	for (uint64_t end = d->at + (uint64_t)(seconds * d->rate); d->at + d->hop <= end;) {
		for (uint32_t i = 0; i < d->hop; i++, d->at++) {
			double common = noise(d, 0), left = noise(d, 1), right = noise(d, 2);
			double loud = level * (0.3 + 0.2 * (double)(d->at / (uint64_t)(d->rate / 2) % 4));
			for (uint32_t k = 0; k < n_channels; k++)
				d->frames[i * n_channels + k] =
					(float)(loud * gains[k / 2] * (common + (k % 2 ? right : left)));
		}
		bridge_hear(d->bridge, d->frames);
	}
	bridge_read(d->bridge, d->values);
}

static void silence_reads_as_silence(void **state)
{
	(void)state;
	struct desk d = desk_new(RATE, TAPS_ALL);
	for (int hops = 0; hops <= 500; hops += 500) {
		for (int i = 0; i < hops; i++)
			bridge_hear(d.bridge, d.frames);
		bridge_read(d.bridge, d.values);
		for (struct level_place at = { 0 }; levels_next(&at, d.taps);) {
			float v = d.values[at.first];
			bool counts = at.row->unit == UNIT_S || strncmp(at.row->id, "row", 3) == 0;
			if (!counts && !isnan(v) && !(v == level_silence(at.row)))
				fail_msg("/meter/%s/%s is %g in silence", tap_id(at.tap), at.row->id, (double)v);
		}
	}
	desk_free(&d);
}

/* At all rates, and on samples that no sound has, there is neither NaN nor infinity where sound is. */
static void sound_reads_as_numbers(void **state)
{
	(void)state;
	static const double rates[] = { 8000, 44100, 96000, 384000 };
	for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
		struct desk d = desk_new(rates[r], TAPS_ALL);
		hear_noise(&d, 4, 1);
		d.frames[0] = NAN;
		d.frames[1] = INFINITY;
		d.frames[2] = 1e30f;
		bridge_hear(d.bridge, d.frames);
		bridge_read(d.bridge, d.values);
		for (struct level_place at = { 0 }; levels_next(&at, d.taps);)
			for (uint32_t i = 0; i < level_width(at.row); i++)
				if (!isfinite(d.values[at.first + i]) && strcmp(at.row->id, "unknown") != 0)
					fail_msg("/meter/%s/%s at %g Hz is %g", tap_id(at.tap), at.row->id, rates[r],
						(double)d.values[at.first + i]);
		assert_near(value(&d, TAP_IN, "elapsed")[0], 4.01, 0.02);
		desk_free(&d);
	}
}

static bool same(const float *a, const float *b, const struct level_place *at)
{
	return memcmp(a + at->first, b + at->first, level_width(at->row) * sizeof *a) == 0;
}

/* The rows that are marked as integrated, and no others: new after a reset, still during a pause. */
static void reset_and_pause_are_of_the_integrated_rows(void **state)
{
	(void)state;
	struct desk d = desk_new(RATE, TAPS_ALL), fresh = desk_new(RATE, TAPS_ALL);
	float *before = calloc(d.n_values, sizeof *before);
	uint32_t moved = 0;
	hear_noise(&d, 5, 0.3);
	memcpy(before, d.values, d.n_values * sizeof *before);
	bridge_pause(d.bridge, true);
	hear_noise(&d, 2, 1);
	for (struct level_place at = { 0 }; levels_next(&at, d.taps);) {
		moved += !at.row->integrated && !same(before, d.values, &at);
		if (at.row->integrated && !same(before, d.values, &at))
			fail_msg("/meter/%s/%s goes on in a pause", tap_id(at.tap), at.row->id);
	}
	assert_true(moved >= 8 * 4);
	memcpy(before, d.values, d.n_values * sizeof *before);
	bridge_reset(d.bridge);
	bridge_read(d.bridge, d.values);
	for (struct level_place at = { 0 }; levels_next(&at, d.taps);)
		if (!same(at.row->integrated ? fresh.values : before, d.values, &at))
			fail_msg("/meter/%s/%s after a reset", tap_id(at.tap), at.row->id);
	bridge_pause(d.bridge, false);
	hear_noise(&d, 4, 0.3);
	for (struct level_place at = { 0 }; levels_next(&at, d.taps);)
		if (at.row->integrated && same(fresh.values, d.values, &at))
			fail_msg("/meter/%s/%s stands still after the pause", tap_id(at.tap), at.row->id);
	free(before);
	desk_free(&d);
	desk_free(&fresh);
}

/* ---- Against libebur128 and formulas: the same sound as hear_noise() gives the first tap */

struct oracle {
	double integrated, range, momentary, short_term, peak[2], window_peak; /* true peaks */
	double rms[2], correlation, balance;
	double seconds;
};

static void formulas(struct oracle *o, const float *x, size_t n)
{
	double ll = 0, rr = 0, lr = 0;
	size_t window = RATE * 3 / 10;
	for (size_t i = n - window; i < n; i++) {
		double l = (double)x[2 * i], r = (double)x[2 * i + 1];
		ll += l * l;
		rr += r * r;
		lr += l * r;
	}
	o->rms[0] = 10 * log10(ll / (double)window);
	o->rms[1] = 10 * log10(rr / (double)window);
	o->correlation = lr / sqrt(ll * rr);
	o->balance = 10 * log10(rr / ll);
	o->seconds = (double)n / RATE;
}

static void true_peaks(double peaks[2], const float *x, size_t n)
{
	ebur128_state *library = ebur128_init(2, RATE, EBUR128_MODE_TRUE_PEAK);
	ebur128_add_frames_float(library, x, n);
	for (unsigned c = 0; c < 2; c++) {
		ebur128_true_peak(library, c, &peaks[c]);
		peaks[c] = 20 * log10(peaks[c]);
	}
	ebur128_destroy(&library);
}

static struct oracle ask_oracle(const float *x, size_t n)
{
	struct oracle o = { 0 };
	ebur128_state *library =
		ebur128_init(2, RATE, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_M | EBUR128_MODE_S);
	ebur128_add_frames_float(library, x, n);
	ebur128_loudness_global(library, &o.integrated);
	ebur128_loudness_range(library, &o.range);
	ebur128_loudness_momentary(library, &o.momentary);
	ebur128_loudness_shortterm(library, &o.short_term);
	ebur128_destroy(&library);
	double window[2];
	true_peaks(o.peak, x, n);
	true_peaks(window, x + 2 * (n - 3 * RATE), 3 * RATE);
	o.window_peak = fmax(window[0], window[1]);
	formulas(&o, x, n);
	return o;
}

/* The library takes four points a frame and a shorter filter, we eight. */
#define PEAK_DB 0.25

static void rows_agree_with_the_library_and_formulas(void **state)
{
	(void)state;
	enum { SECONDS = 20, N = SECONDS * RATE };
	struct desk d = desk_new(RATE, TAPS_RACK), sound = desk_new(RATE, 1 << TAP_IN);
	float *x = calloc(2 * N, sizeof *x);
	for (int hop = 0; hop < SECONDS * 100; hop++) {
		hear_noise(&sound, 1.0 / 100, 1);
		memcpy(x + (size_t)hop * 2 * HOP, sound.frames, 2 * HOP * sizeof *x);
	}
	hear_noise(&d, SECONDS, 1);
	struct oracle o = ask_oracle(x, N);
	assert_near(value(&d, TAP_IN, "integrated")[0], o.integrated, 0.02);
	assert_near(value(&d, TAP_IN, "range")[0], o.range, 0.3);
	assert_near(value(&d, TAP_IN, "momentary")[0], o.momentary, 0.01);
	assert_near(value(&d, TAP_IN, "short_term")[0], o.short_term, 0.01);
	assert_near(value(&d, TAP_OUT, "integrated")[0], o.integrated - 6, 0.02); /* the third of the taps */
	for (int c = 0; c < 2; c++) {
		assert_near(value(&d, TAP_IN, "rms")[c], o.rms[c], 1e-4);
		assert_near(value(&d, TAP_IN, "true_peak_max")[c], o.peak[c], PEAK_DB);
	}
	assert_near(value(&d, TAP_IN, "correlation")[0], o.correlation, 1e-5);
	assert_near(value(&d, TAP_IN, "balance")[0], o.balance, 1e-4);
	assert_near(value(&d, TAP_PROCESSED, "change")[0], -3, 0.01);
	assert_near(value(&d, TAP_IN, "plr")[0], fmax(o.peak[0], o.peak[1]) - o.integrated, PEAK_DB);
	assert_near(value(&d, TAP_IN, "psr")[0], o.window_peak - o.short_term, PEAK_DB);
	assert_near(value(&d, TAP_IN, "elapsed")[0], o.seconds, 1e-6);
	assert_near(value(&d, TAP_OUT, "plr")[0], value(&d, TAP_IN, "plr")[0], 0.01); /* levels do not change them */
	assert_near(value(&d, TAP_OUT, "psr")[0], value(&d, TAP_IN, "psr")[0], 0.01);
	free(x);
	desk_free(&d);
	desk_free(&sound);
}

/* A sine whose peaks lie between the frames: 45 degrees at a quarter of the rate. Its samples reach -3.01 dB, its true
 * peak 0 dBTP; the loudness of a stereo sine is known from its filter's gain, so PLR does not depend on the level. */
static void hear_sine(struct desk *d, double seconds, double level)
{
	for (uint64_t end = d->at + (uint64_t)(seconds * RATE); d->at + d->hop <= end;) {
		for (uint32_t i = 0; i < d->hop; i++, d->at++)
			d->frames[2 * i] = d->frames[2 * i + 1] =
				(float)(level * sin(M_PI / 2 * (double)(d->at % 4) + M_PI / 4));
		bridge_hear(d->bridge, d->frames);
	}
	bridge_read(d->bridge, d->values);
}

/* PSR forgets a peak after 3 s, PLR at a reset, and neither takes samples for true peaks. */
static void plr_and_psr_remember_as_long_as_they_say(void **state)
{
	(void)state;
	struct desk d = desk_new(RATE, 1 << TAP_OUT);
	assert_true(isnan(value(&d, TAP_OUT, "plr")[0]) && isnan(value(&d, TAP_OUT, "psr")[0]));
	hear_sine(&d, 3, 0.1); /* its onset overshoots */
	bridge_reset(d.bridge);
	hear_sine(&d, 4, 0.1);
	float plr = value(&d, TAP_OUT, "plr")[0], loudness = value(&d, TAP_OUT, "integrated")[0];
	assert_near(plr, -20 - (double)loudness, 0.05);
	assert_near(value(&d, TAP_OUT, "psr")[0], plr, 0.05);
	hear_sine(&d, 0.01, 1); /* one hop, 20 dB over the rest */
	hear_sine(&d, 2.9, 0.1);
	assert_true(value(&d, TAP_OUT, "psr")[0] > plr + 15);
	hear_sine(&d, 0.2, 0.1);
	assert_near(value(&d, TAP_OUT, "psr")[0], plr, 0.1);
	assert_true(value(&d, TAP_OUT, "plr")[0] > plr + 15);
	bridge_reset(d.bridge);
	hear_sine(&d, 4, 0.1);
	assert_near(value(&d, TAP_OUT, "plr")[0], plr, 0.05);
	assert_near(value(&d, TAP_OUT, "elapsed")[0], 4, 1e-6);
	desk_free(&d);
}

/* ---- The thread with all taps */

static void every_tap_is_fed_its_own_sound(void **state)
{
	(void)state;
	static float sound[N_TAPS][2][HOP];
	static double made[2][HOP];
	struct reason reason;
	struct analysis *a = analysis_new(&(const struct spec){ .rate = RATE }, TAPS_ALL, &reason);
	assert_non_null(a);
	struct analysis_block block = { .processed = { made[0], made[1] } };
	for (int tap = 0; tap < N_TAPS; tap++)
		for (int c = 0; c < 2; c++) {
			block.of[tap][c] = tap == TAP_PROCESSED ? NULL : sound[tap][c];
			for (int i = 0; i < HOP; i++)
				sound[tap][c][i] = (float)pow(10, -(10.0 * tap + c) / 20);
		}
	analysis_feed(a, &block, HOP);
	const struct levels *levels = analysis_read(a);
	for (int tries = 0; tries < 5000 && levels->frames < HOP; tries++) {
		nanosleep(&(const struct timespec){ .tv_nsec = 2000000 }, NULL);
		levels = analysis_read(a);
	}
	assert_int_equal(levels->frames, HOP);
	for (int tap = 0; tap < N_TAPS; tap++)
		for (int c = 0; tap != TAP_PROCESSED && c < 2; c++)
			assert_near(levels_of_role(levels, (enum tap)tap, ROLE_PEAK)[c], -(10.0 * tap + c), 1e-4);
	for (int i = 0; i < 100; i++) {
		struct level_place at;
		char id[16];
		snprintf(id, sizeof id, "row%02d", i);
		assert_true(levels_find(&at, levels->taps, TAP_OUT, id));
		assert_near(levels_of(levels, &at)[0], i, 0);
	}
	analysis_free(a);
	a = analysis_new(&(const struct spec){ .rate = RATE }, 0, &reason);
	assert_null(levels_of_role(analysis_read(a), TAP_REF, ROLE_PEAK)); /* not fed, not there */
	analysis_free(a);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(what_the_program_looks_for_is_there),
		cmocka_unit_test(places_follow_each_other),
		cmocka_unit_test(test_analysers_are_hidden_without_the_variable),
		cmocka_unit_test(silence_reads_as_silence),
		cmocka_unit_test(sound_reads_as_numbers),
		cmocka_unit_test(reset_and_pause_are_of_the_integrated_rows),
		cmocka_unit_test(rows_agree_with_the_library_and_formulas),
		cmocka_unit_test(plr_and_psr_remember_as_long_as_they_say),
		cmocka_unit_test(every_tap_is_fed_its_own_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
