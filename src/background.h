/* Disposable threads for calls that may hang for ever: whoever waits can go on without them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_BACKGROUND_H
#define SRC_BACKGROUND_H

#include <stdbool.h>

struct background;

/* Runs work(arg) on a thread of its own with a small stack, then writes to the eventfd. NULL: no thread to be had. All
 * functions belong to the thread that started it. */
struct background *background_start(void (*work)(void *arg), void *arg, int event_fd);

bool background_done(const struct background *);

/* Lets go of it. False: it still runs, so it and its arg must be left alone for ever. NULL is done. */
bool background_end(struct background *);

#endif
