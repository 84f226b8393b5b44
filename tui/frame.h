/* What is always in sight around a view: head, chain, meters, foot; each in a file of its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include "tui/screen.h"

/* The whole screen, with the view that is chosen or fits, and the dialog over it; or only what meters move, over a
 * screen that is drawn: most frames are that. Either leaves the cursor at its place; nothing is sent to the terminal
 * yet. */
void frame_draw(struct screen *);
void frame_draw_levels(struct screen *);

/* A click of the mouse. */
void frame_click(struct screen *, int y, int x);

/* Its parts, on an erased screen. */
void frame_head(struct screen *);
void frame_chain(struct screen *);
void frame_meters(struct screen *);
void frame_foot(struct screen *);

/* What of them meters move. */
void frame_chain_levels(struct screen *);
void frame_meters_levels(struct screen *);

#endif
