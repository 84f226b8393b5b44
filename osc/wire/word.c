/* Makes arguments of words, by what the address takes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/word.h"

#include "osc/wire/address.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum wanted { WANT_ANY, WANT_TEXT, WANT_VALUE /* of a parameter */ };

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);
	return length >= size && strcmp(text + length - size, end) == 0;
}

/* "s:name [f:seconds]": text, then any; "f | T|F | s": a parameter's value. */
static enum wanted wanted(const char *address, const char *arguments, int index)
{
	if (strstr(arguments, " | "))
		return ends_with(address, form_suffix(FORM_TEXT)) ? WANT_TEXT : WANT_VALUE;
	const char *at = arguments;
	for (; *at && index > 0; index--) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	at += *at == '[';
	return at[0] == 's' && at[1] == ':' ? WANT_TEXT : WANT_ANY;
}

/* Decimal numbers: no "inf", "nan" or "0x10". */
static bool read_number(const char *word, double *number)
{
	char *end;
	const char *digits = word + (*word == '+' || *word == '-');
	bool hex = digits[0] == '0' && tolower((unsigned char)digits[1]) == 'x';
	*number = strtod(word, &end);
	return end != word && *end == '\0' && !hex && isdigit((unsigned char)digits[*digits == '.']);
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(word, *words) == 0)
			return true;
	return false;
}

static void add(lo_message body, enum wanted want, const struct word *word)
{
	static const char *const on[] = { "on", "true", "T", NULL }, *const off[] = { "off", "false", "F", NULL };
	double number;
	bool guess = want == WANT_ANY && !word->quoted;
	if (want != WANT_TEXT && !word->quoted && read_number(word->text, &number))
		message_add(body, (double)(float)number == number ? "f" : "d", number);
	else if (guess && is_one_of(word->text, on))
		message_add(body, "T");
	else if (guess && is_one_of(word->text, off))
		message_add(body, "F");
	else
		message_add(body, "s", word->text);
}

void words_add(lo_message body, const char *address, const char *arguments, const struct word *words, int n)
{
	char joined[256] = "";
	if (n > 1 && wanted(address, arguments, 0) == WANT_VALUE) {
		for (int i = 0; i < n; i++) {
			size_t used = strlen(joined);
			snprintf(joined + used, sizeof joined - used, "%s%s", i ? " " : "", words[i].text);
		}
		message_add(body, "s", joined);
		return;
	}
	for (int i = 0; i < n; i++)
		add(body, wanted(address, arguments, i), &words[i]);
}
