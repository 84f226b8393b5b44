/* Reads event files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/events.h"

#include "osc/wire/word.h"
#include "rack/base/file.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* Makes room for one more in an array of n whose room doubles. */
static void *grow(void *array, size_t n, size_t size)
{
	enum { FIRST = 64 };
	if (n != 0 && (n < FIRST || (n & (n - 1)) != 0))
		return array;
	return realloc(array, (n ? 2 * n : FIRST) * size);
}

static enum status no_memory(struct reason *reason)
{
	return reason_set(reason, STATUS_NO_MEMORY, "no memory for the events");
}

static enum status add_word(
	struct events *events, struct event *event, const char *word, bool quoted, struct reason *reason)
{
	struct word *words = grow(events->words, events->n_words, sizeof *words);
	if (!words)
		return no_memory(reason);
	events->words = words;
	words[events->n_words++] = (struct word){ word, quoted };
	event->n_words++;
	return STATUS_OK;
}

static enum status read_event(char *line, struct events *events, struct event *event, struct reason *reason)
{
	bool quoted;
	char *rest = line, *seconds = next_word(&rest, &quoted);
	if (!is_number(seconds, &event->seconds) || !isfinite(event->seconds) || event->seconds < 0)
		return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is not a time in seconds", seconds);
	event->address = next_word(&rest, &quoted);
	if (!event->address || *event->address != '/')
		return reason_set(reason, STATUS_BAD_VALUE, "an OSC address is missing behind the time");
	event->first_word = events->n_words;
	for (char *word; (word = next_word(&rest, &quoted));) {
		enum status status = add_word(events, event, word, quoted, reason);
		if (status != STATUS_OK)
			return status;
	}
	if (rest[strspn(rest, " \t\r")] == '"')
		return reason_set(reason, STATUS_BAD_VALUE, "a quote is not closed");
	return STATUS_OK;
}

static bool has_event(const char *line)
{
	line += strspn(line, " \t\r");
	return *line && *line != '#';
}

/* text ends at size; a NUL before would hide what follows it. */
static enum status read_lines(
	char *text, size_t size, struct events *events, unsigned *line_number, struct reason *reason)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *last = text + size;
	if (strncmp(text, mark, sizeof mark - 1) == 0)
		text += sizeof mark - 1;
	for (char *line = text, *end; line; line = end) {
		end = memchr(line, '\n', (size_t)(last - line));
		size_t length = (size_t)((end ? end : last) - line);
		(*line_number)++;
		if (memchr(line, '\0', length))
			return reason_set(reason, STATUS_BAD_VALUE, "a NUL byte, which no text has");
		if (end)
			*end++ = '\0';
		if (!has_event(line))
			continue;
		struct event *list = grow(events->list, events->n, sizeof *list);
		if (!list)
			return no_memory(reason);
		events->list = list;
		struct event *event = &events->list[events->n++];
		*event = (struct event){ .line = *line_number };
		enum status status = read_event(line, events, event, reason);
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
	size_t size;
	struct reason why;
	enum status status = file_read(path, EVENTS_SIZE_MAX, &events->text, &size, &why);
	if (status != STATUS_OK)
		return reason_set(reason, status, "%.100s: %.140s", path, why.text);
	unsigned line = 0;
	status = read_lines(events->text, size, events, &line, &why);
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
	free(events->list);
	free(events->words);
	free(events->text);
	*events = (struct events){ 0 };
}
