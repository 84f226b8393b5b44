/* Bars, sliders and level figures as text: eighth blocks, or ASCII where the terminal has no more. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/bar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double unit_range(double x)
{
	return x > 0 ? fmin(x, 1) : 0; /* NaN: 0 */
}

/* Behind what is used already; gives what is used then. */
static size_t append(char *out, size_t size, size_t used, const char *piece)
{
	size_t length = strlen(piece);
	if (used + length >= size)
		return used;
	memcpy(out + used, piece, length + 1);
	return used + length;
}

void bar_text(char *out, size_t size, double fill, int columns, bool ascii)
{
	static const char *const eighths[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
	static const char *const halves[] = { " ", "-", "=" };
	const char *const *parts = ascii ? halves : eighths;
	int full = ascii ? 2 : 8;
	int units = (int)lround(unit_range(fill) * columns * full);
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; i < columns; i++, units -= full)
		used = append(out, size, used, parts[units <= 0 ? 0 : units >= full ? full : units]);
}

int bar_column(double position, int columns)
{
	int column = (int)(unit_range(position) * columns);
	return column < columns ? column : columns - 1;
}

void bar_slider(char *out, size_t size, double norm, double origin, int columns, bool ascii)
{
	int knob = bar_column(norm, columns), from = bar_column(origin, columns);
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; i < columns; i++) {
		bool strong = (i >= from && i < knob) || (i <= from && i > knob);
		if (i == knob)
			used = append(out, size, used, ascii ? "|" : "┃");
		else if (strong)
			used = append(out, size, used, ascii ? "=" : "━");
		else
			used = append(out, size, used, ascii ? "-" : "─");
	}
}

double bar_level(double db)
{
	static const struct {
		double db, position;
	} points[] = { { -70, 0 }, { -60, 0.025 }, { -50, 0.075 }, { -40, 0.15 }, { -30, 0.30 }, { -20, 0.50 },
		{ 0, 1 } };
	if (!(db > points[0].db))
		return 0;
	for (size_t i = 1; i < sizeof points / sizeof points[0]; i++)
		if (db < points[i].db)
			return points[i - 1].position + (db - points[i - 1].db) / (points[i].db - points[i - 1].db) *
								(points[i].position - points[i - 1].position);
	return 1;
}

void bar_figure(char *out, size_t size, double db)
{
	if (!(db > -120))
		snprintf(out, size, "-inf");
	else
		snprintf(out, size, "%.1f", fabs(db) < 0.05 ? 0 : db);
}
