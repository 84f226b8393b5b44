/* View rack: the selected slot's parameters, and an equaliser's response where there is room. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"
#include "tui/curve_draw.h"
#include "tui/page_draw.h"
#include "tui/view.h"

static bool fits(const struct screen *s)
{
	return s->layout.fits;
}

static int curve_rows(struct screen *s)
{
	int rows = s->layout.curve_rows;
	if (!curve_draw_fits(s) || (rows > 0) == s->curve_flipped)
		return 0;
	return rows ? rows : LAYOUT_CURVE_ROWS;
}

static void draw(struct screen *s)
{
	int rows = curve_rows(s);
	page_draw(s, s->layout.main_rows - rows);
	if (rows)
		curve_draw(s, rows);
}

static void draw_levels(struct screen *s)
{
	page_draw_levels(s, s->layout.main_rows - curve_rows(s));
}

static void click(struct screen *s, int y, int x)
{
	int row = y - s->layout.main_y - 1;
	if (row >= 0 && row < s->layout.main_rows - 1 - curve_rows(s))
		page_draw_select(s, row, x);
}

static void flip_curve(struct screen *s, float amount)
{
	(void)amount;
	const struct remote_slot *slot = screen_slot(s);
	if (curve_draw_fits(s))
		s->curve_flipped = !s->curve_flipped;
	else if (slot)
		screen_say(s, false, "%s has no response curve: select an equaliser with Tab", slot->id);
}

static const struct key rows[] = {
	{ { 'g' }, "g", NULL, "show or hide the response curve of an equaliser", flip_curve, 0 },
};
static const struct keymap own_keys = KEYMAP(rows);

const struct view view_rack = {
	.name = "rack",
	.help = "the selected slot: parameters and response",
	.code = KEY_F(2),
	.key_name = "F2",
	.fits = fits,
	.draw = draw,
	.draw_levels = draw_levels,
	.click = click,
	.levels = (const char *const[]){ "/meter/*/*", NULL },
	.keys = { &action_param_keys, &own_keys },
};
