/* The selected slot, drawn from its parameters: sliders, choices, switches, and tables of bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PAGE_DRAW_H
#define TUI_PAGE_DRAW_H

#include "tui/screen.h"

/* Over an erased screen, in so many rows from the top of the main part; the first is the slot's title and meters. */
void page_draw(struct screen *, int rows);
void page_draw_levels(struct screen *, int rows); /* the meters again */

/* Puts the cursor on what stands at a row below the title and a column of the screen. */
void page_draw_select(struct screen *, int row, int x);

#endif
