/* The rack's input and output: peaks, loudness, correlation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/bar.h"
#include "tui/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_COLUMNS = 6, FIGURE_COLUMNS = 8, N_FIGURES = 4, CLIP_COLUMNS = 5, BAR_MAX = 240, HOLD_MS = 1500 };

static int bar_columns(const struct screen *s)
{
	int columns = s->layout.columns - NAME_COLUMNS - N_FIGURES * FIGURE_COLUMNS - CLIP_COLUMNS;
	return columns < BAR_MAX ? columns : BAR_MAX;
}

static void draw_scale(const struct screen *s, int y)
{
	static const int marks[] = { -60, -40, -30, -20, -15, -10, -6, -3, 0 };
	static const char *const heads[N_FIGURES] = { "peak", "TP", "RMS", "max TP" };
	int columns = bar_columns(s);
	attrset(colors_attr(STYLE_DIM));
	mvhline(y, 0, s->canvas.ascii ? '-' : 0, s->layout.columns);
	attrset(A_NORMAL);
	/* From the right, leaving out what would touch its neighbour. */
	for (int i = (int)(sizeof marks / sizeof marks[0]) - 1, free_to = s->layout.columns; i >= 0; i--) {
		char text[8];
		snprintf(text, sizeof text, "%d", marks[i]);
		int length = (int)strlen(text),
		    x = NAME_COLUMNS + bar_column(bar_level(marks[i]), columns) - length + 1;
		if (x <= NAME_COLUMNS || x + length >= free_to)
			continue;
		canvas_put(&s->canvas, y, x, length, STYLE_DIM, text);
		free_to = x;
	}
	canvas_put(&s->canvas, y, 0, 5, STYLE_DIM, "dBFS ");
	for (int i = 0; i < N_FIGURES; i++) {
		char text[16];
		snprintf(text, sizeof text, "%*s", FIGURE_COLUMNS - 1, heads[i]);
		canvas_put(&s->canvas, y, NAME_COLUMNS + columns + i * FIGURE_COLUMNS + 1, FIGURE_COLUMNS - 1,
			STYLE_DIM, text);
	}
}

static float held(struct screen *s, struct hold *hold, float db)
{
	if (!(db < hold->db) || s->now_ms > hold->until_ms) {
		hold->db = db;
		hold->until_ms = s->now_ms + HOLD_MS;
	}
	return hold->db;
}

/* The part up to the rms stands out, the rest up to the peak is plain; near full scale it warns. */
static void tint(int y, int x, int columns, float peak, float rms)
{
	int end = bar_column(bar_level((double)peak), columns) + 1,
	    strong = bar_column(bar_level((double)rms), columns);
	int warn = bar_column(bar_level(-6), columns), bad = bar_column(bar_level(-1), columns);
	colors_span(y, x, strong, STYLE_GOOD);
	colors_span(y, x + strong, end - strong, STYLE_MARK);
	if (end > warn)
		colors_span(y, x + warn, end - warn, STYLE_WARN);
	if (end > bad)
		colors_span(y, x + bad, end - bad, STYLE_BAD);
}

/* Of channel 0 or 1, where the row has two. */
static float level(const struct screen *s, enum tap tap, enum role role, int channel)
{
	return remote_level_role(s->remote, tap, role)[channel];
}

static void draw_bar(struct screen *s, int y, int x, int columns, enum tap tap, int c, struct hold *hold)
{
	char bar[BAR_SIZE(BAR_MAX)];
	float peak_db = level(s, tap, ROLE_PEAK, c);
	double peak = bar_level((double)peak_db), top = bar_level((double)held(s, hold, peak_db));
	bar_text(bar, sizeof bar, peak, columns, s->canvas.ascii);
	canvas_put(&s->canvas, y, x, columns, STYLE_PLAIN, bar);
	if (peak > 0)
		tint(y, x, columns, peak_db, level(s, tap, ROLE_RMS, c));
	if (top > 0 && bar_column(top, columns) > bar_column(peak, columns))
		canvas_put(&s->canvas, y, x + bar_column(top, columns), 1, STYLE_PLAIN, s->canvas.ascii ? "|" : "▏");
}

