/* The response curve of an equaliser, below its table of bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_CURVE_DRAW_H
#define TUI_CURVE_DRAW_H

#include "tui/screen.h"

/* The selected slot has a table of bands with a type, frequency, gain and q. */
bool curve_draw_fits(struct screen *);

/* Over an erased screen, in the last so many rows of the main part, its axis included. */
void curve_draw(struct screen *, int rows);

#endif
