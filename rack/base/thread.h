/* The one way to start a thread beside JACK's own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_THREAD_H
#define RACK_THREAD_H

#include "rack/base/status.h"

#include <pthread.h>

/* libjack may lock all memory, which makes a stack resident as a whole; its own threads have 512 KiB. */
enum { THREAD_STACK_BYTES = 256 * 1024 };

/* Runs run(argument) on a new thread with a small stack and plain priority, also when the caller has a real-time one.
 * All signals are blocked on it: they belong to the control thread. name: 15 characters at most, for top and gdb. IO
 * with a reason: there is no thread to be had. */
enum status thread_start(pthread_t *, const char *name, void *(*run)(void *argument), void *argument, struct reason *);

#endif
