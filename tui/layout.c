/* Which part of the screen goes where. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/layout.h"

#include <string.h>

void layout_compute(struct layout *l, int rows, int columns)
{
	memset(l, 0, sizeof *l);
	l->rows = rows;
	l->columns = columns;
	l->fits = rows >= LAYOUT_ROWS_MIN && columns >= LAYOUT_COLUMNS_MIN;
	if (!l->fits)
		return;
	l->main_y = LAYOUT_HEAD_ROWS;
	l->foot_y = rows - LAYOUT_FOOT_ROWS;
	l->meters_y = l->foot_y - LAYOUT_METER_ROWS;
	l->main_rows = l->meters_y - l->main_y;
	l->slot_x = LAYOUT_CHAIN_COLUMNS + 1;
	l->slot_columns = columns - l->slot_x;
	/* A title and ten lines (a band's table with its head and one more) come before any picture; once that is high
	 * enough to be read, the three lines that every slot has come before a higher one. */
	int spare = l->main_rows - 11, more = spare - 3;
	if (spare >= LAYOUT_CURVE_ROWS)
		l->curve_rows = more < LAYOUT_CURVE_ROWS       ? LAYOUT_CURVE_ROWS
				: more < LAYOUT_CURVE_ROWS_MAX ? more
							       : LAYOUT_CURVE_ROWS_MAX;
}

int layout_scroll(int top, int cursor, int visible, int n)
{
	if (cursor < top)
		top = cursor;
	if (cursor >= top + visible)
		top = cursor - visible + 1;
	if (top > n - visible)
		top = n - visible;
	return top > 0 ? top : 0;
}
