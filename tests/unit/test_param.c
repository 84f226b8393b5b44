/* param.c: text both ways, scales, steps; and the promises that every row of every module makes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "rack/param.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/near.h"

static const struct param wide = { .id = "wide", .min = -FLT_MAX, .max = FLT_MAX };
static const struct param gain = { .id = "gain", .unit = UNIT_DB, .min = -24, .max = 24, .step = 0.5f };
static const struct param freq = {
	.id = "freq", .unit = UNIT_HZ, .scale = SCALE_LOG, .min = 10, .max = 40000, .step = 1.06f
};
static const struct param attack = {
	.id = "attack", .unit = UNIT_MS, .scale = SCALE_LOG, .min = 0.01f, .max = 2000, .step = 1.1f
};
static const struct param ratio = {
	.id = "ratio", .unit = UNIT_RATIO, .scale = SCALE_LOG, .min = 1, .max = 20, .step = 1.1f
};
static const struct param toggle = { .id = "on", .scale = SCALE_TOGGLE, .max = 1, .step = 1 };
static const char *const slopes[] = { "6", "12", "24", "off" };
static const struct param slope = { .id = "slope", .scale = SCALE_CHOICE, .max = 3, .step = 1, .choices = slopes };

static uint32_t random_bits(void)
{
	static uint64_t seed = 88172645463325252u;
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static float float_of(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static void assert_round_trip(const struct param *row, float value)
{
	char text[64];
	float back;
	struct reason reason;
	param_format_exact(row, value, text, sizeof text);
	if (param_parse(row, text, &back, &reason) != STATUS_OK)
		fail_msg("%s of %a: %s", text, value, reason.text);
	if (back != value)
		fail_msg("%a is written %s and read %a", value, text, back);
}

/* All exponents with many fractions, both ends of each, and the subnormals: a row as wide as floats are. */
static void exact_text_reads_back_as_the_same_float(void **state)
{
	(void)state;
	for (uint32_t exponent = 0; exponent < 255; exponent++) {
		for (uint32_t i = 0; i < 1500; i++)
			assert_round_trip(&wide, float_of(exponent << 23 | (random_bits() & 0x807fffff)));
		assert_round_trip(&wide, float_of(exponent << 23));
		assert_round_trip(&wide, float_of(exponent << 23 | 0x7fffff));
	}
}

/* Halfway between two floats a number that was rounded to a double first would be rounded twice. */
static void reads_the_nearest_float(void **state)
{
	(void)state;
	float value;
	/* 1 + 2^-24 + 2^-60: just above the middle between 1 and the next float; its double is the middle itself. */
	assert_int_equal(param_parse(&wide, "1.00000005960464477626", &value, NULL), STATUS_OK);
	assert_true(value == 1 + FLT_EPSILON);
}

static void assert_exact(const struct param *row, float value, const char *wanted)
{
	char text[64];
	param_format_exact(row, value, text, sizeof text);
	assert_string_equal(text, wanted);
}

static void exact_text_is_the_shortest(void **state)
{
	(void)state;
	assert_exact(&wide, 0.1f, "0.1");
	assert_exact(&wide, -1.5f, "-1.5");
	assert_exact(&wide, 20000, "20000");
	assert_exact(&wide, 100, "100");
	assert_exact(&wide, 0.00001f, "0.00001");
	assert_exact(&wide, 16777216, "16777216");
	assert_exact(&wide, 1.0f / 3, "0.33333334");
	assert_exact(&wide, 0, "0");
	assert_exact(&wide, -0.0f, "0");
	assert_exact(&wide, 1e30f, "1e+30");
	assert_exact(&toggle, 1, "on");
	assert_exact(&toggle, 0, "off");
	assert_exact(&slope, 2, "24");
}

static void assert_reads(const struct param *row, const char *text, float wanted)
{
	float value = NAN;
	struct reason reason;
	if (param_parse(row, text, &value, &reason) != STATUS_OK)
		fail_msg("%s: %s", text, reason.text);
	if (!(fabsf(value - wanted) <= 1e-6f * fabsf(wanted)))
		fail_msg("%s is read as %.9g, not %.9g", text, value, wanted);
}

static void reads_units(void **state)
{
	(void)state;
	assert_reads(&gain, "-1.5 dB", -1.5f);
	assert_reads(&gain, "  +2dB\t", 2);
	assert_reads(&gain, "1e1", 10);
	assert_reads(&gain, ".5", 0.5f);
	assert_reads(&gain, "-.5 db", -0.5f);
	assert_reads(&gain, "\u22121.5\u00a0dB", -1.5f); /* typeset: minus sign, no-break space */
	assert_reads(&freq, "\u20091.2\u202fkHz\u00a0", 1200);
	assert_reads(&freq, "1.2 kHz", 1200);
	assert_reads(&freq, "1.2k", 1200);
	assert_reads(&freq, "120 hz", 120);
	assert_reads(&attack, "1.5 s", 1500);
	assert_reads(&attack, "250 us", 0.25f);
	assert_reads(&attack, "10 ms", 10);
	assert_reads(&ratio, "2:1", 2);
	assert_reads(&ratio, "2.5 :1", 2.5f);
	assert_reads(&ratio, "4", 4);
	assert_reads(&toggle, "ON", 1);
	assert_reads(&toggle, "F", 0);
	assert_reads(&toggle, "yes", 1);
	assert_reads(&slope, "24", 2);
	assert_reads(&slope, "24 dB/oct", 2);
	assert_reads(&slope, "Off", 3);
	/* The ends themselves, as another program may round them. */
	assert_reads(&attack, "0.0099999999", 0.01f);
}

