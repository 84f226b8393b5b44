/* The selected slot, drawn from its parameters: sliders, choices, switches, and tables of bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/page_draw.h"

#include "tui/bar.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_COLUMNS = 15, VALUE_COLUMNS = 12, SLIDER_MAX = 80 };

static void value_text(const struct remote_param *p, char *text, size_t size)
{
	if (p->known)
		param_format(&p->row, p->value, text, size);
	else
		snprintf(text, size, "...");
}

/* Where "nothing" is: zero for gains and the like, else the lower end. */
static double origin(const struct param *row)
{
	return row->scale == SCALE_LINEAR && row->min < 0 && row->max > 0 ? (double)param_to_norm(row, 0) : 0;
}

static void draw_slider(const struct screen *s, int y, int x, int columns, const struct remote_param *p, bool selected)
{
	char text[BAR_SIZE(SLIDER_MAX)];
	columns = columns < SLIDER_MAX ? columns : SLIDER_MAX;
	if (columns < 4)
		return;
	bar_slider(
		text, sizeof text, (double)param_to_norm(&p->row, p->value), origin(&p->row), columns, s->canvas.ascii);
	canvas_put(&s->canvas, y, x, columns, selected ? STYLE_TITLE : STYLE_MARK, text);
}

/* All names with the one that holds in brackets; when there is no room, how many there are. */
static void draw_choices(const struct screen *s, int y, int x, int columns, const struct param *row, float value)
{
	char text[512] = "";
	int n = (int)row->max + 1;
	for (int i = 0; i < n; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, i == (int)value ? "[%s]" : " %s ", row->choices[i]);
	}
	if (text_columns(text, s->canvas.ascii) > columns)
		snprintf(text, sizeof text, "%d of %d", (int)value + 1, n);
	canvas_put(&s->canvas, y, x, columns, STYLE_PLAIN, text);
}

/* An L between the label and the value marks what is locked. */
static void draw_single(const struct screen *s, int y, const struct remote_param *p, bool selected)
{
	int x = s->layout.slot_x, rest = s->layout.slot_columns - LABEL_COLUMNS - VALUE_COLUMNS - 2;
	char value[64], text[80];
	canvas_pad(&s->canvas, y, x, LABEL_COLUMNS, selected ? STYLE_TITLE : STYLE_PLAIN,
		p->row.label && *p->row.label ? p->row.label : p->id);
	if (p->locked)
		canvas_put(&s->canvas, y, x + LABEL_COLUMNS - 1, 1, STYLE_MARK, "L");
	value_text(p, value, sizeof value);
	snprintf(text, sizeof text, "%*s", VALUE_COLUMNS - 1, value);
	canvas_pad(&s->canvas, y, x + LABEL_COLUMNS, VALUE_COLUMNS, selected ? STYLE_CURSOR : STYLE_PLAIN, text);
	x += LABEL_COLUMNS + VALUE_COLUMNS + 1;
	if (!p->known)
		return;
	if (p->row.scale == SCALE_CHOICE)
		draw_choices(s, y, x, rest, &p->row, p->value);
	else if (p->row.scale == SCALE_TOGGLE)
		canvas_put(&s->canvas, y, x, rest, STYLE_PLAIN, p->value != 0 ? "[x]" : "[ ]");
	else
		draw_slider(s, y, x, rest, p, selected);
}

/* Heads are the fields' names; a table that is too wide shows the columns from left on, arrows telling of the others.
 */
static void draw_head(const struct screen *s, int y, const struct page_table *table, uint32_t left, uint32_t n)
{
	int x = s->layout.slot_x;
	canvas_put(&s->canvas, y, x, PAGE_NUMBER_COLUMNS, STYLE_MARK, left > 0 ? "<" : "");
	x += PAGE_NUMBER_COLUMNS;
	for (uint32_t c = left; c < left + n; c++) {
		char text[48];
		snprintf(text, sizeof text, " %*s", table->widths[c], table->fields[c]);
		canvas_put(&s->canvas, y, x, table->widths[c] + 1, STYLE_DIM, text);
		x += table->widths[c] + 1;
	}
	if (left + n < table->n_columns)
		canvas_put(&s->canvas, y, s->layout.columns - 1, 1, STYLE_MARK, ">");
}

static void draw_row(const struct screen *s, int y, const struct remote_slot *slot, const struct page_line *line,
	uint32_t left, uint32_t n, uint32_t selected)
{
	const struct page_table *table = &s->page.tables[line->table];
	int x = s->layout.slot_x;
	char value[64], text[80];
	bool off = false; /* a band that is switched off is dimmed */
	for (uint32_t c = 0; c < line->n_cells; c++)
		if (line->cells[c] != PAGE_NONE) {
			const struct remote_param *p = &slot->params[line->cells[c]];
			off |= p->row.role == ROLE_BAND_ON && p->known && p->value == 0;
		}
	snprintf(text, sizeof text, "%*u", PAGE_NUMBER_COLUMNS, line->number);
	canvas_put(&s->canvas, y, x, PAGE_NUMBER_COLUMNS, off ? STYLE_DIM : STYLE_TITLE, text);
	x += PAGE_NUMBER_COLUMNS;
	for (uint32_t c = left; c < left + n; x += table->widths[c++] + 1) {
		if (line->cells[c] == PAGE_NONE)
			continue;
		if (slot->params[line->cells[c]].locked)
			canvas_put(&s->canvas, y, x, 1, STYLE_MARK, "L");
		value_text(&slot->params[line->cells[c]], value, sizeof value);
		snprintf(text, sizeof text, "%*s", table->widths[c], value);
		canvas_put(&s->canvas, y, x + 1, table->widths[c],
			line->cells[c] == selected ? STYLE_CURSOR
			: off                      ? STYLE_DIM
						   : STYLE_PLAIN,
			text);
	}
}

