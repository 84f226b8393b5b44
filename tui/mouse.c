/* The mouse: a click selects a slot or parameter, the wheel steps the value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"
#include "tui/screen.h"

/* The parameter that is drawn at a column of a table's row; PAGE_NONE: none. */
static uint32_t param_at(const struct screen *s, const struct page_line *line, uint32_t left, int x)
{
	if (line->kind == PAGE_HEAD)
		return PAGE_NONE;
	if (line->kind == PAGE_SINGLE)
		return line->cells[0];
	const struct page_table *table = &s->page.tables[line->table];
	int at = s->layout.slot_x + PAGE_NUMBER_COLUMNS;
	for (uint32_t c = left; c < line->n_cells; c++) {
		at += table->widths[c] + 1;
		if (x < at)
			return line->cells[c];
	}
	return PAGE_NONE;
}

static void select_at(struct screen *s, int y, int x)
{
	int row = y - s->layout.main_y - 1;
	if (row < 0 || row >= s->layout.main_rows - 1)
		return;
	if (x < LAYOUT_CHAIN_COLUMNS) {
		if (s->chain_top + row < (int)remote_n_slots(s->remote))
			screen_select(s, (uint32_t)(s->chain_top + row));
		return;
	}
	if (!screen_slot(s) || row >= s->layout.main_rows - 1 - s->layout.curve_rows)
		return;
	struct place *place = screen_place(s);
	if (place->top + row >= (int)s->page.n_lines)
		return;
	uint32_t found = param_at(s, &s->page.lines[place->top + row], place->left, x);
	if (found != PAGE_NONE)
		place->param = found;
}

void mouse_take(struct screen *s)
{
	MEVENT event;
	if (getmouse(&event) != OK || !s->layout.fits)
		return;
	if (event.bstate & BUTTON4_PRESSED)
		action_run(s, keys_find('+'));
	else if (event.bstate & BUTTON5_PRESSED)
		action_run(s, keys_find('-'));
	else
		select_at(s, event.y, event.x);
}
