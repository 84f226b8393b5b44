/* What libjack would print: kept for the reasons of errors, so that stderr and the terminal stay clean. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/jack_private.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

/* libjack gives its callbacks no user pointer, so the last line is kept in a static; a writer that would have to wait
 * for another drops its line instead. */
static char last_words[sizeof((struct reason *)0)->text];
static atomic_flag last_words_busy = ATOMIC_FLAG_INIT;

void jack_words_keep(const char *text)
{
	if (atomic_flag_test_and_set_explicit(&last_words_busy, memory_order_acquire))
		return;
	snprintf(last_words, sizeof last_words, "%s", text);
	atomic_flag_clear_explicit(&last_words_busy, memory_order_release);
}

static void drop_words(const char *text)
{
	(void)text;
}

void jack_words_read(char *text, size_t size)
{
	while (atomic_flag_test_and_set_explicit(&last_words_busy, memory_order_acquire))
		sched_yield();
	snprintf(text, size, "%s", last_words);
	atomic_flag_clear_explicit(&last_words_busy, memory_order_release);
	text[strcspn(text, "\n")] = '\0';
}

void jack_be_quiet(void)
{
	jack_set_error_function(jack_words_keep);
	jack_set_info_function(drop_words);
}
