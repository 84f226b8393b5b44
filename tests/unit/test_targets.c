/* target.c, targetfile.c: verdict, difference and gain against figures worked by hand; files, their errors, names. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"
#include "rack/model/targetfile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/near.h"

#define TARGET "label = L\nsource = S\ndate = 2026-11\n"

static struct targets targets;

static enum status parse(const char *text, struct reason *reason)
{
	return targetfile_parse("t.conf", text, strlen(text), &targets, NULL, NULL, reason);
}

/* One target of these lines. */
static const struct target *target(const char *lines)
{
	char text[1024];
	struct reason reason;
	targets.n = 0;
	snprintf(text, sizeof text, "[one]\n" TARGET "%s", lines);
	if (parse(text, &reason) != STATUS_OK)
		fail_msg("%s", reason.text);
	return &targets.list[0];
}

/* integrated, true peak of a whole file */
static struct target_reading reading(double integrated, double true_peak)
{
	return (struct target_reading){ .integrated_lufs = integrated,
		.short_term_max_lufs = integrated + 3,
		.true_peak_dbtp = true_peak,
		.whole = true };
}

/* ---- Figures */

/* What a service turns: loud sound down to its figure, quiet sound up as its rows say. Spotify's own example: -20 LUFS
 * with a true peak of -5 dBTP comes to -16, as 4 dB is all that -1 dBTP leaves. */
static void test_gain(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		double integrated, true_peak, gain;
	} cases[] = {
		{ "integrated = -14\nraise = peak\n", -20, -5, 4 },
		{ "integrated = -14\nraise = peak\n", -20, -9, 6 },
		{ "integrated = -14\nraise = peak\n", -20, -1, 0 },
		{ "integrated = -14\nraise = peak\n", -20, 0, 0 }, /* never down for the peak's sake */
		{ "integrated = -14\nraise = peak\n", -9, 0, -5 },
		{ "integrated = -14\nraise = no\n", -20, -9, 0 },
		{ "integrated = -14\nraise = no\n", -12.5, -1, -1.5 },
		{ "integrated = -11\ntrue_peak = -2\nraise = yes\n", -20, -1, 9 },
		{ "integrated = -24\ncut = off\n", -20, -1, 0 },
		{ "integrated = -16\n", -16, -1, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct target_reading r = reading(cases[i].integrated, cases[i].true_peak);
		assert_near(target_gain(target(cases[i].lines), &r), cases[i].gain, 1e-6);
	}
	const struct target_reading silence = reading(-INFINITY, -INFINITY), loud = reading(-9, -1);
	assert_true(isnan(target_gain(target("integrated = -14\n"), &silence)));
	assert_true(isnan(target_gain(target("true_peak = -0.1\n"), &loud)));
}

static void test_delta(void **state)
{
	(void)state;
	const struct target_reading r = reading(-12.5, -1), silence = reading(-INFINITY, -INFINITY);
	assert_near(target_delta(target("integrated = -14 LUFS\n"), &r), 1.5, 1e-6);
	assert_near(target_delta(target("integrated = -9\n"), &r), -3.5, 1e-6);
	assert_true(isnan(target_delta(target("integrated = -9\n"), &silence)));
	assert_true(isnan(target_delta(target("true_peak = -1\n"), &r)));
}

