/* The terminal UI: draws a remote, turns keys into messages. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "osc/remote.h"

struct tui_options {
	bool ascii; /* no block characters */
	bool color; /* false: attributes only */
	bool mouse;
	int fps;            /* 1 .. 60, 25 by default */
	bool may_stop;      /* q offers to stop the rack (local), else only to leave */
	const char *notice; /* what is to be told first; NULL: nothing */
};

enum tui_end { TUI_LEFT, TUI_STOPPED, TUI_LOST_TERMINAL };

/* The defaults: what the environment says of colour (NO_COLOR, TERM) and characters (locale). */
void tui_options_init(struct tui_options *);

/* Runs until the person leaves. TUI_STOPPED: the rack is to be stopped, which is the caller's part. UNAVAILABLE when
 * stdin or stdout is no terminal, or one that cannot be drawn on. */
enum status tui_run(struct remote *, const struct tui_options *, enum tui_end *, struct reason *);

#endif
