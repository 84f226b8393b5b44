/* Tests the JSON writer: structure, escapes, valid UTF-8 from any bytes, shortest numbers, null. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char written[4096];

static struct json begin(void)
{
	struct json j;
	memset(written, 0, sizeof written);
	json_start(&j, fmemopen(written, sizeof written, "w"));
	assert_non_null(j.to);
	return j;
}

static const char *end(struct json *j)
{
	fclose(j->to);
	return written;
}

static void objects_and_arrays_have_their_commas(void **state)
{
	(void)state;
	struct json j = begin();
	json_object(&j, NULL, JSON_INLINE);
	json_bool(&j, "a", true);
	json_array(&j, "b", JSON_INLINE);
	json_count(&j, NULL, UINT64_MAX);
	json_null(&j, NULL);
	json_object(&j, NULL, JSON_INLINE);
	json_end(&j);
	json_end(&j);
	json_array(&j, "c", JSON_LINES);
	json_end(&j);
	json_text(&j, "d", NULL);
	json_end(&j);
	assert_string_equal(
		end(&j), "{\"a\": true, \"b\": [18446744073709551615, null, {}], \"c\": [], \"d\": null}\n");
	j = begin();
	json_array(&j, NULL, JSON_LINES);
	json_bool(&j, NULL, false);
	json_object(&j, NULL, JSON_LINES);
	json_text(&j, "x", "");
	json_end(&j);
	json_end(&j);
	assert_string_equal(end(&j), "[\n  false,\n  {\n    \"x\": \"\"\n  }\n]\n");
}

static void expect_text(const char *text, const char *want)
{
	struct json j = begin();
	json_text(&j, NULL, text);
	assert_string_equal(end(&j), want);
}

static void any_bytes_become_valid_utf8(void **state)
{
	(void)state;
	expect_text("a\"\\/b", "\"a\\\"\\\\/b\"");
	expect_text("\n\x1b\x7f", "\"\\u000a\\u001b\\u007f\"");
	expect_text("\xc2\x9b[", "\"\\u009b[\""); /* C1: CSI */
	const char mark[] = { '\xe2', '\x80', '\xae', 'x', '\0' };
	expect_text(mark, "\"\\u202ex\"");                     /* right to left from here */
	expect_text("\xf3\xa0\x80\x81", "\"\\udb40\\udc01\""); /* a tag character, U+E0001 */
	expect_text("\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xb5", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xb5\"");
	expect_text("\xff\xc3", "\"\\ufffd\\ufffd\"");
	expect_text("\xc0\xaf", "\"\\ufffd\\ufffd\"");                       /* overlong '/' */
	expect_text("\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"");            /* overlong, three bytes */
	expect_text("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");            /* a surrogate */
	expect_text("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""); /* beyond U+10FFFF */
	expect_text("\xe2\x82"
		    "a",
		"\"\\ufffd\\ufffda\""); /* cut short */
}

static void keys_are_escaped_too(void **state)
{
	(void)state;
	struct json j = begin();
	json_object(&j, NULL, JSON_INLINE);
	json_count(&j, "a\"b", 1);
	json_end(&j);
	assert_string_equal(end(&j), "{\"a\\\"b\": 1}\n");
}

static void numbers_are_short_and_read_back(void **state)
{
	(void)state;
	struct json j = begin();
	json_array(&j, NULL, JSON_INLINE);
	json_number(&j, NULL, 0.1);
	json_float(&j, NULL, 0.1f);
	json_number(&j, NULL, -0.0);
	json_number(&j, NULL, 48000);
	json_number(&j, NULL, 1.0 / 3);
	json_number(&j, NULL, 1e300);
	json_number(&j, NULL, 4503599627370497);
	json_places(&j, NULL, -14.005, 1);
	json_number(&j, NULL, NAN);
	json_float(&j, NULL, -INFINITY);
	json_places(&j, NULL, INFINITY, 2);
	json_end(&j);
	assert_string_equal(end(&j),
		"[0.1, 0.1, 0, 48000, 0.3333333333333333, 1e+300, 4.503599627370497e+15, -14.0, null, null, null]\n");
	for (int i = -400; i < 400; i++) {
		double value = sqrt(i * i + 2) * pow(10, i / 20.0) * (i % 2 ? -1 : 1);
		j = begin();
		json_number(&j, NULL, value);
		assert_true(strtod(end(&j), NULL) == value);
		j = begin();
		json_float(&j, NULL, (float)value);
		assert_true(strtof(end(&j), NULL) == (float)value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_and_arrays_have_their_commas),
		cmocka_unit_test(any_bytes_become_valid_utf8),
		cmocka_unit_test(keys_are_escaped_too),
		cmocka_unit_test(numbers_are_short_and_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
