/* What is always in sight around a view: head, chain, meters, foot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/frame.h"

#include "tui/view.h"

void frame_draw_levels(struct screen *s)
{
	const struct view *view = view_shown(s, s->view);
	if (!view->alone) {
		frame_chain_levels(s);
		frame_meters_levels(s);
	}
	if (view->draw_levels)
		view->draw_levels(s);
	move(s->canvas.focus_y, s->canvas.focus_x);
}

void frame_draw(struct screen *s)
{
	erase();
	layout_compute(&s->layout, LINES, COLS);
	s->canvas.rows = LINES;
	s->canvas.columns = COLS;
	s->canvas.focus_y = 0;
	s->canvas.focus_x = s->layout.slot_x;
	const struct view *view = view_shown(s, s->view);
	remote_listen(s->remote, view->levels);
	if (!view->alone) {
		frame_head(s);
		frame_chain(s);
		frame_meters(s);
		frame_foot(s);
	}
	view->draw(s);
	dialog_draw(&s->dialog, &s->canvas, s);
	move(s->canvas.focus_y, s->canvas.focus_x);
}

void frame_click(struct screen *s, int y, int x)
{
	const struct view *view = view_shown(s, s->view);
	int row = y - s->layout.main_y - 1;
	if (view->alone || row < 0 || row >= s->layout.main_rows - 1)
		return;
	if (x >= LAYOUT_CHAIN_COLUMNS && view->click)
		view->click(s, y, x);
	else if (x < LAYOUT_CHAIN_COLUMNS && s->chain_top + row < (int)remote_n_slots(s->remote))
		screen_select(s, (uint32_t)(s->chain_top + row));
}
