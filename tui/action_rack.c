/* What the keys do: the rack as a whole, and leaving. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"
#include "tui/ask.h"

#include <stdio.h>
#include <string.h>

static void flip_bypass(struct screen *s, float amount)
{
	(void)amount;
	remote_set_bypass(s->remote, remote_rack_bypass(s->remote)->value == 0);
}

static void flip_match(struct screen *s, float amount)
{
	(void)amount;
	bool on = remote_rack_match(s->remote)->value == 0;
	remote_set_match(s->remote, on);
	screen_say(
		s, false, on ? "loudness match on: the louder of rack and bypass is attenuated" : "loudness match off");
}

static void undo(struct screen *s, float amount)
{
	(void)amount;
	remote_undo(s->remote);
}

static void release_latency(struct screen *s, float amount)
{
	(void)amount;
	remote_release_latency(s->remote);
	screen_say(s, false, "delay that is not needed any more is released");
}

static void redo(struct screen *s, float amount)
{
	(void)amount;
	remote_redo(s->remote);
}

static void hear_snapshot(struct screen *s, float which)
{
	remote_hear_snapshot(s->remote, (char)('a' + (int)which));
	screen_say(s, false, "snapshot %c is active; changes go to it", 'A' + (int)which);
}

static bool set_title(struct screen *s, int index, const char *title)
{
	(void)index;
	remote_set_title(s->remote, title);
	return true;
}

static void ask_title(struct screen *s, float amount)
{
	(void)amount;
	ask_line(s, "Title of the rack", remote_title(s->remote), set_title);
}

static void reset_meters(struct screen *s, float amount)
{
	(void)amount;
	remote_meter_reset(s->remote);
	memset(s->holds, 0, sizeof s->holds);
	screen_say(s, false, "loudness and peak holds reset");
}

static const char *const *keep_or_stop(struct screen *s)
{
	static const char *const local[] = { "Keep it running", "Stop the rack", "Cancel", NULL };
	static const char *const far[] = { "Keep it running", "Cancel", NULL };
	return s->options.may_stop ? local : far;
}

static bool quit(struct screen *s, int index, const char *text)
{
	(void)text;
	if (strcmp(keep_or_stop(s)[index], "Cancel") == 0)
		return true;
	s->done = true;
	s->end = index == 1 ? TUI_STOPPED : TUI_LEFT;
	return true;
}

static void ask_quit(struct screen *s, float amount)
{
	(void)amount;
	ask_menu(s, "Quit: keep the rack running?", keep_or_stop, quit);
}

static const struct key rows[] = {
	{ { 'q', KEY_F(10), KEYS_CTRL('C') }, "q F10 ^C", "quit", "quit: asks whether to stop the rack", ask_quit, 0 },
	{ { 'b' }, "b", "bypass", "bypass the whole rack", flip_bypass, 0 },
	{ { 'M' }, "M", NULL, "compare at matched loudness: attenuates the louder", flip_match, 0 },
	{ { KEY_F(5) }, "F5", NULL, "snapshot A", hear_snapshot, 0 },
	{ { KEY_F(6) }, "F6", NULL, "snapshot B", hear_snapshot, 1 },
	{ { KEY_F(7) }, "F7", NULL, "snapshot C", hear_snapshot, 2 },
	{ { KEY_F(8) }, "F8", NULL, "snapshot D", hear_snapshot, 3 },
	{ { 'u' }, "u", "undo", "undo", undo, 0 },
	{ { 'U', KEYS_CTRL('R') }, "U ^R", NULL, "redo", redo, 0 },
	{ { 't' }, "t", NULL, "edit the rack's title", ask_title, 0 },
	{ { 'Z' }, "Z", NULL, "release delay that is not needed any more", release_latency, 0 },
	{ { 'R' }, "R", NULL, "reset loudness and peak holds", reset_meters, 0 },
};
const struct keymap action_rack_keys = KEYMAP(rows);
