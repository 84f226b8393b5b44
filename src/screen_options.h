/* The options of the terminal UI, which every subcommand that opens it has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_SCREEN_OPTIONS_H
#define SRC_SCREEN_OPTIONS_H

#include "src/options.h"
#include "tui/tui.h"

enum status screen_options_set_fps(void *field, const char *argument, struct reason *);
enum status screen_options_set_no_color(void *field, const char *argument, struct reason *);

/* Their rows, for settings with a struct tui_options as a member. */
#define SCREEN_OPTIONS(SETTINGS, MEMBER)                                                                               \
	{ 0, "ascii", NULL, "Draw with ASCII characters only", options_set_flag, offsetof(SETTINGS, MEMBER.ascii) },   \
		{ 0, "no-color", NULL, "No colours (as with NO_COLOR in the environment)",                             \
			screen_options_set_no_color, offsetof(SETTINGS, MEMBER.color) },                               \
		{ 0, "mouse", NULL, "Use the mouse: a click selects, the wheel steps", options_set_flag,               \
			offsetof(SETTINGS, MEMBER.mouse) },                                                            \
	{                                                                                                              \
		0, "fps", "N", "Draw at most N frames a second (1 to 60, default 25)", screen_options_set_fps,         \
			offsetof(SETTINGS, MEMBER.fps)                                                                 \
	}

#endif
