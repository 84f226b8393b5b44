/* The worker thread: slow work such as files, off the control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_WORKER_H
#define RACK_WORKER_H

#include "rack/base/status.h"

#include <stdatomic.h>
#include <stdbool.h>

/* The first member of a bigger struct of the poster's. Jobs are worked on in order. */
struct job {
	void (*work)(struct job *); /* worker thread; never called once worker_cancel has said true */
	void (*done)(struct job *); /* thread of worker_collect; frees the job */
	_Atomic int stage;          /* the worker's own */
};

struct worker;

struct worker *worker_new(struct reason *);
void worker_free(struct worker *); /* finishes what is posted, calls every done, ends the thread */

/* Thread of worker_new. False: 64 jobs are waiting already, the job is still the caller's. */
bool worker_post(struct worker *, struct job *);

/* Thread of worker_new, between post and done: a newer job makes this one needless. True: its work has not begun and
 * never will; done is called in its turn all the same, and may ask. False: it is under way or over, so the newer one
 * comes after it. */
bool worker_cancel(struct job *);
bool worker_cancelled(const struct job *);

int worker_fd(const struct worker *); /* readable when worker_collect has something to do */
void worker_collect(struct worker *); /* calls done of finished jobs */

#endif
