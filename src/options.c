/* Options by the rows of subcommands.c, help on stdout, errors on stderr. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/options.h"

#include "rack/base/utf8.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 24, HELP_COLUMN = 30, LINE_WIDTH = 80, LINE_SIZE = 4096 };

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

int options_wrong(const char *command, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	print_error(command, format, args);
	va_end(args);
	fprintf(stderr, "See 'lacquer %s --help'.\n", command);
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
	int at = o->key < 256 ? printf("  -%c, --%s", o->key, o->name) : printf("      --%s", o->name);
	if (o->argument)
		at += printf(" %s", o->argument);
	if (at > HELP_COLUMN - 2)
		at = printf("\n") - 1;
	printf("%*s", HELP_COLUMN - at, "");
	options_print_wrapped(o->help, HELP_COLUMN, HELP_COLUMN);
}

void options_print_help(const struct subcommand *c)
{
	static const struct cli_option help = { 'h', "help", NULL, "Print this and do nothing else" };
	bool optional = strcmp(c->name, "run") == 0;
	printf("Usage: lacquer %s%s%s [OPTIONS] %s\n\n", optional ? "[" : "", c->name, optional ? "]" : "",
		c->operands);
	options_print_wrapped(c->help, 0, 0);
	printf("\nOptions:\n");
	for (const struct cli_option *o = c->options; o->name; o++)
		print_option(o);
	print_option(&help);
}

/* ---- Reading */

static void fill_tables(const struct subcommand *c, char *letters, struct option *names)
{
	*letters++ = c->negative_operands ? '+' : '-';
	if (!c->negative_operands)
		letters--;
	*letters++ = ':'; /* errors are told here, not by getopt */
	for (const struct cli_option *o = c->options; o->name; o++, names++) {
		*names = (struct option){ o->name, o->argument ? required_argument : no_argument, NULL, o->key };
		if (o->key >= 256)
			continue;
		*letters++ = (char)o->key;
		if (o->argument)
			*letters++ = ':';
	}
	*letters++ = 'h';
	*letters = '\0';
	*names++ = (struct option){ "help", no_argument, NULL, 'h' };
	*names = (struct option){ NULL, 0, NULL, 0 };
}

int options_next(const char *name, int argc, char **argv, int *status)
{
	const struct subcommand *c = subcommand_find(name);
	char letters[2 * OPTIONS_MAX + 4];
	struct option names[OPTIONS_MAX + 2];
	if (!c)
		abort();
	fill_tables(c, letters, names);
	int before = optind;
	int key = getopt_long(argc, argv, letters, names, NULL);
	if (key == -1)
		return OPTIONS_END;
	/* The word that getopt was at: the one before optind, unless it stopped inside a group of letters. */
	const char *word = argv[optind > before ? optind - 1 : optind];
	if (key == 'h') {
		options_print_help(c);
		*status = EXIT_DONE;
		return OPTIONS_STOP;
	}
	if (key == ':') {
		*status = options_wrong(name, "option '%s' needs an argument", word);
		return OPTIONS_STOP;
	}
	if (key == '?') {
		*status = options_wrong(name, "unknown option '%s'", word);
		return OPTIONS_STOP;
	}
	return key;
}

bool options_operands(const char *name, int argc, char **argv, int min, int max, int *status)
{
	int n = argc - optind;
	if (n < min)
		*status = options_wrong(name, "needs %s", subcommand_find(name)->operands);
	else if (max >= 0 && n > max)
		*status = options_wrong(name, "'%s' is one too many", argv[optind + max]);
	else
		return true;
	return false;
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
