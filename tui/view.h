/* A view of the terminal: one record in a file view_X.c and one line in views.def. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "tui/keys.h"

#include <stdbool.h>

struct screen;

enum { VIEW_KEYMAPS = 3 };

/* The frame (head, chain, meters, foot) is always there; a view draws what is between chain and right edge, head and
 * meters. The bottom line, the help, the dispatch of keys and the subscriptions read these records. */
struct view {
	const char *name;     /* one word, for the bottom line and the help */
	const char *help;     /* what it shows */
	int code;             /* the key that shows it; 0: none, shown where no other fits */
	const char *key_name; /* that key's name */
	bool alone;           /* draws the whole screen, without the frame */

	bool (*fits)(const struct screen *);          /* there is room for it */
	void (*draw)(struct screen *);                /* on an erased screen */
	void (*draw_levels)(struct screen *);         /* what meters move, over a screen that is drawn; NULL: nothing */
	void (*click)(struct screen *, int y, int x); /* NULL: nothing can be clicked */

	const char *const *levels;               /* addresses it is drawn from, patterns, NULL at the end */
	const struct keymap *keys[VIEW_KEYMAPS]; /* its own, beside those of the frame */
};

enum { VIEWS_MAX = 16 };
extern const struct view *const views[];
extern const size_t n_views;

/* The view that is chosen if it fits, else the first one that does. */
const struct view *view_shown(const struct screen *, const struct view *chosen);

#endif