static void test_verdict(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		double integrated, true_peak;
		const char *verdict;
	} cases[] = {
		{ "integrated = -14\n", -14, -1, "ok" },
		{ "integrated = -14\n", -13, -1, "ok" },
		{ "integrated = -14\n", -12.99, -1, "loud" },
		{ "integrated = -14\n", -15, -1, "ok" },
		{ "integrated = -14\n", -15.01, -1, "soft" },
		{ "integrated = -23\ntolerance = 0.2\n", -23.2, -3, "ok" },
		{ "integrated = -23\ntolerance = 0.2\n", -22.79, -3, "loud" },
		{ "integrated = -14\n", -14, -0.96, "ok" }, /* the limiter's own 0.05 dB */
		{ "integrated = -14\n", -14, -0.94, "peak" },
		{ "integrated = -14\n", -9, -0.94, "peak" },
		{ "integrated = -14\n", -INFINITY, -INFINITY, "wait" },
		{ "integrated = -23\nshort_term = -18\ntolerance = 3\n", -21, -3, "ok" }, /* short-term -18 */
		{ "integrated = -23\nshort_term = -18\ntolerance = 3\n", -20.9, -3, "loud" },
		{ "true_peak = -0.1\n", -5, -0.1, "ok" },
		{ "true_peak = -0.1\n", -5, 0, "peak" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct target_reading r = reading(cases[i].integrated, cases[i].true_peak);
		const char *got = target_verdict_text(target_verdict(target(cases[i].lines), &r));
		if (strcmp(got, cases[i].verdict) != 0)
			fail_msg("case %zu: %s, not %s", i, got, cases[i].verdict);
	}
}

/* Live: 30 s, or a figure that stands still. A true peak that is too high is so at once. */
static void test_waits(void **state)
{
	(void)state;
	const struct target *t = target("integrated = -14\n");
	struct target_reading r = reading(-14, -1);
	r.whole = false;
	r.measured_s = 29.9;
	r.moved_lu = 0.1;
	assert_int_equal(target_verdict(t, &r), TARGET_WAIT);
	r.moved_lu = 0.09;
	assert_int_equal(target_verdict(t, &r), TARGET_OK);
	r.moved_lu = 5;
	r.measured_s = 30;
	assert_int_equal(target_verdict(t, &r), TARGET_OK);
	r.measured_s = 1;
	r.true_peak_dbtp = 0;
	assert_int_equal(target_verdict(t, &r), TARGET_PEAK);
}

/* ---- Files */

static void test_errors(void **state)
{
	(void)state;
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "t.conf: there is no target in it" },
		{ "label = L\n", "t.conf:1: a key before the first section" },
		{ "\n[x]\nlabel = L\ndate = 2026-11\nintegrated = -14\n",
			"t.conf:2: [x]: source is missing: where the" },
		{ "[x]\nlabel = L\nsource = S\nintegrated = -14\n", "t.conf:1: [x]: date is missing: when the" },
		{ "[x]\nsource = S\ndate = 2026-11\nintegrated = -14\n", "t.conf:1: [x]: label is missing" },
		{ "[x]\n" TARGET, "t.conf:1: [x]: asks for nothing" },
		{ "[x]\nlabel = L\nsource = S\ndate = lately\nintegrated = -14\n", "t.conf:1: [x]: date is not YYYY" },
		{ "[x]\nlabel = L\nsource = S\ndate = 2026-13\nintegrated = -14\n", "t.conf:1: [x]: date is not YYYY" },
		{ "[x]\nlabel = L\nsource = S\ndate = 2026-11-1x\nintegrated = -14\n",
			"t.conf:1: [x]: date is not YYYY" },
		{ "[x]\nintegrated = -14 Hz\n" TARGET, "t.conf:2: " },
		{ "[x]\nintegrated = -61\n" TARGET, "t.conf:2: " },
		{ "[x]\nintegrated = nan\n" TARGET, "t.conf:2: " },
		{ "[x]\nintegrated =\n" TARGET, "t.conf:2: the value is missing" },
		{ "[x]\nraise = perhaps\n" TARGET, "t.conf:2: " },
		{ "[x]\nintegrated = -14\nintegrated = -13\n" TARGET,
			"t.conf:3: integrated stands here a second time" },
		{ "[x]\nintegrated = -14\n" TARGET "note = a\nnote = b\n", "t.conf:7: note stands here a second time" },
		{ "[x]\ntrue-peak = -1\n" TARGET, "t.conf:2: unknown key 'true-peak' (did you mean true_peak?)" },
		{ "[X]\n", "t.conf:1: 'X' is no name" },
		{ "[a/b]\n", "t.conf:1: 'a/b' is no name" },
		{ "[ ]\n", "t.conf:1: a section needs a name" },
		{ "[x]\nintegrated = -14\n" TARGET "[x]\n", "t.conf:6: a second target with the name 'x'" },
		{ "[a b]\nintegrated = -14\n" TARGET "[a-b]\n", "t.conf:6: a second target with the name 'a-b'" },
		{ "[x]\nlabel\n", "t.conf:2: neither" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reason reason = { "" };
		targets.n = 0;
		enum status status = parse(cases[i].text, &reason);
		if (status != STATUS_BAD_VALUE || strncmp(reason.text, cases[i].error, strlen(cases[i].error)) != 0)
			fail_msg("%s: '%s'", cases[i].text, reason.text);
		assert_int_equal(targets.n, 0);
	}
}

