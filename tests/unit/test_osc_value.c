/* Tests what arguments of each type mean to each kind of parameter, and what is answered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/near.h"

static const char *const slopes[] = { "6", "12", "24", "48" };
static const struct param number = { .label = "Gain", .unit = UNIT_DB, .min = -12, .max = 12, .step = 1, .help = "h" };
static const struct param toggle = { .label = "On", .scale = SCALE_TOGGLE, .max = 1, .step = 1, .help = "h" };
static const struct param choice = {
	.label = "Slope", .scale = SCALE_CHOICE, .max = 3, .step = 1, .choices = slopes, .help = "h"
};
static const char *const names[] = { "on", "off", "auto" };
static const struct param words = {
	.label = "Mode", .scale = SCALE_CHOICE, .max = 2, .step = 1, .choices = names, .help = "h"
};

/* What one argument reads as, or NaN where it is refused. */
static float read_as(const struct param *p, enum form form, float now, const char *types, ...)
{
	uint8_t bytes[128];
	struct message m;
	struct reason reason = { "" };
	float value = NAN;
	va_list values;
	lo_message body = lo_message_new();
	va_start(values, types);
	if (strcmp(types, "I") == 0)
		lo_message_add_infinitum(body);
	else if (strcmp(types, "c") == 0)
		lo_message_add_char(body, 'x');
	else
		message_add_list(body, types, values);
	va_end(values);
	assert_true(message_open(&m, bytes, message_write("/x", body, bytes, sizeof bytes)));
	enum status status = value_read(p, form, &m, now, &value, &reason);
	assert_true((status == STATUS_OK) == (reason.text[0] == '\0'));
	message_close(&m);
	lo_message_free(body);
	return status == STATUS_OK ? value : NAN;
}

#define READS(WANTED, ...) assert_near(read_as(__VA_ARGS__), WANTED, 0)
#define REFUSED(...) assert_true(isnan(read_as(__VA_ARGS__)))

static void test_numbers(void **state)
{
	(void)state;
	READS(3, &number, FORM_VALUE, 0, "i", 3);
	READS(-3.5f, &number, FORM_VALUE, 0, "f", -3.5);
	READS(3, &number, FORM_VALUE, 0, "h", (int64_t)3);
	READS(0.25f, &number, FORM_VALUE, 0, "d", 0.25);
	READS(1, &number, FORM_VALUE, 0, "T");
	READS(99, &number, FORM_VALUE, 0, "f", 99.0); /* the model clamps */
	assert_true(isfinite(read_as(&number, FORM_VALUE, 0, "d", 1e300)));
	REFUSED(&number, FORM_VALUE, 0, "f", (double)NAN);
	REFUSED(&number, FORM_VALUE, 0, "d", -(double)INFINITY);
	READS(3, &number, FORM_VALUE, 0, "s", "3");
	READS(-1.5f, &number, FORM_VALUE, 0, "s", " -1.5 dB ");
	READS(99, &number, FORM_VALUE, 0, "s", "99 dB");
	REFUSED(&number, FORM_VALUE, 0, "s", "3 Hz");
	REFUSED(&number, FORM_VALUE, 0, "s", "loud");
	REFUSED(&number, FORM_VALUE, 0, "s", "inf");
	REFUSED(&number, FORM_VALUE, 0, "I");
	REFUSED(&number, FORM_VALUE, 0, "c");
	REFUSED(&number, FORM_VALUE, 0, "ii", 1, 2);
	READS(0.5f, &number, FORM_NORM, 0, "f", 0.5);
	REFUSED(&number, FORM_NORM, 0, "s", "0.5");
	READS(-1.5f, &number, FORM_TEXT, 0, "s", "-1.5 dB");
	REFUSED(&number, FORM_TEXT, 0, "f", 1.0);
	READS(99, &number, FORM_TEXT, 0, "s", "99"); /* clamped as a number is */
	REFUSED(&number, FORM_INFO, 0, "f", 1.0);
}

static void test_switches(void **state)
{
	(void)state;
	READS(1, &toggle, FORM_VALUE, 0, "T");
	READS(0, &toggle, FORM_VALUE, 1, "F");
	READS(1, &toggle, FORM_VALUE, 0, "i", 1);
	READS(1, &toggle, FORM_VALUE, 0, "I"); /* turns it over */
	READS(0, &toggle, FORM_VALUE, 1, "I");
	READS(1, &toggle, FORM_TEXT, 0, "s", "on");
	READS(1, &toggle, FORM_VALUE, 0, "s", "on");
	REFUSED(&toggle, FORM_VALUE, 0, "s", "loud");
	REFUSED(&toggle, FORM_VALUE, 0, "f", (double)NAN);
}

static void test_choices(void **state)
{
	(void)state;
	READS(2, &choice, FORM_VALUE, 0, "s", "24");
	READS(2, &choice, FORM_VALUE, 0, "i", 24); /* a name */
	READS(0, &choice, FORM_VALUE, 0, "i", 6);
	READS(1, &choice, FORM_VALUE, 0, "i", 1); /* no name: an index */
	READS(3, &choice, FORM_VALUE, 0, "f", 3.0);
	READS(0, &words, FORM_VALUE, 0, "i", 0);
	READS(1, &words, FORM_VALUE, 0, "s", "off");
	REFUSED(&words, FORM_VALUE, 0, "i", 3);
	REFUSED(&words, FORM_VALUE, 0, "i", -1);
	REFUSED(&words, FORM_VALUE, 0, "f", 0.5);
	READS(3, &choice, FORM_VALUE, 0, "f", 48.0);
	READS(1, &choice, FORM_TEXT, 0, "s", "12");
	REFUSED(&choice, FORM_VALUE, 0, "T");
	REFUSED(&choice, FORM_VALUE, 0, "s", "13");
	REFUSED(&choice, FORM_VALUE, 0, "f", (double)NAN);
}

static void assert_written(const struct param *p, enum form form, float value, const char *types, const char *text)
{
	lo_message body = lo_message_new();
	value_add(body, p, form, value);
	assert_string_equal(lo_message_get_types(body), types);
	if (text)
		assert_string_equal(&lo_message_get_argv(body)[0]->s, text);
	lo_message_free(body);
}

static void test_answers(void **state)
{
	(void)state;
	assert_written(&number, FORM_VALUE, 1, "f", NULL);
	assert_written(&number, FORM_NORM, 1, "f", NULL);
	assert_written(&number, FORM_TEXT, -1, "s", "-1.0 dB");
	assert_written(&number, FORM_INFO, 1, "sssffffs", "Gain");
	assert_written(&toggle, FORM_VALUE, 1, "T", NULL);
	assert_written(&toggle, FORM_VALUE, 0, "F", NULL);
	assert_written(&toggle, FORM_TEXT, 0, "s", "off");
	assert_written(&choice, FORM_VALUE, 2, "s", "24");
	assert_written(&choice, FORM_INFO, 2, "sssffffsssss", "Slope");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
