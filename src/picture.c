/* Pictures of what a module does, in characters, on stdout: its response, and its static curve. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/picture.h"

#include "tui/curve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RESPONSE_ROWS = 9, CURVE_ROWS = 16, LEVEL_MIN = -60 };

struct plot {
	const double *values;
	const double *reference; /* drawn in dots where the values are not */
	double middle, span;     /* dB */
	int rows;
};

double picture_freq(int column)
{
	return curve_freq(column, PICTURE_COLUMNS);
}

double picture_level(int column)
{
	return LEVEL_MIN + column;
}

static int half_row(const struct plot *p, double db)
{
	return curve_half_row(db - p->middle, p->span, p->rows);
}

static enum curve_cell cell(const struct plot *p, int row, int column)
{
	int at = half_row(p, p->values[column]), before = column ? half_row(p, p->values[column - 1]) : at;
	/* A steep part is drawn without gaps, from one beside the last point on. */
	return curve_cell(row, before < at ? before + 1 : before > at ? before - 1 : at, at);
}

/* The label of a row that begins here, where one of the three marked levels lies in it. */
static void print_label(const struct plot *p, int row)
{
	for (int i = -1; i <= 1; i++)
		if (half_row(p, p->middle + i * p->span) / 2 == row) {
			printf("%4.0f dB|", p->middle + i * p->span);
			return;
		}
	printf("%8s", "|");
}

static void print_plot(const struct plot *p)
{
	static const char *const marks[] = { [CURVE_UPPER] = "▀", [CURVE_LOWER] = "▄", [CURVE_BOTH] = "█" };
	for (int row = 0; row < p->rows; row++) {
		int blanks = 0;
		print_label(p, row);
		for (int column = 0; column < PICTURE_COLUMNS; column++) {
			enum curve_cell shown = cell(p, row, column);
			bool dot = shown == CURVE_EMPTY && half_row(p, p->reference[column]) / 2 == row;
			blanks++;
			if (!dot && shown == CURVE_EMPTY)
				continue;
			printf("%*s%s", blanks - 1, "", dot ? "·" : marks[shown]);
			blanks = 0;
		}
		putchar('\n');
	}
}

/* Texts of the axis below the plot, each at its column. */
static void print_axis(const char *const *texts, const int *columns, int n)
{
	char line[PICTURE_COLUMNS + 9];
	memset(line, ' ', sizeof line);
	for (int i = 0; i < n; i++)
		memcpy(line + columns[i], texts[i], strlen(texts[i]));
	size_t length = sizeof line;
	while (length && line[length - 1] == ' ')
		length--;
	printf("%8s%.*s\n", "", (int)length, line);
}

void picture_response(const double db[PICTURE_COLUMNS])
{
	static const char *const texts[] = { "20", "50", "100", "200", "500", "1k", "2k", "5k", "10k", "20 kHz" };
	static const double freqs[] = { 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4 };
	enum { N = sizeof freqs / sizeof freqs[0] };
	static const double flat[PICTURE_COLUMNS];
	int columns[N];
	for (int i = 0; i < N; i++)
		columns[i] = (int)lround(log(freqs[i] / 20) / log(1000) * (PICTURE_COLUMNS - 1));
	print_plot(&(struct plot){ db, flat, 0, curve_span(db, PICTURE_COLUMNS), RESPONSE_ROWS });
	print_axis(texts, columns, N);
}

void picture_curve(const double level[PICTURE_COLUMNS])
{
	static const char *const texts[] = { "-60", "-50", "-40", "-30", "-20", "-10", "0 dBFS in" };
	static const int columns[] = { 0, 10, 20, 30, 40, 50, 59 };
	double same[PICTURE_COLUMNS], high = 0;
	for (int c = 0; c < PICTURE_COLUMNS; c++) {
		same[c] = picture_level(c);
		high = fmax(high, level[c]);
	}
	high = 6 * ceil(high / 6 - 0.01);
	print_plot(&(struct plot){ level, same, (high + LEVEL_MIN) / 2, (high - LEVEL_MIN) / 2, CURVE_ROWS });
	print_axis(texts, columns, sizeof texts / sizeof texts[0]);
}
