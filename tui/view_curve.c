/* The response curve of an equaliser, below its table of bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/curve.h"
#include "tui/screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AXIS_COLUMNS = 5, PLOT_COLUMNS_MAX = 400, BANDS_MAX = 16 };

struct bands {
	int n;
	struct curve_band band[BANDS_MAX];
};

static int find_field(const struct page_table *table, const char *field)
{
	for (uint32_t c = 0; c < table->n_columns; c++)
		if (strcmp(table->fields[c], field) == 0)
			return (int)c;
	return -1;
}

static const struct page_table *band_table(const struct page *page)
{
	static const char *const needed[] = { "type", "freq", "gain", "q" };
	for (uint32_t t = 0; t < page->n_tables; t++) {
		size_t n = 0;
		while (n < 4 && find_field(&page->tables[t], needed[n]) >= 0)
			n++;
		if (n == 4)
			return &page->tables[t];
	}
	return NULL;
}

bool view_curve_fits(struct screen *s)
{
	return screen_slot(s) && band_table(&s->page);
}

/* The row's parameter in this column when it has arrived, else NULL. */
static const struct remote_param *cell(
	const struct remote_slot *slot, const struct page_table *table, const struct page_line *line, const char *field)
{
	int c = find_field(table, field);
	uint32_t index = c >= 0 ? line->cells[c] : PAGE_NONE;
	return index != PAGE_NONE && slot->params[index].known ? &slot->params[index] : NULL;
}

static const char *choice(const struct remote_param *p)
{
	return p && p->row.scale == SCALE_CHOICE ? p->row.choices[(int)p->value] : "";
}

static void add_band(struct bands *bands, const struct remote_slot *slot, const struct page_table *table,
	const struct page_line *line)
{
	const struct remote_param *on = cell(slot, table, line, "on"), *freq = cell(slot, table, line, "freq"),
				  *gain = cell(slot, table, line, "gain"), *q = cell(slot, table, line, "q");
	if ((on && on->value == 0) || !freq || !gain || !q || freq->value <= 0 || q->value <= 0 ||
		bands->n == BANDS_MAX)
		return;
	bands->band[bands->n++] = (struct curve_band){
		.type = choice(cell(slot, table, line, "type")),
		.freq = (double)freq->value,
		.gain = (double)gain->value,
		.q = (double)q->value,
		.slope = atoi(choice(cell(slot, table, line, "slope"))),
	};
}

static void draw_axes(const struct screen *s, int y, int x, int columns, double span)
{
	int rows = s->layout.curve_rows - 1;
	static const struct {
		double freq;
		const char *text;
	} marks[] = { { 20, "20" }, { 50, "50" }, { 100, "100" }, { 200, "200" }, { 500, "500" }, { 1000, "1k" },
		{ 2000, "2k" }, { 5000, "5k" }, { 10000, "10k" } };
	char text[16];
	for (int i = -1; i <= 1; i++) {
		snprintf(text, sizeof text, "%+3.0f", i * span);
		screen_put(s, y + curve_half_row(i * span, span, rows) / 2, x - AXIS_COLUMNS, AXIS_COLUMNS, STYLE_DIM,
			i ? text : " dB");
	}
	attrset(colors_attr(STYLE_DIM));
	mvhline(y + curve_half_row(0, span, rows) / 2, x, s->options.ascii ? '-' : 0, columns);
	attrset(A_NORMAL);
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		int at = (int)lround(log(marks[i].freq / 20) / log(1000) * (columns - 1));
		screen_put(s, y + rows, x + at, columns - at, STYLE_DIM, marks[i].text);
	}
}

static void plot(const struct screen *s, int y, int x, int columns, const double *db, double span)
{
	int rows = s->layout.curve_rows - 1;
	static const char *const wide[] = { "", "▀", "▄", "█" }, *const ascii[] = { "", "'", ".", "|" };
	int before = curve_half_row(db[0], span, rows);
	for (int c = 0; c < columns; c++) {
		int at = curve_half_row(db[c], span, rows);
		/* A steep part is drawn without gaps, from one beside the last point on. */
		int from = before < at ? before + 1 : before > at ? before - 1 : at;
		for (int row = 0; row < rows; row++) {
			enum curve_cell shown = curve_cell(row, from, at);
			if (shown != CURVE_EMPTY)
				screen_put(s, y + row, x + c, 1, STYLE_MARK, (s->options.ascii ? ascii : wide)[shown]);
		}
		before = at;
	}
}

void view_curve(struct screen *s)
{
	const struct remote_slot *slot = screen_slot(s);
	const struct page_table *table = band_table(&s->page);
	struct bands bands = { 0 };
	double db[PLOT_COLUMNS_MAX];
	int x = s->layout.slot_x + AXIS_COLUMNS, y = s->layout.meters_y - s->layout.curve_rows;
	int columns = s->layout.columns - x - 1;
	columns = columns < PLOT_COLUMNS_MAX ? columns : PLOT_COLUMNS_MAX;
	for (uint32_t i = 0; i < s->page.n_lines; i++)
		if (s->page.lines[i].kind == PAGE_ROW && &s->page.tables[s->page.lines[i].table] == table)
			add_band(&bands, slot, table, &s->page.lines[i]);
	for (int c = 0; c < columns; c++) {
		db[c] = 0;
		for (int i = 0; i < bands.n; i++)
			db[c] += curve_band_db(&bands.band[i], curve_freq(c, columns));
	}
	double span = curve_span(db, columns);
	draw_axes(s, y, x, columns, span);
	plot(s, y, x, columns, db, span);
}
