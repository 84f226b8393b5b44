/* Dialogs that a key opens for the selected slot; their answers count only while it is still there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/ask.h"

#include <string.h>

void ask_menu(struct screen *s, const char *title, dialog_names *names, dialog_done *done)
{
	screen_subject(s, s->subject, sizeof s->subject);
	dialog_menu(&s->dialog, title, names, done);
}

void ask_line(struct screen *s, const char *title, const char *text, dialog_done *done)
{
	screen_subject(s, s->subject, sizeof s->subject);
	dialog_input(&s->dialog, title, text, done);
}

bool ask_subject_stays(struct screen *s)
{
	char now[sizeof s->subject];
	screen_subject(s, now, sizeof now);
	if (strcmp(now, s->subject) == 0)
		return true;
	screen_say(s, true, "%s has gone or changed", s->subject);
	return false;
}
