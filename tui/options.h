/* How the terminal UI is to look and behave, and how it can end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>

struct tui_options {
	bool ascii; /* no block characters */
	bool color; /* false: attributes only */
	bool mouse;
	int fps;            /* 1 .. 60, 25 by default */
	bool may_stop;      /* q offers to stop the rack (local), else only to leave */
	const char *notice; /* shown first; NULL: nothing */
};

enum tui_end { TUI_LEFT, TUI_STOPPED, TUI_LOST_TERMINAL };

#endif
