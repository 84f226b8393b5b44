/* Text into a number of terminal columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TEXT_H
#define TUI_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes as many whole characters of text as fit into columns and size, and returns the columns taken. Text is read in
 * the locale's encoding; what cannot be shown (and, in ascii, all beyond ASCII) becomes '?'. */
int text_clip(char *out, size_t size, const char *text, int columns, bool ascii);

/* The same, but where more than blanks is lost the last column says so, with an ellipsis ('~' in ascii), if there are
 * at least TEXT_CUT_MIN. Returns the columns taken. */
enum { TEXT_CUT_MIN = 4 };
int text_cut(char *out, size_t size, const char *text, int columns, bool ascii);

/* Cut, and filled up with spaces to exactly columns. */
void text_pad(char *out, size_t size, const char *text, int columns, bool ascii);

/* Columns that the text takes when nothing is clipped. */
int text_columns(const char *text, bool ascii);

#endif
