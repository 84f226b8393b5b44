/* The terminal UI: draws a remote, turns keys into messages. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "osc/remote.h"
#include "tui/options.h"

/* The defaults: what the environment says of colour (NO_COLOR, TERM) and characters (locale). */
void tui_options_init(struct tui_options *);

/* Runs until the person leaves. TUI_STOPPED: the rack is to be stopped, which is the caller's part. UNAVAILABLE when
 * stdin or stdout is not a terminal, or is one that cannot be drawn on. */
enum status tui_run(struct remote *, const struct tui_options *, enum tui_end *, struct reason *);

#endif
