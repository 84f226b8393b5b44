/* The roles by which the host finds modules, parameters and meters: what the safe bypass and the displays need is
 * there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct param *row_of(const struct module *m, enum role role)
{
	int row = m ? module_find_role(m, role) : -1;
	return row >= 0 ? &m->params[row] : NULL;
}

/* ---- The safe bypass: a gain, and a limiter that keeps the rack's ceiling with the least delay */

static const char *safe_chain_lacks(const struct module *trim, const struct module *limiter)
{
	const struct param *gain = row_of(trim, ROLE_GAIN), *ceiling = row_of(limiter, ROLE_CEILING),
			   *lookahead = row_of(limiter, ROLE_LOOKAHEAD);
	if (!trim)
		return "a trim";
	if (trim->latency)
		return "a trim without delay";
	if (!gain || gain->unit != UNIT_DB || gain->min > -24 || gain->max < 24 || !param_glides(gain))
		return "a gain of -24 to 24 dB that glides";
	if (!limiter)
		return "a limiter";
	if (!ceiling || ceiling->max != 0 || !ceiling->lock || !param_glides(ceiling))
		return "a ceiling up to 0 dB that glides and is locked";
	if (!lookahead || !lookahead->jump || !limiter->latency)
		return "a look-ahead that makes the delay";
	return NULL;
}

static void the_safe_chain_has_what_it_needs(void **state)
{
	(void)state;
	const char *missing = safe_chain_lacks(registry_find_role(ROLE_TRIM), registry_find_role(ROLE_LIMITER));
	if (missing)
		fail_msg("the safe bypass lacks %s", missing);
}

/* At the least look-ahead the limiter's delay is its least. */
static void less_look_ahead_is_less_delay(void **state)
{
	(void)state;
	const struct module *limiter = registry_find_role(ROLE_LIMITER);
	const struct spec spec = { .rate = 48000 };
	float values[MODULE_PARAMS_MAX];
	for (uint32_t i = 0; i < limiter->n_params; i++)
		values[i] = limiter->params[i].def;
	int row = module_find_role(limiter, ROLE_LOOKAHEAD);
	uint32_t usual = limiter->latency(&spec, values);
	values[row] = limiter->params[row].min;
	assert_true(limiter->latency(&spec, values) < usual);
}

/* A module as the registry has it, with the row of one role taken out of it. */
static const struct module *without(const struct module *m, enum role role)
{
	static struct module copy;
	static struct param rows[MODULE_PARAMS_MAX];
	copy = *m;
	memcpy(rows, m->params, m->n_params * sizeof *rows);
	copy.params = rows;
	for (uint32_t i = 0; i < m->n_params; i++)
		if (rows[i].role == role)
			rows[i].role = ROLE_NONE;
	return &copy;
}

static void what_is_missing_is_seen(void **state)
{
	(void)state;
	const struct module *trim = registry_find_role(ROLE_TRIM), *limiter = registry_find_role(ROLE_LIMITER);
	assert_non_null(safe_chain_lacks(NULL, limiter));
	assert_non_null(safe_chain_lacks(trim, NULL));
	assert_non_null(safe_chain_lacks(without(trim, ROLE_GAIN), limiter));
	assert_non_null(safe_chain_lacks(trim, without(limiter, ROLE_CEILING)));
	assert_non_null(safe_chain_lacks(trim, without(limiter, ROLE_LOOKAHEAD)));
	assert_non_null(safe_chain_lacks(limiter, limiter));
	assert_non_null(safe_chain_lacks(trim, trim));
}

/* ---- Of every module */

static size_t first_part(const char *id)
{
	const char *slash = strchr(id, '/');
	return slash ? (size_t)(slash - id) : 0;
}

static bool same_band(const struct param *a, const struct param *b)
{
	size_t n = first_part(a->id);
	return n == first_part(b->id) && strncmp(a->id, b->id, n) == 0;
}

static uint32_t count(const struct module *m, const struct param *like, enum role role)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < m->n_params; i++)
		n += m->params[i].role == role && same_band(&m->params[i], like);
	return n;
}

/* Within a band, or within what is no band's, a role names one row. */
static void a_role_names_one_row(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < registry_count(); i++) {
		const struct module *m = registry_at(i);
		for (uint32_t k = 0; k < m->n_params; k++)
			if (m->params[k].role && count(m, &m->params[k], m->params[k].role) != 1)
				fail_msg("%s/%s: its role stands twice", m->id, m->params[k].id);
	}
}

/* Where a band has a frequency, a display finds all that its curve depends on, in the units that it computes with. */
static void a_bands_curve_is_complete(void **state)
{
	(void)state;
	static const enum role needed[] = { ROLE_BAND_ON, ROLE_BAND_TYPE, ROLE_BAND_GAIN, ROLE_BAND_Q,
		ROLE_BAND_SLOPE };
	uint32_t bands = 0;
	for (uint32_t i = 0; i < registry_count(); i++) {
		const struct module *m = registry_at(i);
		for (uint32_t k = 0; k < m->n_params; k++) {
			const struct param *p = &m->params[k];
			if (p->role == ROLE_BAND_GAIN)
				assert_int_equal(p->unit, UNIT_DB);
			if (p->role != ROLE_BAND_FREQ)
				continue;
			assert_int_equal(p->unit, UNIT_HZ);
			bands++;
			for (size_t n = 0; n < sizeof needed / sizeof needed[0]; n++)
				if (count(m, p, needed[n]) != 1)
					fail_msg("%s/%s: its band has no %s", m->id, p->id, role_text(needed[n]));
		}
	}
	assert_true(bands >= 8);
}

static void what_limits_shows_its_reduction(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < registry_count(); i++) {
		const struct module *m = registry_at(i);
		uint32_t n = 0;
		for (uint32_t k = 0; k < m->n_meters; k++) {
			n += m->meters[k].role == ROLE_REDUCTION;
			if (m->meters[k].role == ROLE_REDUCTION)
				assert_int_equal(m->meters[k].unit, UNIT_DB);
		}
		if (n > 1 || (module_find_role(m, ROLE_CEILING) >= 0 && n == 0))
			fail_msg("%s: %u meters are its reduction", m->id, n);
	}
}

static void a_dither_can_be_found(void **state)
{
	(void)state;
	assert_non_null(registry_find_role(ROLE_DITHER));
}

static void every_role_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < N_ROLES; i++) {
		assert_non_null(role_text((enum role)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(role_text((enum role)i), role_text((enum role)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_safe_chain_has_what_it_needs),
		cmocka_unit_test(less_look_ahead_is_less_delay),
		cmocka_unit_test(what_is_missing_is_seen),
		cmocka_unit_test(a_role_names_one_row),
		cmocka_unit_test(a_bands_curve_is_complete),
		cmocka_unit_test(what_limits_shows_its_reduction),
		cmocka_unit_test(a_dither_can_be_found),
		cmocka_unit_test(every_role_has_a_word_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
