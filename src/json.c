/* Writes JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/json.h"

#include "rack/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FLOAT_DIGITS = 9, DOUBLE_DIGITS = 17, PLAIN_EXPONENT_MIN = -6, PLAIN_EXPONENT_MAX = 9 };

void json_start(struct json *j, FILE *to)
{
	*j = (struct json){ .to = to };
}

/* ---- Text */

/* UTF-16, as JSON has it. */
static void write_escape(FILE *to, uint32_t code)
{
	if (code < 0x10000)
		fprintf(to, "\\u%04x", (unsigned)code);
	else
		fprintf(to, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
			(unsigned)(0xdc00 + (code & 0x3ff)));
}

static void write_text(FILE *to, const char *text)
{
	fputc('"', to);
	while (*text) {
		uint32_t code;
		size_t length = utf8_decode(text, &code);
		if (length == 0)
			fputs("\\ufffd", to);
		else if (code == '"' || code == '\\')
			fprintf(to, "\\%c", (char)code);
		else if (!utf8_printable(code))
			write_escape(to, code);
		else
			fwrite(text, 1, length, to);
		text += length ? length : 1;
	}
	fputc('"', to);
}

/* ---- Structure */

static void new_line(struct json *j)
{
	fprintf(j->to, "\n%*s", 2 * (int)j->depth, "");
}

/* The comma and the key before a value. */
static void begin_value(struct json *j, const char *key)
{
	if (j->depth) {
		bool lines = j->open[j->depth - 1].layout == JSON_LINES;
		if (j->open[j->depth - 1].filled)
			fputs(lines ? "," : ", ", j->to);
		if (lines)
			new_line(j);
		j->open[j->depth - 1].filled = true;
	}
	if (key) {
		write_text(j->to, key);
		fputs(": ", j->to);
	}
}

static void open_value(struct json *j, const char *key, enum json_layout layout, const char *ends)
{
	if (j->depth == JSON_DEPTH)
		abort();
	begin_value(j, key);
	fputc(ends[0], j->to);
	j->open[j->depth].end = ends[1];
	j->open[j->depth].layout = layout;
	j->open[j->depth++].filled = false;
}

void json_object(struct json *j, const char *key, enum json_layout layout)
{
	open_value(j, key, layout, "{}");
}

void json_array(struct json *j, const char *key, enum json_layout layout)
{
	open_value(j, key, layout, "[]");
}

void json_end(struct json *j)
{
	if (!j->depth)
		abort();
	j->depth--;
	if (j->open[j->depth].layout == JSON_LINES && j->open[j->depth].filled)
		new_line(j);
	fputc(j->open[j->depth].end, j->to);
	if (!j->depth)
		fputc('\n', j->to);
}

/* ---- Values */

void json_text(struct json *j, const char *key, const char *text)
{
	begin_value(j, key);
	if (text)
		write_text(j->to, text);
	else
		fputs("null", j->to);
}

static bool reads_back(const char *text, double value, bool is_float)
{
	return is_float ? (double)strtof(text, NULL) == value : strtod(text, NULL) == value;
}

static void write_shortest(struct json *j, const char *key, double value, bool is_float)
{
	char text[40];
	int digits = 1, most = is_float ? FLOAT_DIGITS : DOUBLE_DIGITS;
	begin_value(j, key);
	if (!isfinite(value) || value == 0) {
		fputs(value == 0 ? "0" : "null", j->to);
		return;
	}
	do
		snprintf(text, sizeof text, "%.*e", digits - 1, value);
	while (!reads_back(text, value, is_float) && ++digits <= most);
	int exponent = atoi(strchr(text, 'e') + 1), places = digits - 1 - exponent;
	/* As people write numbers, unless that takes a row of zeros. */
	if (exponent >= PLAIN_EXPONENT_MIN && exponent < PLAIN_EXPONENT_MAX)
		snprintf(text, sizeof text, "%.*f", places > 0 ? places : 0, value);
	fputs(text, j->to);
}

void json_number(struct json *j, const char *key, double value)
{
	write_shortest(j, key, value, false);
}

void json_float(struct json *j, const char *key, float value)
{
	write_shortest(j, key, (double)value, true);
}

void json_places(struct json *j, const char *key, double value, int places)
{
	begin_value(j, key);
	if (isfinite(value))
		fprintf(j->to, "%.*f", places, value);
	else
		fputs("null", j->to);
}

void json_count(struct json *j, const char *key, uint64_t value)
{
	begin_value(j, key);
	fprintf(j->to, "%" PRIu64, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin_value(j, key);
	fputs(value ? "true" : "false", j->to);
}

void json_null(struct json *j, const char *key)
{
	begin_value(j, key);
	fputs("null", j->to);
}
