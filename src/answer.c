/* Prints messages and reads words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/answer.h"

#include "rack/base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_SIZE = 1024 };

static void print_number(const struct message *m, int i, bool json)
{
	double number = 0;
	char text[40];
	bool is_float = m->types[i] == 'f';
	message_number(m, i, &number);
	if (json && !isfinite(number)) {
		fputs("null", stdout);
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		double again = strtod(text, NULL);
		bool same = is_float ? (float)again == (float)number : again == number;
		if (same && (!strchr(text, 'e') || fabs(number) < 1e-4 || fabs(number) >= 1e9))
			break;
	}
	fputs(text, stdout);
}

static void print_json_text(const char *text)
{
	putchar('"');
	for (; *text; text++) /* utf8_copy has left no control characters */
		printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	putchar('"');
}

static void print_text(const char *text, bool json)
{
	char clean[TEXT_SIZE];
	utf8_copy(clean, sizeof clean, text);
	if (json)
		print_json_text(clean);
	else
		fputs(clean, stdout);
}

static void print_value(const struct message *m, int i, bool json)
{
	char type = m->types[i];
	if (message_text(m, i))
		print_text(message_text(m, i), json);
	else if (type == 'T' || type == 'F')
		fputs(json ? (type == 'T' ? "true" : "false") : (type == 'T' ? "on" : "off"), stdout);
	else if (strchr("ihfd", type))
		print_number(m, i, json);
	else
		fputs("null", stdout);
}

void answer_print(const struct message *m, enum answer_style style)
{
	bool json = style == ANSWER_JSON;
	if (json)
		fputs("{\"address\": ", stdout);
	if (style != ANSWER_VALUES)
		print_text(m->address, json);
	if (json)
		fputs(", \"values\": [", stdout);
	for (int i = 0; i < m->n; i++) {
		if (i || style == ANSWER_ADDRESS)
			fputs(json ? ", " : " ", stdout);
		print_value(m, i, json);
	}
	puts(json ? "]}" : "");
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(word, *words) == 0)
			return true;
	return false;
}

static bool takes_text(const char *address)
{
	size_t length = strlen(address);
	return strncmp(address, "/preset/", 8) == 0 || (length > 4 && strcmp(address + length - 4, "/str") == 0);
}

void answer_add_word(lo_message body, const char *address, const char *word)
{
	static const char *const on[] = { "on", "true", "T", NULL }, *const off[] = { "off", "false", "F", NULL };
	char *end;
	double number = strtod(word, &end);
	if (takes_text(address))
		message_add(body, "s", word);
	else if (*word && *end == '\0')
		message_add(body, "f", number);
	else if (is_one_of(word, on))
		message_add(body, "T");
	else if (is_one_of(word, off))
		message_add(body, "F");
	else
		message_add(body, "s", word);
}