static uint32_t fitting(const struct screen *s, const struct page_table *table, uint32_t left)
{
	return page_columns_fitting(table, left, s->layout.slot_columns - PAGE_NUMBER_COLUMNS);
}

/* Moves the table's left edge as little as shows the cursor's cell. */
static uint32_t scroll_left(const struct screen *s, const struct page_table *table, uint32_t left, uint32_t cell)
{
	if (cell < left)
		left = cell;
	while (left < cell && cell >= left + fitting(s, table, left))
		left++;
	while (left > 0 && fitting(s, table, left - 1) >= table->n_columns - left + 1)
		left--;
	return left;
}

static void draw_title(struct screen *s, const struct remote_slot *slot, int visible)
{
	char text[160];
	bool bypassed = slot->params[slot->bypass].value != 0, solo = slot->params[slot->solo].value != 0,
	     delta = slot->params[slot->delta].value != 0;
	snprintf(text, sizeof text, "%s%s%s%s%s%s%s", slot->label[0] ? slot->label : slot->id,
		strcmp(slot->id, slot->type) == 0 ? "" : "  ", strcmp(slot->id, slot->type) == 0 ? "" : slot->id,
		bypassed ? "  [bypassed]" : "", solo ? "  [solo]" : "", delta ? "  [delta]" : "",
		slot->type[0] ? "" : "  ...");
	canvas_put(&s->canvas, s->layout.main_y, s->layout.slot_x, s->layout.slot_columns, STYLE_TITLE, text);
	int x = s->layout.slot_x + text_columns(text, s->canvas.ascii) + 2;
	for (uint32_t i = 0; i < slot->n_meters && x < s->layout.columns; i++) {
		const struct remote_meter *meter = &slot->meters[i];
		char figure[16];
		bar_figure(figure, sizeof figure, (double)meter->value);
		snprintf(text, sizeof text, "%s %s %s  ", meter->label[0] ? meter->label : meter->id, figure,
			unit_text(meter->unit));
		int width = text_columns(text, s->canvas.ascii);
		if (x + width > s->layout.columns) /* its last two are the gap, or the arrow's */
			break;
		canvas_put(&s->canvas, s->layout.main_y, x, width, STYLE_DIM, text);
		x += width;
	}
	if (screen_place(s)->top + visible < (int)s->page.n_lines)
		canvas_put(&s->canvas, s->layout.main_y, s->layout.columns - 2, 2, STYLE_MARK,
			s->canvas.ascii ? "v" : "↓");
}

void page_draw_levels(struct screen *s, int rows)
{
	const struct remote_slot *slot = screen_slot(s);
	if (!slot || slot->n_meters == 0)
		return;
	canvas_clear(&s->canvas, s->layout.main_y, s->layout.slot_x);
	draw_title(s, slot, rows - 1);
}

/* first: of those that show; there a table's head stands for its row, as the row has gone under it. */
static void draw_line(struct screen *s, int y, const struct remote_slot *slot, const struct page_line *line, bool first)
{
	struct place *place = screen_place(s);
	uint32_t at, cell;
	for (uint32_t c = 0; c < line->n_cells; c++)
		if (line->cells[c] == place->param)
			s->canvas.focus_y = y;
	if (line->kind == PAGE_SINGLE) {
		draw_single(s, y, &slot->params[line->cells[0]], line->cells[0] == place->param);
		return;
	}
	const struct page_table *table = &s->page.tables[line->table];
	if (page_find(&s->page, place->param, &at, &cell) && s->page.lines[at].kind == PAGE_ROW)
		place->left = scroll_left(s, table, place->left, cell);
	uint32_t left = place->left < table->n_columns ? place->left : 0, n = fitting(s, table, left);
	if (line->kind == PAGE_HEAD || first)
		draw_head(s, y, table, left, n);
	else
		draw_row(s, y, slot, line, left, n, place->param);
}

void page_draw(struct screen *s, int rows)
{
	const struct remote_slot *slot = screen_slot(s);
	if (!slot) {
		canvas_put(&s->canvas, s->layout.main_y + 1, s->layout.slot_x + 1, s->layout.slot_columns - 1,
			STYLE_PLAIN,
			remote_state(s->remote) == REMOTE_LIVE
				? "The chain is empty: i inserts a module, p loads a preset."
				: "");
		return;
	}
	struct place *place = screen_place(s);
	uint32_t line = 0, cell = 0;
	int visible = rows - 1;
	page_find(&s->page, place->param, &line, &cell);
	place->top = page_scroll(&s->page, place->top, (int)line, visible);
	draw_title(s, slot, visible);
	for (int i = 0; i < visible && place->top + i < (int)s->page.n_lines; i++)
		draw_line(s, s->layout.main_y + 1 + i, slot, &s->page.lines[place->top + i], i == 0);
}

/* The parameter that is drawn at a column of a line; PAGE_NONE: none. */
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

void page_draw_select(struct screen *s, int row, int x)
{
	if (!screen_slot(s))
		return;
	struct place *place = screen_place(s);
	if (place->top + row >= (int)s->page.n_lines)
		return;
	uint32_t found = param_at(s, &s->page.lines[place->top + row], place->left, x);
	if (found != PAGE_NONE)
		place->param = found;
}
