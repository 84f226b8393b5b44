/* The rack behind the terminal: the engine in a process of its own, the terminal UI in this one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_LAUNCH_H
#define SRC_LAUNCH_H

#include "src/host.h"
#include "tui/options.h"

/* Starts the engine (or finds one of this name that runs), shows the terminal UI until the person leaves, and stops the
 * engine or leaves it running as they chose. Returns an enum exit_status; in the engine's own process it returns when
 * the engine ends. */
int launch_run(const struct host_options *, const struct tui_options *);

#endif
