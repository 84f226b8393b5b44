/* The mouse: a click selects a slot or parameter, the wheel steps the value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_MOUSE_H
#define TUI_MOUSE_H

#include "tui/events.h"
#include "tui/screen.h"

void mouse_take(struct screen *, const struct event *);

#endif
