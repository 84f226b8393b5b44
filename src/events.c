/* Reads event files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/events.h"

#include "rack/base/file.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { EVENTS_SIZE_MAX = 16 * 1024 * 1024 };

/* The next word of the line, terminated; quotes may hold spaces. NULL: none left, or an open quote. */
static char *next_word(char **rest, bool *quoted)
{
	char *word = *rest + strspn(*rest, " \t\r");
	*quoted = *word == '"';
	if (*word == '\0' || (*word == '#' && !*quoted))
		return NULL;
	char *end = *quoted ? strchr(++word, '"') : word + strcspn(word, " \t\r");
	if (!end)
		return NULL;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool is_number(const char *word, double *number)
{
	char *end;
	*number = strtod(word, &end);
	return end != word && *end == '\0';
}

static void add_value(lo_message body, const char *word, bool quoted)
{
	double number;
	if (!quoted && is_number(word, &number))
		lo_message_add_float(body, (float)number);
	else if (!quoted && (strcmp(word, "T") == 0 || strcasecmp(word, "on") == 0))
		lo_message_add_true(body);
	else if (!quoted && (strcmp(word, "F") == 0 || strcasecmp(word, "off") == 0))
		lo_message_add_false(body);
	else
		lo_message_add_string(body, word);
}

static enum status read_event(char *line, struct event *event, struct reason *reason)
{
	bool quoted;
	char *rest = line, *seconds = next_word(&rest, &quoted);
	if (!is_number(seconds, &event->seconds) || !isfinite(event->seconds) || event->seconds < 0)
		return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is not a time in seconds", seconds);
	char *address = next_word(&rest, &quoted);
	if (!address || *address != '/')
		return reason_set(reason, STATUS_BAD_VALUE, "an OSC address is missing behind the time");
	event->address = strdup(address);
	event->body = lo_message_new();
	if (!event->address || !event->body)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the events");
	for (char *word; (word = next_word(&rest, &quoted));)
		add_value(event->body, word, quoted);
	if (rest[strspn(rest, " \t\r")] == '"')
		return reason_set(reason, STATUS_BAD_VALUE, "a quote is not closed");
	return STATUS_OK;
}

static bool has_event(const char *line)
{
	line += strspn(line, " \t\r");
	return *line && *line != '#';
}

static enum status read_lines(char *text, struct events *events, unsigned *line_number, struct reason *reason)
{
	size_t room = 0;
	for (char *line = text, *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		(*line_number)++;
		if (!has_event(line))
			continue;
		if (events->n == room) {
			room = room ? 2 * room : 64;
			struct event *list = realloc(events->list, room * sizeof *list);
			if (!list)
				return reason_set(reason, STATUS_NO_MEMORY, "no memory for the events");
			events->list = list;
		}
		struct event *event = &events->list[events->n++];
		*event = (struct event){ .line = *line_number };
		enum status status = read_event(line, event, reason);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	if (x->seconds != y->seconds)
		return x->seconds < y->seconds ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

enum status events_read(const char *path, struct events *events, struct reason *reason)
{
	*events = (struct events){ 0 };
	char *text;
	size_t size;
	struct reason why;
	enum status status = file_read(path, EVENTS_SIZE_MAX, &text, &size, &why);
	if (status != STATUS_OK)
		return reason_set(reason, status, "%.100s: %.140s", path, why.text);
	unsigned line = 0;
	status = read_lines(text, events, &line, &why);
	free(text);
	if (status != STATUS_OK) {
		events_free(events);
		return reason_set(reason, status, "%.100s:%u: %.140s", path, line, why.text);
	}
	if (events->n)
		qsort(events->list, events->n, sizeof *events->list, by_time);
	return STATUS_OK;
}

void events_free(struct events *events)
{
	for (size_t i = 0; i < events->n; i++) {
		free(events->list[i].address);
		if (events->list[i].body)
			lo_message_free(events->list[i].body);
	}
	free(events->list);
	*events = (struct events){ 0 };
}
