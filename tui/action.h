/* What the keys do: actions into messages to the rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include "tui/keys.h"
#include "tui/screen.h"

/* Those of a slot and those of the rack; actions of other kinds are ignored. n: the key's amount. */
void action_slot(struct screen *, enum action, int n);
void action_rack(struct screen *, enum action);

/* After a dialog: false, and said so, when the slot that it was about has gone or got another module. */
bool action_subject_stays(struct screen *);

#endif
