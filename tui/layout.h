/* Which part of the screen goes where. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

enum {
	LAYOUT_COLUMNS_MIN = 80,
	LAYOUT_ROWS_MIN = 24,
	LAYOUT_HEAD_ROWS = 2,
	LAYOUT_METER_ROWS = 7, /* scale, four bars, loudness, correlation */
	LAYOUT_FOOT_ROWS = 3,  /* value and range, help, message or keys */
	LAYOUT_CHAIN_COLUMNS = 23,
	LAYOUT_CURVE_ROWS = 8, /* at least, with its axis */
	LAYOUT_CURVE_ROWS_MAX = 18,
};

/* From the top: head, chain beside the selected slot, meters, foot. All in rows and columns of the screen. */
struct layout {
	bool fits; /* false: less than 80x24, nothing else is set */
	int rows, columns;
	int main_y, main_rows;
	int slot_x, slot_columns;
	int meters_y, foot_y;
	int curve_rows; /* at the foot of the slot's part; 0: no room for a curve */
};

void layout_compute(struct layout *, int rows, int columns);

/* First line to show of a list of n so that line `cursor` is among the `visible` ones; top is what was first before. */
int layout_scroll(int top, int cursor, int visible, int n);

#endif
