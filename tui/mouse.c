/* The mouse: a click selects a slot or parameter, the wheel steps the value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/mouse.h"

#include "tui/bindings.h"
#include "tui/frame.h"

void mouse_take(struct screen *s)
{
	MEVENT event;
	if (getmouse(&event) != OK)
		return;
	if (event.bstate & BUTTON4_PRESSED)
		bindings_take(s, '+');
	else if (event.bstate & BUTTON5_PRESSED)
		bindings_take(s, '-');
	else
		frame_click(s, event.y, event.x);
}