static void draw_channel(struct screen *s, int y, const char *name, enum tap tap, int c, struct hold *hold)
{
	static const enum role roles[N_FIGURES] = { ROLE_PEAK, ROLE_TRUE_PEAK, ROLE_RMS, ROLE_TRUE_PEAK_MAX };
	int columns = bar_columns(s), x = NAME_COLUMNS + columns + 1;
	float figures[N_FIGURES];
	canvas_put(&s->canvas, y, 0, NAME_COLUMNS, STYLE_TITLE, name);
	draw_bar(s, y, NAME_COLUMNS, columns, tap, c, hold);
	for (int i = 0; i < N_FIGURES; i++, x += FIGURE_COLUMNS) {
		char figure[16], text[24];
		figures[i] = level(s, tap, roles[i], c);
		bar_figure(figure, sizeof figure, (double)figures[i]);
		snprintf(text, sizeof text, "%*s", FIGURE_COLUMNS - 1, figure);
		canvas_put(&s->canvas, y, x, FIGURE_COLUMNS - 1, figures[i] > 0 ? STYLE_BAD : STYLE_PLAIN, text);
	}
	if (figures[N_FIGURES - 1] > 0)
		canvas_put(&s->canvas, y, x, CLIP_COLUMNS - 1, STYLE_BAD, "CLIP");
}

static void draw_loudness(const struct screen *s, int y, const char *name, enum tap tap)
{
	char m[16], st[16], i[16], text[120];
	bar_figure(m, sizeof m, (double)level(s, tap, ROLE_MOMENTARY, 0));
	bar_figure(st, sizeof st, (double)level(s, tap, ROLE_SHORT_TERM, 0));
	bar_figure(i, sizeof i, (double)level(s, tap, ROLE_INTEGRATED, 0));
	snprintf(text, sizeof text, "%-5s M %6s  S %6s  I %6s LUFS  LRA %4.1f LU%s", name, m, st, i,
		(double)level(s, tap, ROLE_RANGE, 0), remote_status(s->remote)->paused ? " (paused)" : "");
	canvas_put(&s->canvas, y, 0, s->layout.columns, STYLE_PLAIN, text);
	colors_span(y, 0, NAME_COLUMNS - 1, STYLE_TITLE);
}

/* -1 at the left, +1 at the right. */
static void draw_correlation(const struct screen *s, int y, enum tap tap)
{
	enum { WIDTH = 11, X = 56 };
	char line[BAR_SIZE(WIDTH)], text[80];
	float correlation = level(s, tap, ROLE_CORRELATION, 0);
	double r = isfinite(correlation) ? (double)correlation : 0;
	bar_slider(line, sizeof line, (r + 1) / 2, 0.5, WIDTH, s->canvas.ascii);
	snprintf(text, sizeof text, "corr %s %+.2f", line, r);
	canvas_put(&s->canvas, y, X, s->layout.columns - X, r < 0 ? STYLE_BAD : STYLE_PLAIN, text);
}

void frame_meters_levels(struct screen *s)
{
	static const char *const names[2][2] = { { "IN  L", "    R" }, { "OUT L", "    R" } };
	static const enum tap taps[2] = { TAP_IN, TAP_OUT };
	int y = s->layout.meters_y;
	for (int row = 1; row < LAYOUT_METER_ROWS; row++)
		canvas_clear(&s->canvas, y + row, 0);
	for (int side = 0; side < 2; side++)
		for (int c = 0; c < 2; c++)
			draw_channel(s, y + 1 + 2 * side + c, names[side][c], taps[side], c, &s->holds[side][c]);
	draw_loudness(s, y + 5, "IN", TAP_IN);
	draw_loudness(s, y + 6, "OUT", TAP_OUT);
	draw_correlation(s, y + 5, TAP_IN);
	draw_correlation(s, y + 6, TAP_OUT);
}

void frame_meters(struct screen *s)
{
	draw_scale(s, s->layout.meters_y);
	frame_meters_levels(s);
}
