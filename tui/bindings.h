/* All keys: those of the view that shows, those of the frame, and one for each view. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_BINDINGS_H
#define TUI_BINDINGS_H

#include "tui/screen.h"

/* Does what the key means; false: it means nothing. */
bool bindings_take(struct screen *, int code);

/* The i-th key as the help and the bottom line show it; hint is NULL where the bottom line leaves it out. False: there
 * are no more. */
struct binding {
	const char *name, *hint, *help;
};
bool bindings_at(const struct screen *, size_t i, struct binding *);

#endif
