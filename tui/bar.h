/* Bars, sliders and level figures as text: eighth blocks, or ASCII where the terminal has no more. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_BAR_H
#define TUI_BAR_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a bar or slider of so many columns needs at most, with its terminator. */
#define BAR_SIZE(COLUMNS) (3 * (COLUMNS) + 1)

/* A bar from the left, fill 0 .. 1 (clamped) of columns, padded with spaces. Steps of an eighth column, half ones in
 * ASCII. */
void bar_text(char *out, size_t size, double fill, int columns, bool ascii);

/* A line with a knob at norm (0 .. 1), drawn stronger between origin and knob. */
void bar_slider(char *out, size_t size, double norm, double origin, int columns, bool ascii);

/* Column (0 .. columns - 1) of a position 0 .. 1. */
int bar_column(double position, int columns);

/* Where a level in dBFS stands on a meter, 0 .. 1: the scale of IEC 60268-18, -70 to 0 dBFS, finer towards the top. */
double bar_level(double db);

/* "-12.3", "-inf" for anything below -120 dB. */
void bar_figure(char *out, size_t size, double db);

#endif
