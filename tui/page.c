/* A slot's parameters arranged as single lines, and as tables where ids are numbered (band1/freq, band2/freq ...). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/page.h"

#include "tui/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "band3/freq" into band, 3, freq. False: an id of another form. */
static bool split(const char *id, char prefix[24], unsigned *number, char field[24])
{
	size_t n = strcspn(id, "0123456789/");
	char *rest;
	if (n == 0 || n >= 24 || id[n] < '0' || id[n] > '9')
		return false;
	*number = (unsigned)strtoul(id + n, &rest, 10);
	if (*rest != '/' || rest[1] == '\0' || strlen(rest + 1) >= 24 || *number > 999)
		return false;
	snprintf(prefix, 24, "%.*s", (int)n, id);
	snprintf(field, 24, "%.23s", rest + 1);
	return true;
}

static struct page_table *find_table(struct page *page, const char *prefix)
{
	for (uint32_t i = 0; i < page->n_tables; i++)
		if (strcmp(page->tables[i].prefix, prefix) == 0)
			return &page->tables[i];
	return NULL;
}

static uint32_t find_column(const struct page_table *table, const char *field)
{
	uint32_t c = 0;
	while (c < table->n_columns && strcmp(table->fields[c], field) != 0)
		c++;
	return c;
}

/* Collects prefixes and fields; prefixes with one number or one field stay single lines. */
static void find_tables(struct page *page, const struct remote_slot *slot)
{
	unsigned first[PAGE_TABLES_MAX] = { 0 };
	bool many[PAGE_TABLES_MAX] = { 0 };
	for (uint32_t i = 0; i < slot->n_rows; i++) {
		char prefix[24], field[24];
		unsigned number;
		if (!split(slot->params[i].id, prefix, &number, field))
			continue;
		struct page_table *table = find_table(page, prefix);
		if (!table && page->n_tables < PAGE_TABLES_MAX) {
			table = &page->tables[page->n_tables];
			memset(table, 0, sizeof *table);
			memcpy(table->prefix, prefix, sizeof prefix);
			first[page->n_tables++] = number;
		}
		if (!table)
			continue;
		uint32_t c = find_column(table, field);
		if (c == table->n_columns && c < PAGE_COLUMNS_MAX)
			memcpy(table->fields[table->n_columns++], field, sizeof field);
		many[table - page->tables] |= number != first[table - page->tables];
	}
	for (uint32_t i = 0; i < page->n_tables; i++)
		if (!many[i] || page->tables[i].n_columns < 2)
			page->tables[i].n_columns = 0;
}

static int longest(const struct param *row)
{
	char text[48];
	int most = 0;
	const float ends[] = { row->min, row->max, row->def };
	for (size_t i = 0; i < 3; i++) {
		param_format(row, ends[i], text, sizeof text);
		most = (int)strlen(text) > most ? (int)strlen(text) : most;
	}
	for (int i = 0; row->scale == SCALE_CHOICE && i <= (int)row->max; i++)
		most = (int)strlen(row->choices[i]) > most ? (int)strlen(row->choices[i]) : most;
	return most;
}

static struct page_line *add_line(struct page *page, enum page_kind kind)
{
	if (page->n_lines == PAGE_LINES_MAX)
		return NULL;
	struct page_line *line = &page->lines[page->n_lines++];
	line->kind = kind;
	line->table = 0;
	line->n_cells = 1;
	line->number = 0;
	for (int i = 0; i < PAGE_COLUMNS_MAX; i++)
		line->cells[i] = PAGE_NONE;
	return line;
}

static struct page_line *table_line(struct page *page, struct page_table *table, enum page_kind kind, unsigned number)
{
	uint8_t index = (uint8_t)(table - page->tables);
	for (uint32_t i = 0; i < page->n_lines; i++)
		if (page->lines[i].kind == kind && page->lines[i].table == index && page->lines[i].number == number)
			return &page->lines[i];
	struct page_line *line = add_line(page, kind);
	if (line) {
		line->table = index;
		line->n_cells = (uint8_t)table->n_columns;
		line->number = (uint16_t)number;
	}
	return line;
}

