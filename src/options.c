/* Options by the rows of a subcommand, help on stdout, errors on stderr. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/options.h"

#include "rack/base/utf8.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 48, HELP_COLUMN = 30, LINE_WIDTH = 80, LINE_SIZE = 4096 };

/* ---- Errors */

/* File names and files come from strangers: nothing of them may steer the terminal. */
static void print_safe(const char *text)
{
	char clean[LINE_SIZE];
	utf8_copy(clean, sizeof clean, text);
	fputs(clean, stderr);
}

static void __attribute__((format(printf, 2, 0))) print_error(const char *place, const char *format, va_list args)
{
	char reason[LINE_SIZE];
	vsnprintf(reason, sizeof reason, format, args);
	fputs("lacquer: ", stderr);
	if (place) {
		print_safe(place);
		fputs(": ", stderr);
	}
	print_safe(reason);
	putc('\n', stderr);
}

void options_error(const char *place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_error(place, format, args);
	va_end(args);
}

void options_file_error(const char *path, const struct reason *reason)
{
	size_t length = strlen(path);
	const char *colon = strstr(reason->text, ": ");
	char place[sizeof reason->text] = "";
	if (colon && !strncmp(reason->text, path, length) &&
		(reason->text[length] == ':' || colon == reason->text + length))
		snprintf(place, sizeof place, "%.*s", (int)(colon - reason->text), reason->text);
	options_error(place[0] ? place : path, "%s", place[0] ? colon + 2 : reason->text);
}

void options_message(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_error(NULL, format, args);
	va_end(args);
}

int options_wrong(const char *subcommand, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_error(subcommand, format, args);
	va_end(args);
	fprintf(stderr, "See 'lacquer %s --help'.\n", subcommand);
	return EXIT_USAGE;
}

/* ---- Help */

void options_print_wrapped(const char *text, int at, int indent)
{
	while (*text) {
		int length = (int)strcspn(text, " ");
		if (at > indent && at + 1 + length > LINE_WIDTH)
			at = printf("\n%*s", indent, "") - 1;
		else if (at > indent)
			at += printf(" ");
		at += printf("%.*s", length, text);
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_option(const struct cli_option *o)
{
	int at = o->letter ? printf("  -%c, --%s", o->letter, o->name) : printf("      --%s", o->name);
	if (o->argument)
		at += printf(" %s", o->argument);
	if (at > HELP_COLUMN - 2)
		at = printf("\n") - 1;
	printf("%*s", HELP_COLUMN - at, "");
	options_print_wrapped(o->help, HELP_COLUMN, HELP_COLUMN);
}

void options_print_help(const struct subcommand *c)
{
	static const struct cli_option help = {
		.letter = 'h', .name = "help", .help = "Print this and do nothing else"
	};
	printf("Usage: lacquer %s%s%s [OPTIONS] %s\n\n", c->implied ? "[" : "", c->name, c->implied ? "]" : "",
		c->operands);
	options_print_wrapped(c->help, 0, 0);
	printf("\nOptions:\n");
	for (const struct cli_option *o = c->options; o->name; o++)
		print_option(o);
	print_option(&help);
}

/* ---- Reading */

enum { FIRST_KEY = 256 }; /* of long names: the row's index on top of it */

static void fill_tables(const struct subcommand *c, char *letters, struct option *names)
{
	if (c->negative_operands)
		*letters++ = '+';
	*letters++ = ':'; /* errors are told here, not by getopt */
	for (const struct cli_option *o = c->options; o->name; o++, names++) {
		if (o - c->options >= OPTIONS_MAX)
			abort();
		*names = (struct option){ o->name, o->argument ? required_argument : no_argument, NULL,
			FIRST_KEY + (int)(o - c->options) };
		if (!o->letter)
			continue;
		*letters++ = o->letter;
		if (o->argument)
			*letters++ = ':';
	}
	*letters++ = 'h';
	*letters = '\0';
	*names++ = (struct option){ "help", no_argument, NULL, 'h' };
	*names = (struct option){ NULL, 0, NULL, 0 };
}

static const struct cli_option *find_option(const struct subcommand *c, int key)
{
	const struct cli_option *o = c->options;
	if (key >= FIRST_KEY)
		return o + (key - FIRST_KEY);
	while (o->letter != key)
		o++;
	return o;
}

/* False: *status is what to end with. */
static bool take_option(const struct subcommand *c, int key, const char *word, void *settings, int *status)
{
	struct reason reason;
	*status = EXIT_DONE;
	if (key == ':')
		*status = options_wrong(c->name, "option '%s' needs an argument", word);
	else if (key == '?')
		*status = options_wrong(c->name, "unknown option '%s'", word);
	if (key == 'h')
		options_print_help(c);
	if (key == 'h' || *status != EXIT_DONE)
		return false;
	const struct cli_option *o = find_option(c, key);
	if (o->set((char *)settings + o->field, o->argument ? optarg : NULL, &reason) != STATUS_OK)
		*status = options_wrong(c->name, "--%s: %s", o->name, reason.text);
	return *status == EXIT_DONE;
}

char **options_read(const struct subcommand *c, int argc, char **argv, void *settings, int *status)
{
	char letters[2 * OPTIONS_MAX + 4];
	struct option names[OPTIONS_MAX + 2];
	fill_tables(c, letters, names);
	for (int before = optind, key; (key = getopt_long(argc, argv, letters, names, NULL)) != -1; before = optind) {
		/* The word that getopt was at: the one before optind, unless it stopped inside a group of letters. */
		const char *word = argv[optind > before ? optind - 1 : optind];
		if (!take_option(c, key, word, settings, status))
			return NULL;
	}
	int n = argc - optind;
	if (n >= c->operands_min && (n <= c->operands_max || c->operands_max == OPERANDS_ANY))
		return argv + optind;
	if (n < c->operands_min)
		*status = options_wrong(c->name, "needs %s", c->operands);
	else
		*status = options_wrong(c->name, "unexpected argument '%s'", argv[optind + c->operands_max]);
	return NULL;
}

enum status options_set_flag(void *field, const char *argument, struct reason *reason)
{
	(void)argument, (void)reason;
	*(bool *)field = true;
	return STATUS_OK;
}

enum status options_set_text(void *field, const char *argument, struct reason *reason)
{
	(void)reason;
	*(const char **)field = argument;
	return STATUS_OK;
}

bool options_number(const char *text, long min, long max, long *value)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (end == text || *end || errno || number < min || number > max)
		return false;
	*value = number;
	return true;
}
