/* View title: the rack's title, to be read from across the room. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/screen.h"
#include "tui/view.h"

static bool fits(const struct screen *s)
{
	return s->layout.rows >= LAYOUT_ROWS_MIN;
}

static void draw(struct screen *s)
{
	canvas_put(&s->canvas, s->layout.rows / 2, 4, s->layout.columns - 4, STYLE_TITLE, remote_title(s->remote));
}

const struct view view_title = {
	.name = "title",
	.help = "the rack's title in the middle of the screen",
	.code = 'T',
	.key_name = "T",
	.alone = true,
	.fits = fits,
	.draw = draw,
	.levels = (const char *const[]){ NULL },
};
