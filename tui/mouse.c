/* The mouse: a click selects a slot or parameter, the wheel steps the value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/mouse.h"

#include "tui/bindings.h"
#include "tui/frame.h"

enum { LEFT = 0, WHEEL_UP = 64, WHEEL_DOWN = 65 };

void mouse_take(struct screen *s, const struct event *event)
{
	if (event->button == WHEEL_UP)
		bindings_take(s, '+');
	else if (event->button == WHEEL_DOWN)
		bindings_take(s, '-');
	else if (event->button == LEFT)
		frame_click(s, event->y, event->x);
}
