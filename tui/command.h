/* What the keys do: commands into messages to the rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include "tui/keys.h"
#include "tui/screen.h"

/* Those of a slot and those of the rack; commands of other kinds are ignored. n: the key's amount. */
void command_slot(struct screen *, enum command, int n);
void command_rack(struct screen *, enum command);

/* After a dialog: false, and said so, when the slot that it was about has gone or got another module. */
bool command_subject_stays(struct screen *);

#endif