static void count(void *user, const char *text)
{
	(void)text;
	++*(int *)user;
}

static void test_all_errors_are_told_and_nothing_is_taken(void **state)
{
	(void)state;
	const char text[] = "[x]\nintegrated = -14\n" TARGET "[y]\nlabel = L\nraise = 7\n[z\nlabel = of nobody\n";
	struct reason reason;
	int n = 0;
	targets.n = 0;
	assert_int_equal(
		targetfile_parse("t.conf", text, sizeof text - 1, &targets, count, &n, &reason), STATUS_BAD_VALUE);
	assert_int_equal(n, 5); /* y: source, date, raise, nothing that it asks for; the bracket */
	assert_int_equal(targets.n, 0);
}

static void test_a_later_file_wins(void **state)
{
	(void)state;
	struct reason reason;
	targets.n = 0;
	assert_int_equal(parse("[a]\nintegrated = -14\n" TARGET "[b]\nintegrated = -15\n" TARGET, &reason), STATUS_OK);
	assert_int_equal(
		parse("[c]\nintegrated = -16\n" TARGET "[a]\nintegrated = -9\nraise=yes\n" TARGET, &reason), STATUS_OK);
	assert_int_equal(targets.n, 3);
	assert_string_equal(targets.list[0].name, "a");
	assert_near(targets.list[0].values[TARGET_INTEGRATED], -9, 1e-6);
	assert_near(targets.list[0].values[TARGET_RAISE], TARGET_RAISE_YES, 0);
	assert_string_equal(targets.list[2].name, "c");
}

static void test_too_many(void **state)
{
	(void)state;
	static char text[TARGETS_MAX * 100];
	struct reason reason;
	size_t n = 0;
	for (int i = 0; i < TARGETS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "[t%d]\nintegrated = -14\n" TARGET, i);
	targets.n = 0;
	assert_int_equal(parse(text, &reason), STATUS_OK);
	assert_int_equal(parse("[t3]\nintegrated = -15\n" TARGET, &reason), STATUS_OK);
	assert_int_equal(parse("[new]\nintegrated = -15\n" TARGET, &reason), STATUS_FULL);
	assert_int_equal(targets.n, TARGETS_MAX);
}

/* ---- The shipped file */

