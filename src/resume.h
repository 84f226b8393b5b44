/* The program in its own place once more: same process, same arguments, all that is set; what hangs in it is gone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_RESUME_H
#define SRC_RESUME_H

#include "rack/base/status.h"
#include "src/wires.h"

#include <stdbool.h>
#include <stdint.h>

/* What is handed over beside the files of the state. */
struct resume {
	int lock_fd;      /* see src/instance.h; -1: none */
	int64_t since_ms; /* CLOCK_MONOTONIC of the handing over */
};

/* Replaces this process's program by the same one, and so ends all its threads; only the lock stays open. To be called
 * when all is written. Comes back on failure only: IO. */
enum status resume_exec(const struct resume *, const struct wires *, struct reason *);

/* In the successor, before any thread starts: takes over what was handed, with the connections that are to be made
 * again. False: this is a start like any other. */
bool resume_take(struct resume *, struct wires *);

/* May there be another successor already? A server that dies all the time, or a libjack that always hangs, is not
 * helped by it. */
bool resume_may(const struct resume *before);

#endif
