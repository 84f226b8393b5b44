/* The options of the terminal UI, which every subcommand that opens it has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/screen_options.h"

enum { FPS_MAX = 60 };

enum status screen_options_set_fps(void *field, const char *argument, struct reason *reason)
{
	long fps;
	if (!options_number(argument, 1, FPS_MAX, &fps))
		return reason_set(
			reason, STATUS_BAD_VALUE, "'%s' is not a whole number from 1 to %d", argument, FPS_MAX);
	*(int *)field = (int)fps;
	return STATUS_OK;
}

enum status screen_options_set_no_color(void *field, const char *argument, struct reason *reason)
{
	(void)argument, (void)reason;
	*(bool *)field = false;
	return STATUS_OK;
}
