/* What things look like: attributes, and colours where they are wanted and there. No meaning is carried by them alone.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_COLORS_H
#define TUI_COLORS_H

#include <curses.h>
#include <stdbool.h>

enum style {
	STYLE_PLAIN,
	STYLE_TITLE,
	STYLE_DIM,
	STYLE_CURSOR,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_MARK,
	N_STYLES
};

/* After initscr or newterm. */
void colors_start(bool color);

/* The attribute for waddstr, and pair and attribute for mvchgat. */
int colors_attr(enum style);
void colors_span(int y, int x, int columns, enum style); /* of text that is drawn already */

#endif
