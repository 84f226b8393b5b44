/* Rarity of peaks: none in tones, whatever is done to their level; full in noise and chords; from any start, in any
 * blocks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/peak_rarity.h"
#include "tests/unit/drive.h"

struct found {
	float lowest, highest, last;
};

/* Left and right in blocks of block frames, from a second on; block 0: of any lengths. */
static struct found run(const double *left, const double *right, size_t n, double rate, uint32_t block)
{
	struct peak_rarity r;
	void *memory = malloc(peak_rarity_bytes(rate));
	assert_non_null(memory);
	peak_rarity_reset(&r, memory, rate);
	struct found found = { .lowest = 1 };
	for (size_t at = 0, m; at < n; at += m) {
		float peaks[2][BLOCK_MAX], rarity[BLOCK_MAX];
		m = block ? block : 1 + at * 7 % BLOCK_MAX;
		m = m < n - at ? m : n - at;
		for (size_t i = 0; i < m; i++) {
			peaks[0][i] = (float)fabs(left[at + i]);
			peaks[1][i] = (float)fabs(right[at + i]);
		}
		peak_rarity_run(&r, memory, peaks[0], peaks[1], rarity, (uint32_t)m);
		for (size_t i = 0; i < m; i++) {
			assert_true(rarity[i] >= 0 && rarity[i] <= 1);
			assert_true(at + i >= PEAK_RARITY_GROUP || rarity[i] == 0);
			if (at + i >= rate) {
				found.lowest = fminf(found.lowest, rarity[i]);
				found.highest = fmaxf(found.highest, rarity[i]);
			}
		}
		found.last = rarity[m - 1];
	}
	free(memory);
	return found;
}

static void step(double *x, size_t n, double rate, double per_second, double factor)
{
	for (size_t i = 0; i < n; i++)
		x[i] *= (size_t)((double)i * per_second / rate) % 2 ? factor : 1;
}

static void a_tone_is_steady_while_its_level_moves(void **state)
{
	(void)state;
	static const double tones[] = { 30, 60, 440, 997, 5000 }, steps[] = { 1, 5, 10, 20 };
	for (int k = 0; k < DRIVE_N_RATES; k++) {
		double rate = drive_rates[k];
		size_t n = (size_t)(3 * rate);
		double *x = drive_buffer(n);
		for (size_t t = 0; t < sizeof tones / sizeof *tones; t++)
			for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
				drive_sine(x, n, tones[t], rate, 0.01);
				step(x, n, rate, steps[s], 2);
				struct found found = run(x, x, n, rate, 64);
				if (found.highest > 0)
					fail_msg("%g Hz at %g Hz, %g steps a second: rarity %g", tones[t], rate,
						steps[s], (double)found.highest);
			}
		free(x);
	}
}

static void peaks_of_noise_and_chords_are_rare(void **state)
{
	(void)state;
	for (int k = 0; k < DRIVE_N_RATES; k++) {
		double rate = drive_rates[k];
		size_t n = (size_t)(3 * rate);
		double *x = drive_buffer(n), *y = drive_buffer(n);
		memset(x, 0, n * sizeof *x);
		for (uint32_t seed = 1; seed <= 12; seed++) {
			drive_noise(y, n, 0.1, seed);
			for (size_t i = 0; i < n; i++)
				x[i] += y[i];
		}
		assert_true(run(x, x, n, rate, 64).lowest == 1);
		drive_sine(x, n, 440, rate, 0.3);
		drive_sine(y, n, 553, rate, 0.3);
		for (size_t i = 0; i < n; i++)
			x[i] += y[i];
		assert_true(run(x, x, n, rate, 64).lowest == 1);
		free(x);
		free(y);
	}
}

static void the_higher_channel_counts(void **state)
{
	(void)state;
	enum { N = 96000 };
	double *tone = drive_buffer(N), *noise = drive_buffer(N);
	drive_noise(noise, N, 0.1, 1);
	drive_sine(tone, N, 1000, 48000, 0.5);
	assert_true(run(tone, noise, N, 48000, 64).highest == 0);
	assert_true(run(noise, tone, N, 48000, 64).highest == 0);
	free(tone);
	free(noise);
}

static void silence_is_steady(void **state)
{
	(void)state;
	enum { N = 96000 };
	double *x = calloc(N, sizeof *x);
	assert_true(run(x, x, N, 48000, 64).highest == 0);
	free(x);
}

/* Even noise is 1 dB below its peak for 0.11 of the time: its rarity is in between and moves all the time. */
static void blocks_of_any_length_give_the_same(void **state)
{
	(void)state;
	enum { N = 60000 };
	double *x = drive_buffer(N);
	drive_noise(x, N, 1, 5);
	struct found one = run(x, x, N, 48000, 1);
	assert_true(one.last > 0 && one.last < 1);
	static const uint32_t blocks[] = { 0, 31, 32, 33, 64, 256 };
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		struct found other = run(x, x, N, 48000, blocks[i]);
		assert_memory_equal(&one, &other, sizeof one);
	}
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tone_is_steady_while_its_level_moves),
		cmocka_unit_test(peaks_of_noise_and_chords_are_rare),
		cmocka_unit_test(the_higher_channel_counts),
		cmocka_unit_test(silence_is_steady),
		cmocka_unit_test(blocks_of_any_length_give_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
