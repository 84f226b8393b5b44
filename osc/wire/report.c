/* The rows of /info and /status, and both ways between them and a message. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/report.h"

#include "rack/base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *scheduling_text(int scheduling)
{
	return scheduling ? "real-time" : "not real-time";
}

static const char *step_text(int overload)
{
	return overload_text((enum overload_step)overload);
}

/* clang-format off */
#define BUS_TEXT(FUNCTION, WORD)                                                                                       \
	const char *FUNCTION(int bus)                                                                                  \
	{                                                                                                              \
		static const char *const texts[] = {                                                                   \
			[REPORT_CONNECTED] = "connected",                                                              \
			[REPORT_NOT_CONNECTED] = "no " WORD,                                                           \
			[REPORT_NO_LEFT] = "no left " WORD,                                                            \
			[REPORT_NO_RIGHT] = "no right " WORD,                                                          \
			[REPORT_NO_BUS] = "off",                                                                       \
		};                                                                                                     \
		return texts[bus];                                                                                     \
	}
BUS_TEXT(report_input_text, "input")
BUS_TEXT(report_output_text, "output")
static BUS_TEXT(monitor_text, "monitor")
static BUS_TEXT(ref_text, "reference")
static BUS_TEXT(key_text, "key")
/* clang-format on */

#define PLACE(MEMBER) offsetof(struct report, MEMBER), sizeof((struct report *)0)->MEMBER
#define AT(MEMBER) PLACE(MEMBER), NULL, 0
#define WORD(MEMBER, TEXT, LAST) PLACE(MEMBER), TEXT, LAST + 1
#define INFO true, false
#define STATUS false, true
#define BOTH true, true

	/* clang-format off */
const struct report_row report_rows[] = {
	{ "program", REPORT_TEXT, UNIT_NONE, "Name of the program: lacquer", INFO, AT(program) },
	{ "version", REPORT_TEXT, UNIT_NONE, "Version of the program", INFO, AT(version) },
	{ "client", REPORT_TEXT, UNIT_NONE, "JACK client name", INFO, AT(client) },
	{ "load_mean", REPORT_NUMBER, UNIT_NONE, "Mean part of the period that the rack takes: 1 is all of it", STATUS, AT(load_mean) },
	{ "load_worst", REPORT_NUMBER, UNIT_NONE, "The same of the worst period of the last second", STATUS, AT(load_worst) },
	{ "xruns_own", REPORT_COUNT, UNIT_NONE, "Xruns in which the rack was too late", STATUS, AT(xruns_own) },
	{ "xruns_foreign", REPORT_COUNT, UNIT_NONE, "Xruns of others", STATUS, AT(xruns_foreign) },
	{ "realtime", REPORT_SWITCH, UNIT_NONE, "Whether the audio thread has real-time scheduling", STATUS, AT(realtime) },
	{ "scheduling", REPORT_WORD, UNIT_NONE, "The same in words", STATUS, WORD(scheduling, scheduling_text, 1) },
	{ "connected", REPORT_SWITCH, UNIT_NONE, "Whether there is a JACK server", STATUS, AT(connected) },
	{ "rate", REPORT_COUNT, UNIT_HZ, "Sample rate in Hz", BOTH, AT(rate) },
	{ "period", REPORT_COUNT, UNIT_FRAMES, "Frames of a period", BOTH, AT(period) },
	{ "latency", REPORT_COUNT, UNIT_FRAMES, "Delay through the rack in frames", BOTH, AT(latency_frames) },
	{ "title", REPORT_TEXT, UNIT_NONE, "Title of the rack", INFO, AT(title) },
	{ "overload", REPORT_WORD, UNIT_NONE, "What is done about too much load", STATUS, WORD(overload, step_text, OVERLOAD_SAFE) },
	{ "poisoned", REPORT_COUNT, UNIT_NONE, "Times that a slot gave NaN, infinity or samples beyond 1e6 and was reset", STATUS,
		AT(poisoned) },
	{ "peers", REPORT_COUNT, UNIT_NONE, "Subscribers", STATUS, AT(peers) },
	{ "dropped", REPORT_COUNT, UNIT_NONE, "Datagrams that were malformed, not allowed or too many", STATUS, AT(dropped) },
	{ "input", REPORT_WORD, UNIT_NONE, "What is connected to the inputs", STATUS, WORD(input, report_input_text, REPORT_NO_RIGHT) },
	{ "awaited", REPORT_TEXT, UNIT_NONE, "Ports asked for as input that are not there", STATUS, AT(awaited) },
	{ "output", REPORT_WORD, UNIT_NONE, "What is connected to the outputs", STATUS, WORD(output, report_output_text, REPORT_NO_RIGHT) },
	{ "awaited_output", REPORT_TEXT, UNIT_NONE, "Ports asked for as output that are not there", STATUS, AT(awaited_output) },
	{ "monitor", REPORT_WORD, UNIT_NONE, "What is connected to the monitor ports", STATUS, WORD(monitor, monitor_text, REPORT_NO_BUS) },
	{ "awaited_monitor", REPORT_TEXT, UNIT_NONE, "Ports asked for as monitor that are not there", STATUS, AT(awaited_monitor) },
	{ "ref", REPORT_WORD, UNIT_NONE, "What is connected to the reference ports", STATUS, WORD(ref, ref_text, REPORT_NO_BUS) },
	{ "awaited_ref", REPORT_TEXT, UNIT_NONE, "Ports asked for as reference that are not there", STATUS, AT(awaited_ref) },
	{ "key", REPORT_WORD, UNIT_NONE, "What is connected to the key ports", STATUS, WORD(key, key_text, REPORT_NO_BUS) },
	{ "awaited_key", REPORT_TEXT, UNIT_NONE, "Ports asked for as key that are not there", STATUS, AT(awaited_key) },
	{ "paused", REPORT_SWITCH, UNIT_NONE, "Whether the integrated levels stand still", STATUS, AT(paused) },
};
/* clang-format on */