static void place(struct page *page, const struct remote_param *param, uint32_t index)
{
	char prefix[24], field[24];
	unsigned number;
	struct page_table *table = NULL;
	if (split(param->id, prefix, &number, field))
		table = find_table(page, prefix);
	uint32_t c = table ? find_column(table, field) : 0;
	if (!table || c >= table->n_columns) {
		struct page_line *line = add_line(page, PAGE_SINGLE);
		if (line)
			line->cells[0] = (uint16_t)index;
		return;
	}
	if (!table_line(page, table, PAGE_HEAD, 0))
		return;
	struct page_line *line = table_line(page, table, PAGE_ROW, number);
	if (line)
		line->cells[c] = (uint16_t)index;
	int width = (int)strlen(field);
	if (param->known && longest(&param->row) > width)
		width = longest(&param->row);
	table->widths[c] = width > table->widths[c] ? width : table->widths[c];
}

void page_build(struct page *page, const struct remote_slot *slot)
{
	page->n_lines = page->n_tables = 0;
	find_tables(page, slot);
	for (uint32_t i = 0; i < slot->n_rows; i++)
		place(page, &slot->params[i], i);
}

bool page_find(const struct page *page, uint32_t param, uint32_t *line, uint32_t *cell)
{
	for (uint32_t l = 0; l < page->n_lines; l++)
		for (uint32_t c = 0; c < page->lines[l].n_cells; c++)
			if (page->lines[l].kind != PAGE_HEAD && page->lines[l].cells[c] == param)
				return *line = l, *cell = c, true;
	return false;
}

/* The cell of a line that is nearest to the wished one, to its left first. */
static uint32_t nearest(const struct page_line *line, uint32_t cell)
{
	uint32_t c = cell < line->n_cells ? cell : line->n_cells - 1u;
	for (uint32_t i = c + 1; i-- > 0;)
		if (line->cells[i] != PAGE_NONE)
			return line->cells[i];
	for (uint32_t i = c; i < line->n_cells; i++)
		if (line->cells[i] != PAGE_NONE)
			return line->cells[i];
	return PAGE_NONE;
}

uint32_t page_move(const struct page *page, uint32_t param, int lines, uint32_t cell)
{
	uint32_t at, own;
	if (!page_find(page, param, &at, &own))
		return param;
	int step = lines < 0 ? -1 : 1;
	for (int l = (int)at + step; lines != 0 && l >= 0 && l < (int)page->n_lines; l += step) {
		uint32_t found = page->lines[l].kind == PAGE_HEAD ? PAGE_NONE : nearest(&page->lines[l], cell);
		if (found == PAGE_NONE)
			continue;
		param = found;
		lines -= step;
	}
	return param;
}

uint32_t page_move_cell(const struct page *page, uint32_t param, int cells)
{
	uint32_t at, own;
	if (!page_find(page, param, &at, &own))
		return param;
	const struct page_line *line = &page->lines[at];
	for (int c = (int)own + cells; c >= 0 && c < line->n_cells; c += cells)
		if (line->cells[c] != PAGE_NONE)
			return line->cells[c];
	return param;
}

uint32_t page_columns_fitting(const struct page_table *table, uint32_t first, int width)
{
	uint32_t n = 0;
	while (first + n < table->n_columns && width >= table->widths[first + n] + 1)
		width -= table->widths[first + n++] + 1;
	return n;
}

int page_scroll(const struct page *page, int top, int line, int visible)
{
	top = layout_scroll(top, line, visible, (int)page->n_lines);
	/* cppcheck-suppress arrayIndexOutOfBoundsCond ; line is one of the page's */
	return top == line && line > 0 && page->lines[line].kind == PAGE_ROW ? top - 1 : top;
}
