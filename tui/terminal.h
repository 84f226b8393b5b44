/* The terminal itself: taken over, given back whatever happens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include "rack/base/status.h"
#include "tui/events.h"

#include <stdbool.h>

struct terminal;

/* Draws on stdin and stdout from now on. UNAVAILABLE, with nothing changed: they are not a terminal, or one whose
 * cursor cannot be placed. One at a time. */
enum status terminal_open(struct terminal **, bool mouse, struct reason *);
void terminal_close(struct terminal *); /* as it was before */

/* Waits for a key, for fd, or for timeout_ms; what came is a sum of these. */
enum {
	TERMINAL_KEYS = 1,
	TERMINAL_REMOTE = 2,
	TERMINAL_RESIZED = 4, /* already done for curses */
	TERMINAL_GONE = 8,
	TERMINAL_ENDED = 16,       /* asked to end by SIGTERM */
	TERMINAL_INTERRUPTED = 32, /* SIGINT from outside; Ctrl-C is a key */
};
unsigned terminal_wait(struct terminal *, int fd, int timeout_ms);

/* The next of the keys that have come; their codes are those of curses. False: none. */
bool terminal_next(struct terminal *, struct event *);

/* Gives the terminal back and stops until somebody continues us (fg). Draws the screen again then. */
void terminal_suspend(void);

/* True: the locale and the terminal can do more than ASCII. Needs the locale of the environment. */
bool terminal_is_wide(void);

#endif