const size_t report_n_rows = sizeof report_rows / sizeof report_rows[0];

const char *report_type_text(enum report_type type)
{
	static const char *const texts[] = {
		[REPORT_TEXT] = "s",
		[REPORT_NUMBER] = "f",
		[REPORT_COUNT] = "i",
		[REPORT_SWITCH] = "T|F",
		[REPORT_WORD] = "s",
	};
	return texts[type];
}

void report_describe(const struct report_row *row, char *text, size_t size)
{
	snprintf(text, size, "%s", row->help);
	for (int i = 0; i < row->n_words; i++) {
		size_t used = strlen(text);
		snprintf(text + used, size - used, "%s%s", i ? ", " : ": ", row->word(i));
	}
}

/* ---- To a message */

static uint64_t read_count(const struct report_row *row, const void *member)
{
	return row->size == sizeof(uint32_t) ? *(const uint32_t *)member : *(const uint64_t *)member;
}

static void add_value(lo_message body, const struct report_row *row, const void *member)
{
	uint64_t count;
	switch (row->type) {
	case REPORT_TEXT:
		message_add(body, "s", (const char *)member);
		break;
	case REPORT_NUMBER:
		message_add(body, "f", (double)*(const float *)member);
		break;
	case REPORT_COUNT:
		count = read_count(row, member);
		message_add(body, "i", count < INT32_MAX ? (int32_t)count : INT32_MAX);
		break;
	case REPORT_SWITCH:
		message_add(body, *(const bool *)member ? "T" : "F");
		break;
	case REPORT_WORD:
		message_add(body, "s", row->word(*(const int *)member));
		break;
	}
}

void report_add(lo_message body, const struct report *report, bool status)
{
	for (size_t i = 0; i < report_n_rows; i++) {
		const struct report_row *row = &report_rows[i];
		if (!(status ? row->status : row->info))
			continue;
		message_add(body, "s", row->name);
		add_value(body, row, (const char *)report + row->offset);
	}
}

/* ---- From a message */

static void take_text(const struct report_row *row, void *member, const char *text)
{
	if (row->type == REPORT_TEXT)
		utf8_copy(member, row->size, text);
	for (int i = 0; i < row->n_words; i++)
		if (strcmp(row->word(i), text) == 0)
			*(int *)member = i;
}

static void take_number(const struct report_row *row, void *member, double number)
{
	if (row->type == REPORT_NUMBER)
		*(float *)member = (float)number;
	else if (row->type == REPORT_SWITCH)
		*(bool *)member = number != 0;
	else if (row->type == REPORT_COUNT && row->size == sizeof(uint32_t))
		*(uint32_t *)member = (uint32_t)fmax(0, fmin(number, UINT32_MAX));
	else if (row->type == REPORT_COUNT)
		*(uint64_t *)member = (uint64_t)fmax(0, fmin(number, 0x1p53));
}

void report_take(struct report *report, const struct message *msg)
{
	for (int pair = 0; pair + 1 < msg->n; pair += 2) {
		const char *name = message_text(msg, pair), *text = message_text(msg, pair + 1);
		double number;
		bool numeric = message_number(msg, pair + 1, &number) && isfinite(number);
		for (size_t i = 0; name && i < report_n_rows; i++) {
			void *member = (char *)report + report_rows[i].offset;
			if (strcmp(report_rows[i].name, name) != 0)
				continue;
			if (text)
				take_text(&report_rows[i], member, text);
			else if (numeric)
				take_number(&report_rows[i], member, number);
		}
	}
}
