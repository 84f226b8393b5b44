/* probe.c: levels of modules whose curve and response are known by formula; uses.c: which presets have which module. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/registry.h"
#include "src/probe.h"
#include "src/uses.h"
#include "tui/curve.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/near.h"

static struct rack_slot *slot_of(struct rack *rack, const char *type)
{
	rack_clear(rack);
	assert_int_equal(rack_insert(rack, 0, registry_find(type), NULL, NULL), STATUS_OK);
	return &rack->slots[0];
}

static void put(struct rack_slot *slot, const char *row, float value)
{
	int index = slot_find_param(slot, row);
	assert_true(index >= 0);
	slot->values[index] = value;
}

static void a_gain_is_measured_at_each_level(void **state)
{
	(void)state;
	static struct rack rack;
	struct rack_slot *slot = slot_of(&rack, "trim");
	put(slot, "gain", -6);
	put(slot, "bypass", 1); /* left aside: the page shows what the module does */
	struct probe *p = probe_new(slot);
	assert_non_null(p);
	for (double level = -60; level <= 0; level += 20)
		assert_near(probe_level(p, 1000, level), level - 6, 1e-3);
	assert_near(probe_level(p, 20, -12), -18, 1e-3);
	assert_near(probe_level(p, 20000, -12), -18, 1e-3);
	probe_free(p);
	probe_free(NULL);
}

static void an_equaliser_has_its_analogue_response(void **state)
{
	(void)state;
	static struct rack rack;
	struct rack_slot *slot = slot_of(&rack, "eq");
	put(slot, "band4/freq", 1000);
	put(slot, "band4/gain", 6);
	put(slot, "band4/q", 2);
	struct curve_band band = { .type = "bell", .freq = 1000, .gain = 6, .q = 2 };
	struct probe *p = probe_new(slot);
	for (double freq = 100; freq <= 10000; freq *= 1.5) {
		double whole = 4 * round(freq / 4);
		assert_near(probe_level(p, freq, -12) + 12, curve_band_db(&band, whole), 0.1);
	}
	probe_free(p);
}

static void a_compressor_has_its_static_curve(void **state)
{
	(void)state;
	static struct rack rack;
	struct rack_slot *slot = slot_of(&rack, "compressor");
	put(slot, "threshold", -30);
	put(slot, "ratio", 3);
	put(slot, "knee", 0);
	put(slot, "attack", 1);
	struct probe *p = probe_new(slot);
	for (double level = -50; level <= 0; level += 10)
		assert_near(probe_level(p, 1000, level), level < -30 ? level : -30 + (level + 30) / 3, 0.1);
	probe_free(p);
	put(slot, "attack", 100);
	p = probe_new(slot);
	assert_near(probe_level(p, 1000, 0), -20, 0.5); /* has settled */
	probe_free(p);
}

static void presets_are_found_by_what_they_use(void **state)
{
	(void)state;
	struct uses *uses = uses_new();
	const struct module *trim = registry_find("trim"), *eq = registry_find("eq");
	bool seen = false;
	assert_non_null(uses);
	for (size_t i = 0; i < uses_count(uses); i++) {
		const struct rack_slot *with = uses_slot(uses, i, eq);
		if (i)
			assert_true(strcmp(uses_name(uses, i - 1), uses_name(uses, i)) < 0);
		if (strcmp(uses_name(uses, i), "wide") == 0)
			assert_null(with);
		if (strcmp(uses_name(uses, i), "gentle") != 0)
			continue;
		seen = true;
		assert_non_null(with);
		assert_ptr_equal(with->module, eq);
		assert_null(uses_slot(uses, i, trim));
		assert_string_equal(with->id, "eq");    /* says more than its [eq air] */
		assert_int_equal(uses_weight(with), 6); /* what it writes at a default does not count */
	}
	assert_true(seen);
	uses_free(uses);
	uses_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gain_is_measured_at_each_level),
		cmocka_unit_test(an_equaliser_has_its_analogue_response),
		cmocka_unit_test(a_compressor_has_its_static_curve),
		cmocka_unit_test(presets_are_found_by_what_they_use),
	};
	/* No presets of one's own. */
	return setenv("XDG_CONFIG_HOME", "/nonexistent", 1) ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
