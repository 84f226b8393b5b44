/* Tests the rows of /info and /status: complete, the same on both ends, and deaf to nonsense. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Hands a body, as it would come over the wire, to report_take(). */
static void carry(struct report *to, lo_message body)
{
	uint8_t bytes[4096];
	struct message msg;
	size_t size = message_write("/status", body, bytes, sizeof bytes);
	assert_true(size > 0);
	assert_true(message_open(&msg, bytes, size));
	report_take(to, &msg);
	message_close(&msg);
	lo_message_free(body);
}

static void rows_are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < report_n_rows; i++) {
		const struct report_row *row = &report_rows[i];
		assert_true(*row->name && *row->help && row->help[strlen(row->help) - 1] != '.');
		assert_true(row->info || row->status);
		assert_int_equal(row->type == REPORT_WORD, row->word != NULL);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(report_rows[k].name, row->name);
			assert_true(report_rows[k].offset != row->offset);
		}
		for (int word = 0; word < row->n_words; word++)
			for (int other = 0; other < word; other++)
				assert_string_not_equal(row->word(word), row->word(other));
	}
}

/* Every member with a value that no other has; what the rows leave out would stay zero. */
static void what_is_told_arrives(void **state)
{
	(void)state;
	const struct report told = {
		.program = "p",
		.version = "1.2.3",
		.client = "c\xc3\xa4",
		.title = "t",
		.rate = 48001,
		.period = 65,
		.latency_frames = 1234,
		.load_mean = 0.25f,
		.load_worst = 1.5f,
		.xruns_own = 3,
		.xruns_foreign = 4,
		.realtime = true,
		.connected = true,
		.paused = true,
		.scheduling = 1,
		.overload = OVERLOAD_SAFE,
		.poisoned = 5,
		.peers = 6,
		.dropped = 7,
		.input = REPORT_NO_LEFT,
		.awaited = "a,b",
		.output = REPORT_NOT_CONNECTED,
		.awaited_output = "c",
		.monitor = REPORT_NO_BUS,
		.awaited_monitor = "d",
		.ref = REPORT_NO_RIGHT,
		.awaited_ref = "e",
		.key = REPORT_NO_LEFT,
		.awaited_key = "f",
	};
	struct report heard;
	memset(&heard, 0, sizeof heard);
	for (int status = 0; status < 2; status++) {
		lo_message body = lo_message_new();
		report_add(body, &told, status);
		carry(&heard, body);
	}
	for (size_t i = 0; i < report_n_rows; i++) {
		const struct report_row *row = &report_rows[i];
		const char *a = (const char *)&told + row->offset, *b = (const char *)&heard + row->offset;
		if (row->type == REPORT_TEXT ? strcmp(a, b) != 0 : memcmp(a, b, row->size) != 0)
			fail_msg("%s was not told, or not taken", row->name);
		if (*a == 0 && memcmp(a, a + 1, row->size - 1) == 0)
			fail_msg("%s has no value in this test", row->name);
	}
}

static void each_address_tells_its_own_rows(void **state)
{
	(void)state;
	const struct report report = { .rate = 1, .title = "t", .load_mean = 1 };
	struct report info = { 0 }, status = { 0 };
	lo_message body = lo_message_new();
	report_add(body, &report, false);
	carry(&info, body);
	body = lo_message_new();
	report_add(body, &report, true);
	carry(&status, body);
	assert_true(info.rate == 1 && status.rate == 1);
	assert_string_equal(info.title, "t");
	assert_string_equal(status.title, "");
	assert_true(info.load_mean == 0 && status.load_mean == 1);
}

static void nonsense_changes_nothing(void **state)
{
	(void)state;
	struct report report = { .rate = 48000, .load_mean = 0.5f, .overload = OVERLOAD_WARNING, .connected = true };
	const struct report before = report;
	lo_message body = lo_message_new();
	message_add(body, "sssssfss", "rate", "fast", "overload", "much", "load_mean", (double)NAN, "connected", "yes");
	message_add(
		body, "sfifs", "overload", 2.0, 7, 1.0, "rate"); /* a word as a number, a name that is none, no value */
	carry(&report, body);
	assert_memory_equal(&report, &before, sizeof report);
	body = lo_message_new();
	message_add(body, "sfsfsfss", "rate", -5.0, "period", 1e30, "xruns_own", 1e30, "version", "\x1b[31mred");
	carry(&report, body);
	assert_int_equal(report.rate, 0);
	assert_true(report.period == UINT32_MAX && report.xruns_own == (uint64_t)1 << 53);
	assert_null(strchr(report.version, '\x1b'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(what_is_told_arrives),
		cmocka_unit_test(each_address_tells_its_own_rows),
		cmocka_unit_test(nonsense_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
