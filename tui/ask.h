/* Dialogs that a key opens for the selected slot; their answers count only while it is still there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_ASK_H
#define TUI_ASK_H

#include "tui/screen.h"

void ask_menu(struct screen *, const char *title, dialog_names *, dialog_done *);
void ask_line(struct screen *, const char *title, const char *text, dialog_done *);

/* In a dialog's done: false, with a message, when the slot that it was opened for is gone or has another module. */
bool ask_subject_stays(struct screen *);

#endif
