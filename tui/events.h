/* What has come from the terminal: keys, presses of the mouse, pasted text; a queue of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_EVENTS_H
#define TUI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind { EVENT_KEY, EVENT_MOUSE, EVENT_PASTE };

struct event {
	enum event_kind kind;
	int code;   /* KEY: of a sequence as input_add got it, else the byte; PASTE: the byte; characters come byte by
		       byte */
	int button; /* MOUSE: of a press, as xterm numbers them: 0 left, 64 and 65 the wheel up and down */
	int y, x;   /* MOUSE: from 0 */
};

enum { EVENTS_MAX = 1024 };

struct events {
	struct event list[EVENTS_MAX];
	size_t first, n;
};

void events_add(struct events *, enum event_kind, int code); /* beyond EVENTS_MAX: dropped */
bool events_next(struct events *, struct event *);           /* the oldest; false: none */

/* The mouse's reports in two encodings: presses become events, moves and releases are dropped, and modifier keys do not
 * matter. The bytes between CSI < and the end, with it: "button;x;yM", m for a release. Or three bytes, each 32 more
 * than it is. */
void events_add_sgr(struct events *, const uint8_t *bytes, size_t n);
void events_add_x10(struct events *, const uint8_t bytes[3]);

#endif