static void test_shipped(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		double integrated, tolerance, true_peak;
	} shipped[] = {
		{ "seed-spotify", -14, 1, -1 },
		{ "seed-apple", -16, 1, -1 },
		{ "seed-youtube", -13, 1, -1 },
		{ "seed-tidal", -14, 1, -1 },
		{ "spotify", -14, 1, -1 },
		{ "spotify-loud", -11, 1, -2 },
		{ "spotify-quiet", -19, 1, -1 },
		{ "apple", -16, 1, -1 },
		{ "youtube", -14, 1, -1 },
		{ "youtube-music", -7, 1, -1 },
		{ "tidal", -14, 1, -1 },
		{ "amazon", -14, 1, -2 },
		{ "deezer", -15, 1, -1 },
		{ "ebu-r128", -23, 0.2, -1 },
		{ "ebu-live", -23, 1, -1 },
		{ "ebu-s1", -23, 0.2, -1 },
		{ "aes-music", -16, 1, -1 },
		{ "aes-speech", -18, 1, -1 },
		{ "atsc", -24, 2, -2 },
		{ "podcast", -16, 1, -1 },
	};
	const struct target *chosen[TARGETS_MAX];
	struct reason reason;
	uint32_t n;
	assert_int_equal(targets_load(&targets, &reason), STATUS_OK);
	assert_int_equal(targets.n, sizeof shipped / sizeof shipped[0] + 1);
	for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
		assert_int_equal(targets_choose(&targets, shipped[i].name, chosen, &n, &reason), STATUS_OK);
		assert_int_equal(n, 1);
		assert_near(chosen[0]->values[TARGET_INTEGRATED], shipped[i].integrated, 1e-6);
		assert_near(chosen[0]->values[TARGET_TOLERANCE], shipped[i].tolerance, 1e-6);
		assert_near(chosen[0]->values[TARGET_TRUE_PEAK], shipped[i].true_peak, 1e-6);
	}
	assert_int_equal(targets_choose(&targets, "cd", chosen, &n, &reason), STATUS_OK);
	assert_false(chosen[0]->asks[TARGET_INTEGRATED]);
}

static void test_names(void **state)
{
	(void)state;
	const struct target *chosen[TARGETS_MAX];
	struct reason reason;
	uint32_t n;
	assert_int_equal(targets_load(&targets, &reason), STATUS_OK);
	assert_int_equal(targets_choose(&targets, "seed,apple,seed-tidal", chosen, &n, &reason), STATUS_OK);
	assert_int_equal(n, 5);
	assert_string_equal(chosen[2]->name, "seed-youtube");
	assert_string_equal(chosen[4]->name, "apple");
	assert_int_equal(targets_choose(&targets, "spotfy", chosen, &n, &reason), STATUS_UNKNOWN);
	assert_non_null(strstr(reason.text, "did you mean spotify?"));
	assert_int_equal(targets_choose(&targets, "apple,wax", chosen, &n, &reason), STATUS_UNKNOWN);
	assert_non_null(strstr(reason.text, "there are: seed-spotify "));
	assert_int_equal(targets_choose(&targets, "apple,", chosen, &n, &reason), STATUS_BAD_VALUE);
	assert_int_equal(targets_choose(&targets, "", chosen, &n, &reason), STATUS_BAD_VALUE);
}

static void test_the_users_own(void **state)
{
	(void)state;
	char folder[] = "/tmp/lacquer-test-XXXXXX", path[64];
	struct reason reason;
	assert_non_null(mkdtemp(folder));
	setenv("XDG_CONFIG_HOME", folder, 1);
	snprintf(path, sizeof path, "%s/lacquer", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/lacquer/targets.conf", folder);
	const char *mine = "[spotify]\nintegrated = -9\n" TARGET "[club]\nintegrated = -8\n" TARGET, *bad = "[club]\n";
	assert_int_equal(file_write(path, mine, strlen(mine), &reason), STATUS_OK);
	assert_int_equal(targets_load(&targets, &reason), STATUS_OK);
	const struct target *chosen[TARGETS_MAX];
	uint32_t n;
	assert_int_equal(targets_choose(&targets, "spotify,club", chosen, &n, &reason), STATUS_OK);
	assert_near(chosen[0]->values[TARGET_INTEGRATED], -9, 1e-6);
	assert_near(chosen[1]->values[TARGET_INTEGRATED], -8, 1e-6);
	assert_int_equal(file_write(path, bad, strlen(bad), &reason), STATUS_OK);
	assert_int_equal(targets_load(&targets, &reason), STATUS_BAD_VALUE);
	assert_non_null(strstr(reason.text, "targets.conf:1: [club]: "));
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gain),
		cmocka_unit_test(test_delta),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_all_errors_are_told_and_nothing_is_taken),
		cmocka_unit_test(test_a_later_file_wins),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_the_users_own),
	};
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