static void assert_refused(const struct param *row, const char *text, const char *words)
{
	float value = 7;
	struct reason reason = { "" };
	if (param_parse(row, text, &value, &reason) != STATUS_BAD_VALUE)
		fail_msg("'%s' is taken as %g", text, value);
	if (!strstr(reason.text, words))
		fail_msg("'%s': \"%s\" does not say \"%s\"", text, reason.text, words);
	assert_true(value == 7);
}

static void refuses_with_the_reason(void **state)
{
	(void)state;
	assert_refused(&gain, "", "not a number");
	assert_refused(&gain, "loud", "not a number");
	assert_refused(&gain, "nan", "not a number");
	assert_refused(&gain, "inf", "not a number");
	assert_refused(&gain, "-infinity", "not a number");
	assert_refused(&gain, "0x10", "not a number");
	assert_refused(&gain, "-0X1p3", "not a number");
	assert_refused(&gain, "- 5", "not a number");
	assert_refused(&gain, "+-5", "not a number");
	assert_refused(&gain, ".", "not a number");
	assert_refused(&gain, "1e999", "finite");
	assert_refused(&gain, "1,5", "point");
	assert_refused(&gain, "5 Hz", "unit");
	assert_refused(&gain, "5 dB dB", "unit");
	assert_refused(&gain, "1.2.3", "unit");
	assert_refused(&gain, "25", "out of range (-24 to 24 dB)");
	assert_refused(&gain, "-24.001", "out of range");
	assert_refused(&ratio, "1:2", "unit");
	assert_refused(&ratio, "30:1", "out of range (1 to 20:1)");
	assert_refused(&freq, "100 kHz", "out of range");
	assert_refused(&toggle, "2", "neither on nor off");
	assert_refused(&toggle, "", "neither on nor off");
	assert_refused(&slope, "18", "none of: 6, 12, 24, off");
	assert_refused(&slope, "24 bananas", "none of");
	assert_refused(&slope, "", "none of");
	assert_refused(&slope, "2", "none of");
	char longer[5000];
	memset(longer, '1', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_refused(&gain, longer, "too long");
}

static void text_of_any_bytes_is_harmless(void **state)
{
	(void)state;
	const struct param *const rows[] = { &gain, &freq, &ratio, &toggle, &slope };
	const char often[] = "0123456789+-.eE :1dBkHzmsonff\t%,";
	for (int i = 0; i < 200000; i++) {
		char text[80];
		size_t n = random_bits() % sizeof text;
		for (size_t k = 0; k < n; k++)
			text[k] = i % 2 ? often[random_bits() % (sizeof often - 1)] : (char)(1 + random_bits() % 255);
		text[n ? n - 1 : 0] = '\0';
		const struct param *row = rows[random_bits() % 5];
		float value = 0;
		struct reason reason;
		if (param_parse(row, text, &value, &reason) == STATUS_OK)
			assert_true(isfinite(value) && value >= row->min && value <= row->max);
	}
}

static void assert_shows(const struct param *row, float value, const char *wanted)
{
	char text[64];
	param_format(row, value, text, sizeof text);
	assert_string_equal(text, wanted);
}

static void shows_for_people(void **state)
{
	(void)state;
	assert_shows(&gain, -1.5f, "-1.5 dB");
	assert_shows(&gain, -0.01f, "0.0 dB");
	assert_shows(&freq, 1234, "1.23 kHz");
	assert_shows(&freq, 24, "24.0 Hz");
	assert_shows(&freq, 250, "250 Hz");
	assert_shows(&attack, 0.25f, "0.25 ms");
	assert_shows(&ratio, 2, "2.00:1");
	assert_shows(&toggle, 1, "on");
	assert_shows(&slope, 1, "12");
}

static void scales_run_from_end_to_end(void **state)
{
	(void)state;
	assert_true(param_to_norm(&gain, -24) == 0 && param_to_norm(&gain, 24) == 1 && param_to_norm(&gain, 0) == 0.5f);
	assert_true(param_from_norm(&gain, -3) == -24 && param_from_norm(&gain, 3) == 24);
	assert_near(param_from_norm(&freq, 0.5f), sqrtf(10.0f * 40000.0f), 0.01f);
	assert_true(param_from_norm(&freq, 0) == 10 && param_from_norm(&freq, 1) == 40000);
	assert_true(param_from_norm(&slope, 0.4f) == 1 && param_from_norm(&toggle, 0.5f) == 1);
	for (int i = 0; i <= 1000; i++) {
		float norm = (float)i / 1000;
		assert_near(param_to_norm(&freq, param_from_norm(&freq, norm)), norm, 1e-6f);
		assert_near(param_to_norm(&gain, param_from_norm(&gain, norm)), norm, 1e-6f);
	}
}

static void steps_land_on_their_grid_and_stop_at_the_ends(void **state)
{
	(void)state;
	float value = 0;
	for (int i = 0; i < 10; i++)
		value = param_step(&gain, value, 0.1f);
	assert_true(value == 0.5f);
	assert_true(param_step(&gain, 23.9f, 1) == 24);
	assert_true(param_step(&gain, 0.5f, -1) == 0);
	assert_near(param_step(&freq, 1000, 1), 1060, 0.01f);
	assert_near(param_step(&freq, 1060, -1), 1000, 0.01f);
	assert_true(
		param_step(&slope, 0, -1) == 0 && param_step(&slope, 0, 0.1f) == 1 && param_step(&slope, 3, 5) == 3);
	assert_true(param_step(&toggle, 0, 0.1f) == 1 && param_step(&toggle, 1, -1) == 0);
}

/* ---- Every row of every module */

static void assert_fields(const char *module, const struct param *p)
{
	if (strspn(p->id, "abcdefghijklmnopqrstuvwxyz0123456789_/") != strlen(p->id) || p->id[0] < 'a')
		fail_msg("%s %s: bad id", module, p->id);
	if (strlen(p->label) == 0 || strlen(p->label) > 14)
		fail_msg("%s %s: the label '%s' is longer than 14 or empty", module, p->id, p->label);
	if (!p->help || strlen(p->help) < 8 || p->help[strlen(p->help) - 1] == '.')
		fail_msg("%s %s: help is missing or ends in a full stop", module, p->id);
	bool discrete = p->scale == SCALE_TOGGLE || p->scale == SCALE_CHOICE;
	if (!(p->min < p->max && p->def >= p->min && p->def <= p->max && p->step > 0))
		fail_msg("%s %s: min %g, max %g, default %g, step %g", module, p->id, p->min, p->max, p->def, p->step);
	if (p->scale == SCALE_LOG && !(p->min > 0 && p->step > 1))
		fail_msg("%s %s: log with min %g, step %g", module, p->id, p->min, p->step);
	if (discrete && (p->min != 0 || p->max != floorf(p->max) || p->def != floorf(p->def)))
		fail_msg("%s %s: not whole numbers from 0", module, p->id);
	if ((p->scale == SCALE_CHOICE) != (p->choices != NULL))
		fail_msg("%s %s: choices", module, p->id);
}

static void assert_texts(const char *module, const struct param *p)
{
	for (int i = 0; i <= 200; i++) {
		float value = param_from_norm(p, (float)i / 200), back;
		char text[64];
		struct reason reason;
		assert_round_trip(p, value);
		param_format(p, value, text, sizeof text);
		if (param_parse(p, text, &back, &reason) != STATUS_OK)
			fail_msg("%s %s: '%s' is shown but cannot be read: %s", module, p->id, text, reason.text);
	}
	assert_true(param_from_norm(p, 0) == p->min && param_from_norm(p, 1) == p->max);
	assert_round_trip(p, p->def);
}

static void every_row_keeps_its_promises(void **state)
{
	(void)state;
	assert_true(registry_count() > 0);
	for (uint32_t m = 0; m < registry_count(); m++) {
		const struct module *module = registry_at(m);
		assert_true(rack_id_valid(module->id));
		assert_true(module->n_params <= MODULE_PARAMS_MAX && module->n_meters <= MODULE_METERS_MAX);
		for (uint32_t i = 0; i < module->n_params; i++) {
			assert_fields(module->id, &module->params[i]);
			assert_texts(module->id, &module->params[i]);
			assert_int_equal(module_find_param(module, module->params[i].id), i);
		}
	}
	for (int i = 0; i < N_HOST_PARAMS; i++)
		assert_fields("host", &host_params[i]);
	for (int i = 0; i < N_RACK_PARAMS; i++)
		assert_fields("rack", &rack_params[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_text_reads_back_as_the_same_float),
		cmocka_unit_test(reads_the_nearest_float),
		cmocka_unit_test(exact_text_is_the_shortest),
		cmocka_unit_test(reads_units),
		cmocka_unit_test(refuses_with_the_reason),
		cmocka_unit_test(text_of_any_bytes_is_harmless),
		cmocka_unit_test(shows_for_people),
		cmocka_unit_test(scales_run_from_end_to_end),
		cmocka_unit_test(steps_land_on_their_grid_and_stop_at_the_ends),
		cmocka_unit_test(every_row_keeps_its_promises),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
