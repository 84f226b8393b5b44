/* Prints messages. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/answer.h"

#include "osc/server/router.h"
#include "rack/base/utf8.h"
#include "src/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_SIZE = 1024 };

static void print_number(const struct message *m, int i)
{
	double number = 0;
	char text[40];
	bool is_float = m->types[i] == 'f';
	message_number(m, i, &number);
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		double again = strtod(text, NULL);
		bool same = is_float ? (float)again == (float)number : again == number;
		if (same && (!strchr(text, 'e') || fabs(number) < 1e-4 || fabs(number) >= 1e9))
			break;
	}
	fputs(text, stdout);
}

static void print_text(const char *text)
{
	char clean[TEXT_SIZE];
	utf8_copy(clean, sizeof clean, text);
	fputs(clean, stdout);
}

static void print_value(const struct message *m, int i)
{
	char type = m->types[i];
	if (message_text(m, i))
		print_text(message_text(m, i));
	else if (type == 'T' || type == 'F')
		fputs(type == 'T' ? "on" : "off", stdout);
	else if (strchr("ihfd", type))
		print_number(m, i);
	else
		fputs("null", stdout);
}

static void print_json_value(struct json *j, const char *key, const struct message *m, int i)
{
	char type = m->types[i];
	double number = 0;
	message_number(m, i, &number);
	if (message_text(m, i))
		json_text(j, key, message_text(m, i));
	else if (type == 'T' || type == 'F')
		json_bool(j, key, type == 'T');
	else if (type == 'f')
		json_float(j, key, (float)number);
	else if (strchr("ihd", type))
		json_number(j, key, number);
	else
		json_null(j, key);
}

static void print_json(const struct message *m)
{
	struct json j;
	json_start(&j, stdout);
	json_object(&j, NULL, JSON_INLINE);
	json_text(&j, "address", m->address);
	const struct route *route = router_find(m->address);
	if (route && route->flags & ROUTE_PAIRS) {
		for (int i = 0; i + 1 < m->n && message_text(m, i); i += 2)
			print_json_value(&j, message_text(m, i), m, i + 1);
	} else {
		json_array(&j, "values", JSON_INLINE);
		for (int i = 0; i < m->n; i++)
			print_json_value(&j, NULL, m, i);
		json_end(&j);
	}
	json_end(&j);
}

void answer_print(const struct message *m, enum answer_style style)
{
	if (style == ANSWER_JSON) {
		print_json(m);
		return;
	}
	if (style == ANSWER_ADDRESS)
		print_text(m->address);
	for (int i = 0; i < m->n; i++) {
		if (i || style == ANSWER_ADDRESS)
			putchar(' ');
		print_value(m, i);
	}
	putchar('\n');
}
