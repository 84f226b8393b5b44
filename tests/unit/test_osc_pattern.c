/* Tests OSC address patterns against OSC 1.0 and a slow, obvious matcher, and addresses against a rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"
#include "osc/wire/address.h"
#include "osc/wire/pattern.h"
#include "rack/model/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_matching(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *address;
		bool matches;
	} cases[] = {
		{ "/a/b", "/a/b", true },
		{ "/a/b", "/a/bc", false },
		{ "/a/bc", "/a/b", false },
		{ "/rack/*/gain", "/rack/trim/gain", true },
		{ "/rack/*/gain", "/rack/eq/band1/gain", false }, /* within one part */
		{ "/rack/*", "/rack/eq/gain", false },
		{ "/rack/*/*", "/rack/eq/gain", true },
		{ "/*", "/", true },
		{ "/a*c", "/abbc", true },
		{ "/a*c", "/ac", true },
		{ "/a*c", "/acb", false },
		{ "/?", "/a", true },
		{ "/?", "/", false },
		{ "/a?b", "/a/b", false },
		{ "/band[1-3]", "/band2", true },
		{ "/band[1-3]", "/band4", false },
		{ "/band[13]", "/band2", false },
		{ "/band[!1-3]", "/band4", true },
		{ "/band[!1-3]", "/band2", false },
		{ "/a[!b]c", "/a/c", false },
		{ "/band[3-1]", "/band2", false },
		{ "/x[a-]", "/x-", true },
		{ "/{in,out}/peak", "/out/peak", true },
		{ "/{in,out}/peak", "/ou/peak", false },
		{ "/{a,ab}c", "/abc", true }, /* the first word that fits is not the only one */
		{ "/{ab,a}bc", "/abc", true },
		{ "/{a,}b", "/b", true },
		{ "/*{a,b}*[0-9]?", "/xxbyy7z", true },
		{ "/*/*/*/*", "/a/b/c/d", true },
		{ "/*a*a*a", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_null(pattern_fault(cases[i].pattern));
		if (pattern_matches(cases[i].pattern, cases[i].address) != cases[i].matches)
			fail_msg("%s on %s", cases[i].pattern, cases[i].address);
	}
}

static void test_faults(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "a", "*", "/a b", "/a\033", "/*****", "/*/*/*/*/*", "/[", "/[]", "/{a",
		"/{}", "/]", "/}", "/{a/b}", "/[a/b]", "/{a,{b}}", "/[[a]", "/{a*}" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!pattern_fault(bad[i]))
			fail_msg("'%s' is taken", bad[i]);
	char longest[140];
	memset(longest, 'a', sizeof longest);
	longest[0] = '/';
	longest[128] = '\0';
	assert_null(pattern_fault(longest));
	longest[128] = 'a';
	longest[129] = '\0';
	assert_non_null(pattern_fault(longest));
	assert_false(pattern_matches("/a", longest));
}

/* Tries everything; exponential, so for short texts only. No words and sets here. */
static bool slow(const char *p, const char *a)
{
	if (*p == '*')
		return slow(p + 1, a) || (*a && *a != '/' && slow(p, a + 1));
	if (!*p || !*a)
		return !*p && !*a;
	return (*p == '?' ? *a != '/' : *p == *a) && slow(p + 1, a + 1);
}

static void test_against_the_slow_matcher(void **state)
{
	(void)state;
	uint32_t seed = 12345;
	int matched = 0;
	for (int i = 0; i < 200000; i++) {
		char p[10] = "/", a[12] = "/";
		for (int k = 1; k < 7; k++) {
			seed = seed * 1664525u + 1013904223u;
			p[k] = "ab/*?a"[(seed >> 16) % 6];
			a[k] = "ab/aab"[(seed >> 24) % 6];
		}
		a[1 + (seed >> 8) % 7] = '\0';
		if (pattern_fault(p))
			continue;
		assert_int_equal(pattern_matches(p, a), slow(p, a));
		matched += slow(p, a);
	}
	assert_in_range(matched, 1000, 200000);
}

/* ---- Addresses */

static void make_rack(struct rack *rack)
{
	rack_clear(rack);
	assert_int_equal(rack_insert(rack, 0, registry_find("trim"), NULL, NULL), STATUS_OK);
	assert_int_equal(rack_insert(rack, 1, registry_find("trim"), "end", NULL), STATUS_OK);
}

static void test_every_row_is_found_again(void **state)
{
	(void)state;
	struct rack rack;
	rack_clear(&rack);
	for (uint32_t i = 0; i < registry_count() && i < RACK_SLOTS_MAX; i++)
		assert_int_equal(rack_insert(&rack, i, registry_at(i), NULL, NULL), STATUS_OK);
	for (uint32_t s = 0; s < rack.n_slots; s++)
		for (uint32_t p = 0; p < slot_n_params(&rack.slots[s]); p++)
			for (int form = 0; form < N_FORMS; form++) {
				char address[ADDRESS_SIZE + 8];
				struct address_row row;
				address_of_row(&rack, s, p, address);
				strcat(address, form_suffix((enum form)form));
				assert_true(address_find_row(&rack, address, &row, NULL));
				assert_int_equal(row.slot, s);
				assert_int_equal(row.param, p);
				assert_int_equal(row.form, form);
			}
}

static void test_addresses(void **state)
{
	(void)state;
	struct rack rack;
	struct address_row row;
	make_rack(&rack);
	assert_true(address_find_row(&rack, "/bypass", &row, NULL));
	assert_int_equal(row.slot, RACK_ITSELF);
	assert_int_equal(row.param, RACK_BYPASS);
	assert_true(address_find_row(&rack, "/bypass/match/str", &row, NULL));
	assert_int_equal(row.param, RACK_MATCH);
	assert_int_equal(row.form, FORM_TEXT);
	static const char *const bad[] = { "/", "/rack", "/rack/", "/rack/trim", "/rack/trim/", "/rack//gain",
		"/rack/trim/gain/", "/rack/trim/gain/norm/norm", "/rack/Trim/gain", "/rack/trim/gainx", "/gain",
		"/info", "/norm", "/bypass/x" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (address_find_row(&rack, bad[i], &row, NULL))
			fail_msg("%s is found", bad[i]);
}

static void test_router(void **state)
{
	(void)state;
	const struct route *route;
	for (size_t i = 0; (route = router_at(i)); i++) {
		assert_true(route->body || route->handle);
		assert_true(route->address[0] == '/' && route->help[0]);
		assert_true(route->help[strlen(route->help) - 1] != '.');
		if (!strchr(route->address, '<'))
			assert_ptr_equal(router_find(route->address), route); /* no earlier row takes its messages */
	}
	assert_string_equal(router_find("/chain/insert")->address, "/chain/insert");
	assert_string_equal(router_find("/rack/eq/info")->address, "/rack/<slot>/info");
	assert_string_equal(router_find("/rack/eq/band1/gain/norm")->address, "/rack/<slot>/<param...>");
	assert_string_equal(router_find("/meter/out/peak")->address, "/meter/out/<level>");
	assert_string_equal(router_find("/meter/limiter/reduction")->address, "/meter/<slot>/<meter>");
	static const char *const none[] = { "/", "/x", "/chain/", "/chain/x", "/rack", "/rack/eq", "/rack//gain",
		"//chain", "/meter", "/chainx", "/chai", "" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		if (router_find(none[i]))
			fail_msg("'%s' has a route", none[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_against_the_slow_matcher),
		cmocka_unit_test(test_every_row_is_found_again),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_router),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
