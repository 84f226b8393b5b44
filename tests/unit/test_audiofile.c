/* Tests audio files: exact copies, rounding, clipping that never wraps, the same bytes twice, reasons; and what measure
 * prints. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/audiofile.h"
#include "src/filemeasure.h"
#include "src/json.h"
#include "src/measurement.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/near.h"

static char folder[] = "/tmp/lacquer-audiofile-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : 1;
}

static const char *path_of(const char *name)
{
	static char path[2][256];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
	return path[turn];
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const names[] = { "a.wav", "b.wav", "a.flac", "a.aiff", "a.caf", "a.w64", "a.rf64",
		"six.wav" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(path_of(names[i]));
	return rmdir(folder);
}

static uint64_t write_file(const char *name, enum audiofile_bits bits, uint32_t channels, const float *frames, size_t n)
{
	struct reason reason;
	const struct audiowriter_settings settings = { .rate = 48000, .channels = channels, .bits = bits, .frames = n };
	struct audiowriter *f = audiowriter_open(path_of(name), &settings, &reason);
	if (!f)
		fail_msg("%s: %s", name, reason.text);
	assert_int_equal(audiowriter_put(f, frames, n / 3, &reason), STATUS_OK);
	assert_int_equal(audiowriter_put(f, frames + n / 3 * channels, n - n / 3, &reason), STATUS_OK);
	uint64_t clipped = audiowriter_clipped(f);
	assert_int_equal(audiowriter_finish(f, &reason), STATUS_OK);
	return clipped;
}

static void read_file(const char *name, float *frames, size_t n, enum audiofile_bits bits, uint32_t channels)
{
	struct audiofile_info info;
	struct reason reason;
	struct audiofile *f = audiofile_open(path_of(name), AUDIOFILE_WHOLE, &info, &reason);
	if (!f)
		fail_msg("%s: %s", name, reason.text);
	assert_int_equal(info.rate, 48000);
	assert_int_equal(info.channels, channels);
	assert_int_equal(info.frames, n);
	assert_int_equal(info.bits, bits);
	size_t got;
	assert_int_equal(audiofile_read(f, frames, n + 10, &got, &reason), STATUS_OK);
	assert_int_equal(got, n);
	assert_int_equal(audiofile_read(f, frames + n * channels, 10, &got, &reason), STATUS_OK);
	assert_int_equal(got, 0);
	audiofile_close(f);
}

/* What is on the steps of a format comes back exactly, in every kind of file. */
static void test_copies(void **state)
{
	(void)state;
	enum { N = 5000 };
	static const char *const names[] = { "a.wav", "a.flac", "a.aiff", "a.caf", "a.w64", "a.rf64" };
	static const double tops[] = { 0x8000, 0x800000 };
	static float frames[2 * N], back[2 * N + 40];
	for (enum audiofile_bits bits = AUDIOFILE_16; bits <= AUDIOFILE_24; bits++) {
		uint32_t seed = 1;
		for (int i = 0; i < 2 * N; i++) {
			seed = seed * 1664525u + 1013904223u;
			frames[i] = (float)(((double)(seed >> 8) - 0x800000) / 0x800000);
			frames[i] = (float)(floor(frames[i] * tops[bits]) / tops[bits]);
		}
		frames[0] = -1;
		frames[1] = (float)((tops[bits] - 1) / tops[bits]);
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
			assert_int_equal(write_file(names[k], bits, 2, frames, N), 0);
			read_file(names[k], back, N, bits, 2);
			assert_memory_equal(back, frames, sizeof frames);
		}
	}
	frames[5] = 3.5f;
	frames[6] = 1e-30f;
	assert_int_equal(write_file("a.wav", AUDIOFILE_32F, 1, frames, N), 0);
	read_file("a.wav", back, N, AUDIOFILE_32F, 1);
	assert_memory_equal(back, frames, N * sizeof(float));
}

static void test_rounding_and_clipping(void **state)
{
	(void)state;
	const float step = 1.0f / 0x8000;
	const float frames[] = { 0.4f * step, 0.6f * step, -0.4f * step, -0.6f * step, 1, -1, 1.5f, -7, 1e30f, NAN };
	const float want[] = { 0, step, 0, -step, 1 - step, -1, 1 - step, -1, 1 - step, 0 };
	float back[50];
	assert_int_equal(write_file("a.wav", AUDIOFILE_16, 1, frames, 10), 5);
	read_file("a.wav", back, 10, AUDIOFILE_16, 1);
	for (int i = 0; i < 10; i++)
		assert_near(back[i], want[i], 0);
}

