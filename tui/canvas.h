/* Text on the screen, cut to its place and in the characters that the terminal has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "tui/colors.h"

#include <stdbool.h>

struct canvas {
	int rows, columns;    /* of the screen */
	bool ascii;           /* no characters beyond ASCII */
	int focus_y, focus_x; /* where the terminal's cursor rests, for screen readers and braille lines */
};

/* Writes text at y, x, cut to `columns`; pad fills the rest of them with spaces. */
void canvas_put(const struct canvas *, int y, int x, int columns, enum style, const char *text);
void canvas_pad(const struct canvas *, int y, int x, int columns, enum style, const char *text);

/* Blank from x to the end of the line. */
void canvas_clear(const struct canvas *, int y, int x);

#endif
