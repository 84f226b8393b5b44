/* View small: one meter and the keys that matter, where the terminal is too small for all others. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/bar.h"
#include "tui/screen.h"
#include "tui/view.h"

#include <math.h>
#include <stdio.h>

enum { BAR_MAX = 240 };

static bool fits(const struct screen *s)
{
	(void)s;
	return true;
}

static void draw(struct screen *s)
{
	char text[120];
	int rows = s->layout.rows, columns = s->layout.columns;
	snprintf(text, sizeof text, "Too small: %dx%d, at least %dx%d", columns, rows, LAYOUT_COLUMNS_MIN,
		LAYOUT_ROWS_MIN);
	canvas_put(&s->canvas, 0, 0, columns, STYLE_PLAIN, text);
	if (rows < 3 || columns < 20)
		return;
	const float *peaks = remote_level_role(s->remote, TAP_OUT, ROLE_PEAK);
	char bar[BAR_SIZE(BAR_MAX)], figure[16];
	float peak = fmaxf(peaks[0], peaks[1]);
	int width = columns - 12 < BAR_MAX ? columns - 12 : BAR_MAX;
	bar_text(bar, sizeof bar, bar_level((double)peak), width, s->canvas.ascii);
	bar_figure(figure, sizeof figure, (double)peak);
	canvas_put(&s->canvas, 1, 0, columns, STYLE_TITLE, "OUT");
	canvas_put(&s->canvas, 1, 4, width, STYLE_PLAIN, bar);
	snprintf(text, sizeof text, "%7s", figure);
	canvas_put(&s->canvas, 1, columns - 7, 7, STYLE_PLAIN, text);
	snprintf(text, sizeof text, "%s? help  q quit", remote_rack_bypass(s->remote)->value != 0 ? "BYPASS  " : "");
	canvas_put(&s->canvas, 2, 0, columns, STYLE_DIM, text);
}

const struct view view_small = {
	.name = "small",
	.help = "the output's peak, where the terminal is too small",
	.alone = true,
	.fits = fits,
	.draw = draw,
	.draw_levels = draw,
	.levels = (const char *const[]){ "/meter/in/*", "/meter/out/*", NULL },
};