static size_t contents(const char *name, char *bytes, size_t size)
{
	FILE *f = fopen(path_of(name), "rb");
	assert_non_null(f);
	size_t n = fread(bytes, 1, size, f);
	fclose(f);
	return n;
}

/* Float files of libsndfile carry the time unless told not to. */
static void test_same_bytes(void **state)
{
	(void)state;
	static char first[8192], second[8192];
	const float frames[100] = { 0.5f };
	write_file("a.wav", AUDIOFILE_32F, 2, frames, 50);
	sleep(1);
	write_file("b.wav", AUDIOFILE_32F, 2, frames, 50);
	size_t n = contents("a.wav", first, sizeof first);
	assert_int_equal(contents("b.wav", second, sizeof second), n);
	assert_memory_equal(first, second, n);
}

static void no_file(const char *name, enum audiofile_bits bits, const char *text)
{
	struct reason reason = { "" };
	const struct audiowriter_settings settings = { .rate = 48000, .channels = 2, .bits = bits, .frames = 1 };
	assert_null(audiowriter_open(path_of(name), &settings, &reason));
	if (!strstr(reason.text, text))
		fail_msg("%s: %s", name, reason.text);
}

static void test_reasons(void **state)
{
	(void)state;
	struct audiofile_info info;
	struct reason reason = { "" };
	const float frames[6] = { 0 };
	write_file("six.wav", AUDIOFILE_16, 6, frames, 1);
	no_file("a.mp3", AUDIOFILE_16, ".flac");
	no_file("a", AUDIOFILE_16, ".wav");
	no_file("a.flac", AUDIOFILE_32F, "not float");
	no_file("none/a.wav", AUDIOFILE_16, "No such file");
	assert_null(audiofile_open(path_of("none.wav"), AUDIOFILE_WHOLE, &info, &reason));
	assert_non_null(strstr(reason.text, "No such file"));
	assert_null(audiofile_open(path_of("six.wav"), AUDIOFILE_WHOLE, &info, &reason));
	assert_non_null(strstr(reason.text, "6 channels"));
	assert_null(audiofile_open("/dev/null", AUDIOFILE_WHOLE, &info, &reason));
}

/* One object a line, the keys in order, null for silence. */
static void test_json(void **state)
{
	(void)state;
	enum { N = 48000 };
	static float frames[2 * N];
	struct measurement m;
	struct reason reason;
	char text[1024] = "";
	write_file("a.wav", AUDIOFILE_16, 2, frames, N);
	assert_int_equal(filemeasure(&m, path_of("a.wav"), &reason), STATUS_OK);
	FILE *to = fmemopen(text, sizeof text, "w");
	struct json j;
	json_start(&j, to);
	json_object(&j, NULL, JSON_INLINE);
	measurement_print_json(&m, "a.wav", &j);
	json_end(&j);
	fclose(to);
	assert_string_equal(text,
		"{\"file\": \"a.wav\", \"sample_rate\": 48000, \"channels\": 2, "
		"\"duration_s\": 1.000, \"integrated_lufs\": null, \"range_lu\": null, \"momentary_max_lufs\": null, "
		"\"short_term_max_lufs\": null, \"true_peak_dbtp\": null, \"sample_peak_dbfs\": null, "
		"\"plr_lu\": null, \"invalid_samples\": 0}\n");
	for (int i = 0; i < N; i++)
		frames[2 * i] = frames[2 * i + 1] = (float)(0.5 * sin(2 * M_PI * 1000 * i / 48000));
	write_file("a.wav", AUDIOFILE_32F, 2, frames, N);
	assert_int_equal(filemeasure(&m, path_of("a.wav"), &reason), STATUS_OK);
	assert_near(m.integrated_lufs, -6.02, 0.05);
	assert_near(m.true_peak_dbtp, -6.02, 0.05);
	assert_near(m.sample_peak_dbfs, -6.02, 0.01);
	assert_near(m.plr_lu, m.true_peak_dbtp - m.integrated_lufs, 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_rounding_and_clipping),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_json),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
