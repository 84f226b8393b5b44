/* What has come from the terminal: keys, presses of the mouse, pasted text; a queue of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/events.h"

static void add(struct events *e, struct event event)
{
	if (e->n < EVENTS_MAX)
		e->list[(e->first + e->n++) % EVENTS_MAX] = event;
}

void events_add(struct events *e, enum event_kind kind, int code)
{
	add(e, (struct event){ .kind = kind, .code = code });
}

bool events_next(struct events *e, struct event *event)
{
	if (e->n == 0)
		return false;
	*event = e->list[e->first];
	e->first = (e->first + 1) % EVENTS_MAX;
	e->n--;
	return true;
}

static void add_press(struct events *e, int button, int x, int y)
{
	enum { MODIFIERS = 4 | 8 | 16, MOVE = 32 };
	if (button < 0 || button & MOVE || x < 1 || y < 1)
		return;
	add(e, (struct event){ .kind = EVENT_MOUSE, .button = button & ~MODIFIERS, .y = y - 1, .x = x - 1 });
}

void events_add_sgr(struct events *e, const uint8_t *bytes, size_t n)
{
	enum { NUMBER_MAX = 100000 };
	int numbers[3] = { 0 }, at = 0;
	for (size_t i = 0; i + 1 < n; i++)
		if (bytes[i] >= '0' && bytes[i] <= '9' && numbers[at] < NUMBER_MAX)
			numbers[at] = 10 * numbers[at] + bytes[i] - '0';
		else if (bytes[i] != ';' || ++at > 2)
			return;
	if (n > 0 && at == 2 && bytes[n - 1] == 'M')
		add_press(e, numbers[0], numbers[1], numbers[2]);
}

void events_add_x10(struct events *e, const uint8_t bytes[3])
{
	enum { OFFSET = 32, BUTTONS = 3, RELEASE = 3 };
	int button = bytes[0] - OFFSET;
	if ((button & BUTTONS) != RELEASE)
		add_press(e, button, bytes[1] - OFFSET, bytes[2] - OFFSET);
}
