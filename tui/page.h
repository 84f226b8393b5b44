/* A slot's parameters arranged as single lines, and as tables where ids are numbered (band1/freq, band2/freq ...). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PAGE_H
#define TUI_PAGE_H

#include "osc/remote.h"

enum {
	PAGE_LINES_MAX = 160,
	PAGE_TABLES_MAX = 6,
	PAGE_COLUMNS_MAX = 16,
	PAGE_NUMBER_COLUMNS = 3, /* before the cells of a table's row */
	PAGE_NONE = 0xffff,
};

enum page_kind { PAGE_SINGLE, PAGE_HEAD, PAGE_ROW };

struct page_line {
	enum page_kind kind;
	uint8_t table;                    /* HEAD and ROW */
	uint8_t n_cells;                  /* SINGLE: 1 */
	uint16_t number;                  /* ROW: 3 for band3 */
	uint16_t cells[PAGE_COLUMNS_MAX]; /* parameter, or PAGE_NONE */
};

struct page_table {
	char prefix[24];
	uint32_t n_columns;
	char fields[PAGE_COLUMNS_MAX][24];
	int widths[PAGE_COLUMNS_MAX]; /* of the widest value or the head */
};

struct page {
	uint32_t n_lines;
	struct page_line lines[PAGE_LINES_MAX];
	uint32_t n_tables;
	struct page_table tables[PAGE_TABLES_MAX];
};

/* All parameters of the slot, those that every slot has too, each exactly once, in their order. A prefix makes a table
 * when at least two numbers and two fields of it are there. */
void page_build(struct page *, const struct remote_slot *);

/* Line and cell of a parameter; false when it has none. */
bool page_find(const struct page *, uint32_t param, uint32_t *line, uint32_t *cell);

/* The parameter that many lines further (up: negative), heads left out, stopping at the ends; cell is the wished
 * column. */
uint32_t page_move(const struct page *, uint32_t param, int lines, uint32_t cell);

/* The parameter that many cells to the right in its table row; the same one where there is no such cell. */
uint32_t page_move_cell(const struct page *, uint32_t param, int cells);

/* First line to show so that `line` is among the `visible` ones, given what was first before. A table's row that would
 * come first gives its place to the table's head, so the cursor's row is never that one. */
int page_scroll(const struct page *, int top, int line, int visible);

/* Number of columns from left that begin at `first` and fit into width (each with one space before it). */
uint32_t page_columns_fitting(const struct page_table *, uint32_t first, int width);

#endif
