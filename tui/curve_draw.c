/* The response curve of an equaliser, below its table of bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/curve_draw.h"

#include "tui/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AXIS_COLUMNS = 5, PLOT_COLUMNS_MAX = 400, BANDS_MAX = 16 };

struct bands {
	int n;
	struct curve_band band[BANDS_MAX];
};

/* The parameter of a table's row that has the role; NULL: none, or it has not arrived. */
static const struct remote_param *cell(const struct remote_slot *slot, const struct page_line *line, enum role role)
{
	for (uint32_t c = 0; c < line->n_cells; c++)
		if (line->cells[c] != PAGE_NONE && slot->params[line->cells[c]].row.role == role)
			return slot->params[line->cells[c]].known ? &slot->params[line->cells[c]] : NULL;
	return NULL;
}

static bool is_band(const struct remote_slot *slot, const struct page_line *line)
{
	return line->kind == PAGE_ROW && cell(slot, line, ROLE_BAND_TYPE) && cell(slot, line, ROLE_BAND_FREQ) &&
	       cell(slot, line, ROLE_BAND_GAIN) && cell(slot, line, ROLE_BAND_Q);
}

bool curve_draw_fits(struct screen *s)
{
	const struct remote_slot *slot = screen_slot(s);
	for (uint32_t i = 0; slot && i < s->page.n_lines; i++)
		if (is_band(slot, &s->page.lines[i]))
			return true;
	return false;
}

static const char *choice(const struct remote_param *p)
{
	return p && p->row.scale == SCALE_CHOICE ? p->row.choices[(int)p->value] : "";
}

static void add_band(struct bands *bands, const struct remote_slot *slot, const struct page_line *line)
{
	const struct remote_param *on = cell(slot, line, ROLE_BAND_ON);
	double freq = (double)cell(slot, line, ROLE_BAND_FREQ)->value, q = (double)cell(slot, line, ROLE_BAND_Q)->value;
	if ((on && on->value == 0) || freq <= 0 || q <= 0 || bands->n == BANDS_MAX)
		return;
	bands->band[bands->n++] = (struct curve_band){
		.type = choice(cell(slot, line, ROLE_BAND_TYPE)),
		.freq = freq,
		.gain = (double)cell(slot, line, ROLE_BAND_GAIN)->value,
		.q = q,
		.slope = atoi(choice(cell(slot, line, ROLE_BAND_SLOPE))),
	};
}

static void draw_axes(const struct screen *s, int y, int x, int columns, int rows, double span)
{
	static const struct {
		double freq;
		const char *text;
	} marks[] = { { 20, "20" }, { 50, "50" }, { 100, "100" }, { 200, "200" }, { 500, "500" }, { 1000, "1k" },
		{ 2000, "2k" }, { 5000, "5k" }, { 10000, "10k" } };
	char text[16];
	for (int i = -1; i <= 1; i++) {
		snprintf(text, sizeof text, "%+3.0f", i * span);
		canvas_put(&s->canvas, y + curve_half_row(i * span, span, rows) / 2, x - AXIS_COLUMNS, AXIS_COLUMNS,
			STYLE_DIM, i ? text : " dB");
	}
	attrset(colors_attr(STYLE_DIM));
	mvhline(y + curve_half_row(0, span, rows) / 2, x, s->canvas.ascii ? '-' : 0, columns);
	attrset(A_NORMAL);
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		int at = (int)lround(log(marks[i].freq / 20) / log(1000) * (columns - 1));
		canvas_put(&s->canvas, y + rows, x + at, columns - at, STYLE_DIM, marks[i].text);
	}
}

static void plot(const struct screen *s, int y, int x, int columns, int rows, const double *db, double span)
{
	static const char *const wide[] = { "", "▀", "▄", "█" }, *const ascii[] = { "", "'", ".", "|" };
	if (columns < 1)
		return;
	int before = curve_half_row(db[0], span, rows);
	for (int c = 0; c < columns; c++) {
		int at = curve_half_row(db[c], span, rows);
		/* A steep part is drawn without gaps, from one beside the last point on. */
		int from = before < at ? before + 1 : before > at ? before - 1 : at;
		for (int row = 0; row < rows; row++) {
			enum curve_cell shown = curve_cell(row, from, at);
			if (shown != CURVE_EMPTY)
				canvas_put(&s->canvas, y + row, x + c, 1, STYLE_MARK,
					(s->canvas.ascii ? ascii : wide)[shown]);
		}
		before = at;
	}
}

void curve_draw(struct screen *s, int curve_rows)
{
	const struct remote_slot *slot = screen_slot(s);
	struct bands bands = { 0 };
	double db[PLOT_COLUMNS_MAX];
	int x = s->layout.slot_x + AXIS_COLUMNS, y = s->layout.meters_y - curve_rows;
	int columns = s->layout.columns - x - 1;
	columns = columns < PLOT_COLUMNS_MAX ? columns : PLOT_COLUMNS_MAX;
	for (uint32_t i = 0; i < s->page.n_lines; i++)
		if (is_band(slot, &s->page.lines[i]))
			add_band(&bands, slot, &s->page.lines[i]);
	for (int c = 0; c < columns; c++) {
		db[c] = 0;
		for (int i = 0; i < bands.n; i++)
			db[c] += curve_band_db(&bands.band[i], curve_freq(c, columns));
	}
	double span = curve_span(db, columns);
	draw_axes(s, y, x, columns, curve_rows - 1, span);
	plot(s, y, x, columns, curve_rows - 1, db, span);
}
