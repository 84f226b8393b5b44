/* Signals that end a subcommand: the work stops where it can clean up, and the process then ends by the signal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_INTERRUPT_H
#define SRC_INTERRUPT_H

#include <stdbool.h>

/* From now on the first SIGINT, SIGTERM, SIGHUP or SIGQUIT only asks; a second one ends at once. What writes to a
 * closed pipe gets an error instead of a signal. For the process's life. */
void interrupt_catch(void);

bool interrupt_asked(void);

/* Ends the process by the signal that asked, if one did. */
void interrupt_end(void);

#endif
