/* The terminal UI's loop: one poll over keys, the rack and signals; drawn when something changed, no oftener than fps.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/tui.h"

#include "rack/base/clock.h"
#include "tui/bindings.h"
#include "tui/frame.h"
#include "tui/keys.h"
#include "tui/mouse.h"
#include "tui/terminal.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_MS = 100, SUSPEND = KEYS_CTRL('Z') };

struct loop {
	struct screen screen;
	struct terminal *terminal;
	uint64_t drawn_ms, drawn_serial, drawn_values, frame_ms;
	bool dirty; /* something changed besides the remote */
};

void tui_options_init(struct tui_options *options)
{
	const char *no_color = getenv("NO_COLOR");
	/* Characters only: numbers stay in the C locale. */
	setlocale(LC_CTYPE, "");
	memset(options, 0, sizeof *options);
	options->ascii = !terminal_is_wide();
	options->color = !(no_color && *no_color);
	options->fps = 25;
}

static void draw(struct loop *l)
{
	struct screen *s = &l->screen;
	bool only_levels =
		!l->dirty && remote_values_serial(s->remote) == l->drawn_values && s->dialog.kind == DIALOG_NONE;
	if (only_levels)
		frame_draw_levels(s);
	else
		frame_draw(s);
	refresh();
	l->drawn_ms = s->now_ms;
	l->drawn_serial = remote_serial(s->remote);
	l->drawn_values = remote_values_serial(s->remote);
	l->dirty = false;
}

/* What the rack refused or has done is news even when nobody asks. */
static void look_for_news(struct screen *s)
{
	uint32_t n;
	const char *text = remote_notice(s->remote, &n);
	if (n != s->n_notices)
		screen_say(s, false, "%s", text);
	s->n_notices = n;
	text = remote_error(s->remote, &n);
	if (n != s->n_errors)
		screen_say(s, true, "%s", text);
	s->n_errors = n;
}

static void take_key(struct screen *s, int code)
{
	if (code == SUSPEND) {
		terminal_suspend();
		return;
	}
	s->message[0] = '\0'; /* it was about what went before */
	if (s->dialog.kind != DIALOG_NONE)
		dialog_key(&s->dialog, s, code);
	else
		bindings_take(s, code);
}

static void take_event(struct screen *s, const struct event *event)
{
	switch (event->kind) {
	case EVENT_KEY:
		take_key(s, event->code);
		break;
	case EVENT_MOUSE:
		if (s->options.mouse && s->dialog.kind == DIALOG_NONE)
			mouse_take(s, event);
		break;
	case EVENT_PASTE: /* text for a line that is being typed, and nothing else */
		if (s->dialog.kind == DIALOG_INPUT)
			dialog_key(&s->dialog, s, event->code);
		break;
	}
}

static void take_events(struct loop *l)
{
	struct event event;
	while (!l->screen.done && terminal_next(l->terminal, &event)) {
		take_event(&l->screen, &event);
		l->dirty = true;
	}
}

static void end(struct loop *l, enum tui_end how)
{
	l->screen.done = true;
	l->screen.end = how;
}

static void handle(struct loop *l, unsigned came)
{
	if (came & TERMINAL_GONE)
		end(l, TUI_LOST_TERMINAL);
	else if (came & TERMINAL_ENDED)
		end(l, TUI_LEFT);
	if (came & TERMINAL_RESIZED)
		l->dirty = true;
	if (came & TERMINAL_INTERRUPTED)
		take_key(&l->screen, KEYS_CTRL('C'));
	take_events(l);
}

static int wait_ms(const struct loop *l)
{
	bool changed = l->dirty || remote_serial(l->screen.remote) != l->drawn_serial;
	uint64_t due = l->drawn_ms + l->frame_ms;
	if (!changed)
		return IDLE_MS;
	return due > l->screen.now_ms ? (int)(due - l->screen.now_ms) : 0;
}

static void turn(struct loop *l)
{
	struct screen *s = &l->screen;
	unsigned came = terminal_wait(l->terminal, remote_fd(s->remote), wait_ms(l));
	s->now_ms = (uint64_t)clock_now_ms();
	remote_poll(s->remote);
	handle(l, came);
	look_for_news(s);
	/* A message that has had its time goes without any news. */
	l->dirty |= s->message[0] && s->now_ms >= s->message_until_ms;
	if (s->now_ms >= s->message_until_ms)
		s->message[0] = '\0';
	bool changed = l->dirty || remote_serial(s->remote) != l->drawn_serial;
	if (s->done || !changed || s->now_ms < l->drawn_ms + l->frame_ms)
		return;
	draw(l);
}

enum status tui_run(struct remote *remote, const struct tui_options *options, enum tui_end *how, struct reason *reason)
{
	struct loop *l = calloc(1, sizeof *l);
	if (!l)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	enum status status = terminal_open(&l->terminal, options->mouse, reason);
	if (status == STATUS_OK) {
		int fps = options->fps < 1 ? 1 : options->fps > 60 ? 60 : options->fps;
		l->screen.remote = remote;
		l->screen.options = *options;
		l->screen.canvas.ascii = options->ascii;
		l->frame_ms = 1000 / (uint64_t)fps;
		l->dirty = true;
		remote_error(remote, &l->screen.n_errors);
		colors_start(options->color);
		l->screen.now_ms = (uint64_t)clock_now_ms();
		if (options->notice)
			screen_say(&l->screen, true, "%s", options->notice);
		while (!l->screen.done)
			turn(l);
		terminal_close(l->terminal);
		*how = l->screen.end;
	}
	free(l);
	return status;
}
