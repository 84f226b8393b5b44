/* Tests the terminal's keys and views: one meaning each, help, the contract's keys, records, what fits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"
#include "tui/bindings.h"
#include "tui/view.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct keymap *const frame_maps[] = { &action_rack_keys, &action_slot_keys, &action_store_keys };
enum { N_FRAME_MAPS = sizeof frame_maps / sizeof frame_maps[0] };

static int count_code(const struct keymap *map, int code)
{
	int n = 0;
	for (size_t i = 0; i < map->n; i++)
		for (int c = 0; c < KEY_CODES_MAX; c++)
			n += map->rows[i].codes[c] == code;
	return n;
}

/* How many keys of the frame, of this view and of the list of views have the code. */
static int meanings(const struct view *view, int code)
{
	int n = code == '?' || code == KEY_F(1) || code == KEYS_CTRL('L');
	for (size_t i = 0; i < N_FRAME_MAPS; i++)
		n += count_code(frame_maps[i], code);
	for (size_t i = 0; i < VIEW_KEYMAPS && view->keys[i]; i++)
		n += count_code(view->keys[i], code);
	for (size_t i = 0; i < n_views; i++)
		n += views[i]->code == code;
	return n;
}

static void expect_once(const struct view *view, const struct keymap *map)
{
	for (size_t i = 0; i < map->n; i++)
		for (int c = 0; c < KEY_CODES_MAX; c++)
			if (map->rows[i].codes[c] && meanings(view, map->rows[i].codes[c]) != 1)
				fail_msg("%s: the key %s has two meanings", view->name, map->rows[i].name);
}

static void test_no_key_means_two_things(void **state)
{
	(void)state;
	for (size_t v = 0; v < n_views; v++) {
		for (size_t i = 0; i < N_FRAME_MAPS; i++)
			expect_once(views[v], frame_maps[i]);
		for (size_t i = 0; i < VIEW_KEYMAPS && views[v]->keys[i]; i++)
			expect_once(views[v], views[v]->keys[i]);
		if (views[v]->code)
			assert_int_equal(meanings(views[v], views[v]->code), 1);
	}
}

static struct screen *big_screen(void)
{
	struct screen *s = calloc(1, sizeof *s);
	assert_non_null(s);
	layout_compute(&s->layout, 24, 80);
	return s;
}

static void test_every_key_fits_into_the_help(void **state)
{
	(void)state;
	struct screen *s = big_screen();
	struct binding key;
	size_t n = 0;
	for (; bindings_at(s, n, &key); n++) {
		assert_true(strlen(key.name) > 0 && strlen(key.name) <= 10);
		assert_true(strlen(key.help) > 0);
		if (strlen(key.help) > 51) /* the width of its column */
			fail_msg("%s: too long for its column: %s", key.name, key.help);
	}
	assert_true(n > 30);
	free(s);
}

static const char *help_of(const struct screen *s, const char *name, size_t *index)
{
	struct binding key;
	for (size_t i = 0; bindings_at(s, i, &key); i++)
		if (strncmp(key.name, name, strcspn(key.name, " ")) == 0 && strlen(name) == strcspn(key.name, " ")) {
			*index = i;
			return key.help;
		}
	fail_msg("no key %s in the help", name);
	return NULL;
}

static void test_the_keys_of_the_contract(void **state)
{
	(void)state;
	struct screen *s = big_screen();
	size_t i;
	assert_non_null(strstr(help_of(s, "b", &i), "bypass the whole rack"));
	assert_non_null(strstr(help_of(s, "?", &i), "help"));
	assert_non_null(strstr(help_of(s, "q", &i), "quit"));
	/* Quit stands on the help's first page even on the smallest screen. */
	assert_true(i < LAYOUT_ROWS_MIN - 3);
	assert_null(keys_find(&action_rack_keys, 0));
	assert_null(keys_find(&action_rack_keys, 'V'));
	free(s);
}

static void test_every_view_has_its_record(void **state)
{
	(void)state;
	struct screen *s = big_screen();
	size_t n_chosen = 0;
	for (size_t v = 0; v < n_views; v++) {
		const struct view *view = views[v];
		assert_true(view->name && view->help && view->fits && view->draw && view->levels);
		assert_true(!view->code == !view->key_name);
		n_chosen += view->code != 0;
		for (const char *const *pattern = view->levels; *pattern; pattern++)
			assert_true(strncmp(*pattern, "/", 1) == 0);
		size_t i;
		if (view->code)
			assert_string_equal(help_of(s, view->key_name, &i), view->help);
	}
	assert_true(n_chosen > 0);
	free(s);
}

/* The chosen view where it fits, else one that needs less room. */
static void test_the_view_follows_the_size(void **state)
{
	(void)state;
	struct screen *s = big_screen();
	assert_string_equal(view_shown(s, NULL)->name, "rack");
	for (size_t v = 0; v < n_views; v++)
		assert_ptr_equal(view_shown(s, views[v]), views[v]);
	layout_compute(&s->layout, 10, 40);
	for (size_t v = 0; v < n_views; v++)
		assert_string_equal(view_shown(s, views[v])->name, "small");
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_key_means_two_things),
		cmocka_unit_test(test_every_key_fits_into_the_help),
		cmocka_unit_test(test_every_view_has_its_record),
		cmocka_unit_test(test_the_view_follows_the_size),
		cmocka_unit_test(test_the_keys_of_the_contract),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
