/* preset.c: names, the order of folders, the list, and what RACK on the command line means. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"
#include "rack/model/preset.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/lacquer-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	return setenv("XDG_CONFIG_HOME", folder, 1);
}

static int tear_down(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void put(const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/lacquer/racks/%s", folder, name);
	assert_int_equal(file_write(path, "[rack]\n", 7, NULL), STATUS_OK);
}

static void names_hold_what_the_contract_says(void **state)
{
	(void)state;
	char longest[NAME_SIZE + 1];
	memset(longest, 'x', sizeof longest);
	longest[NAME_SIZE] = '\0';
	assert_int_equal(name_check(NAME_OF_PRESET, longest, NULL), STATUS_BAD_VALUE);
	longest[NAME_SIZE - 1] = '\0';
	assert_int_equal(name_check(NAME_OF_PRESET, longest, NULL), STATUS_OK);
	assert_int_equal(name_check(NAME_OF_RACK, longest, NULL), STATUS_BAD_VALUE); /* JACK has less room */
	longest[48] = '\0';
	assert_int_equal(name_check(NAME_OF_RACK, longest, NULL), STATUS_OK);
	static const char *const good[] = { "a", "A b_c.d-9", "-", " ", "a..b" };
	static const char *const bad[] = { "", ".", "..", ".a", "a/b", "../a", "a\n", "\xc3\xa4", "a%2e", "a\\b", "a:b",
		"a\x1b" };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(name_check(NAME_OF_PRESET, good[i], NULL), STATUS_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char path[PATH_MAX];
		assert_int_equal(name_check(NAME_OF_PRESET, bad[i], NULL), STATUS_BAD_VALUE);
		assert_int_equal(name_check(NAME_OF_RACK, bad[i], NULL), STATUS_BAD_VALUE);
		assert_int_equal(name_check(NAME_OF_SCENE, bad[i], NULL), STATUS_BAD_VALUE);
		assert_int_equal(preset_find(bad[i], path, sizeof path, NULL), STATUS_BAD_VALUE);
		assert_int_equal(preset_save_path(bad[i], path, sizeof path, NULL), STATUS_BAD_VALUE);
	}
}

static void ones_own_come_before_those_of_the_program(void **state)
{
	(void)state;
	char path[PATH_MAX], own[PATH_MAX];
	struct reason reason;
	/* Of the program: examples/ beside the build folder that this test runs in. */
	assert_int_equal(preset_find("streaming", path, sizeof path, &reason), STATUS_OK);
	assert_non_null(strstr(path, "/examples/streaming.rack"));
	assert_int_equal(preset_save_path("streaming", own, sizeof own, &reason), STATUS_OK);
	put("streaming.rack");
	assert_int_equal(preset_find("streaming", path, sizeof path, &reason), STATUS_OK);
	assert_string_equal(path, own);
	assert_int_equal(preset_find("nix", path, sizeof path, &reason), STATUS_UNKNOWN);
	assert_string_equal(reason.text, "there is no preset 'nix'");
	assert_int_equal(preset_find("streaming", path, 10, &reason), STATUS_UNKNOWN);
}

static void the_list_is_sorted_and_holds_presets_only(void **state)
{
	(void)state;
	put("zz.rack");
	put("A b.rack");
	put("streaming.rack");
	put("no.txt");
	put(".hidden.rack");
	put("\xc3\xa4.rack");
	put("zz.rack.1.2.lacquer-tmp");
	put("before.rack.bak");
	put("folder.rack/x");
	char **names = preset_list();
	unsigned n = 0, n_streaming = 0;
	for (; names[n]; n++) {
		n_streaming += strcmp(names[n], "streaming") == 0;
		assert_true(n == 0 || strcmp(names[n - 1], names[n]) < 0);
		assert_string_not_equal(names[n], "folder");
		assert_null(strstr(names[n], "before"));
	}
	assert_int_equal(n_streaming, 1);
	assert_string_equal(names[0], "A b");
	assert_string_equal(names[n - 1], "zz");
	preset_list_free(names);
	preset_list_free(NULL);
}

static void a_rack_is_a_path_or_a_preset(void **state)
{
	(void)state;
	char path[PATH_MAX], before[PATH_MAX];
	struct reason reason;
	assert_int_equal(preset_resolve("not/there", path, sizeof path, &reason), STATUS_OK);
	assert_string_equal(path, "not/there");
	put("own.rack");
	put("x.rack.rack");
	assert_int_equal(preset_resolve("own", path, sizeof path, &reason), STATUS_OK);
	assert_non_null(strstr(path, "/lacquer/racks/own.rack"));
	assert_int_equal(preset_resolve("x.rack", path, sizeof path, &reason), STATUS_OK);
	assert_non_null(strstr(path, "/lacquer/racks/x.rack.rack"));
	assert_non_null(getcwd(before, sizeof before));
	snprintf(path, sizeof path, "%s/lacquer/racks", folder);
	assert_int_equal(chdir(path), 0);
	assert_int_equal(preset_resolve("own.rack", path, sizeof path, &reason), STATUS_OK);
	assert_string_equal(path, "own.rack");
	assert_int_equal(chdir(before), 0);
	assert_int_equal(preset_resolve("nix.rack", path, sizeof path, &reason), STATUS_UNKNOWN);
	assert_int_equal(preset_resolve("a:b", path, sizeof path, &reason), STATUS_BAD_VALUE);
	assert_int_equal(preset_resolve("", path, sizeof path, &reason), STATUS_BAD_VALUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_hold_what_the_contract_says),
		TEST(ones_own_come_before_those_of_the_program),
		TEST(the_list_is_sorted_and_holds_presets_only),
		TEST(a_rack_is_a_path_or_a_preset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
