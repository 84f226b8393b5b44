/* Text on the screen, cut to its place and in the characters that the terminal has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/canvas.h"

#include "tui/text.h"

static void write_at(int y, int x, enum style style, const char *text)
{
	attrset(colors_attr(style));
	mvaddstr(y, x, text);
	attrset(A_NORMAL);
}

void canvas_put(const struct canvas *canvas, int y, int x, int columns, enum style style, const char *text)
{
	char cut[1024];
	if (columns <= 0)
		return;
	text_cut(cut, sizeof cut, text, columns, canvas->ascii);
	write_at(y, x, style, cut);
}

void canvas_pad(const struct canvas *canvas, int y, int x, int columns, enum style style, const char *text)
{
	char padded[1024];
	if (columns <= 0)
		return;
	text_pad(padded, sizeof padded, text, columns, canvas->ascii);
	write_at(y, x, style, padded);
}

void canvas_clear(const struct canvas *canvas, int y, int x)
{
	if (x < canvas->columns && move(y, x) == OK)
		clrtoeol();
}
