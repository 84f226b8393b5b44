/* Disposable threads for calls that may hang for ever: whoever waits can go on without them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_ERRAND_H
#define SRC_ERRAND_H

#include <stdbool.h>

struct errand;

/* Runs work(arg) on a thread of its own with a small stack, then writes to the eventfd. NULL: no thread to be had. All
 * functions belong to the thread that started it. */
struct errand *errand_start(void (*work)(void *arg), void *arg, int event_fd);

bool errand_done(const struct errand *);

/* Lets go of it. False: it still runs, so it and its arg must be left alone for ever. NULL is done. */
bool errand_end(struct errand *);

#endif
