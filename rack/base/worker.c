/* The worker thread: jobs in by ring and eventfd, results out the same way. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/worker.h"

#include "rack/base/ring.h"
#include "rack/base/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { JOBS_MAX = 64 };

/* Of a job: both threads want to take it out of WAITING, and one does. */
enum { WAITING, BEGUN, CANCELLED };

struct worker {
	struct ring *todo, *finished; /* of struct job pointers */
	int todo_fd, finished_fd;
	pthread_t thread;
	_Atomic bool ending;
	/* Control thread's own: jobs posted and not collected. At most JOBS_MAX, so `finished` always has room. */
	uint32_t n_pending;
};

static void ring_bell(int fd)
{
	uint64_t one = 1;
	while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void wait_for_bell(int fd)
{
	uint64_t count;
	while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
		;
}

/* What it holds needs no order of its own: the ring has handed it over. Cancelled, the worker does not touch it. */
static bool take(struct job *job, int stage)
{
	int waiting = WAITING;
	return atomic_compare_exchange_strong_explicit(
		&job->stage, &waiting, stage, memory_order_relaxed, memory_order_relaxed);
}

static void work_off(struct worker *w)
{
	struct job *job;
	while (ring_read(w->todo, &job, 1)) {
		if (take(job, BEGUN))
			job->work(job);
		ring_write(w->finished, &job, 1);
		ring_bell(w->finished_fd);
	}
}

static void *run(void *argument)
{
	struct worker *w = argument;
	for (;;) {
		wait_for_bell(w->todo_fd);
		/* Read before the jobs: what was posted before the end was asked for is still done. */
		bool ending = atomic_load_explicit(&w->ending, memory_order_acquire);
		work_off(w);
		if (ending)
			return NULL;
	}
}

static void release(struct worker *w)
{
	ring_free(w->todo);
	ring_free(w->finished);
	if (w->todo_fd >= 0)
		close(w->todo_fd);
	if (w->finished_fd >= 0)
		close(w->finished_fd);
	free(w);
}

struct worker *worker_new(struct reason *reason)
{
	struct worker *w = calloc(1, sizeof *w);
	if (!w) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the worker");
		return NULL;
	}
	w->todo = ring_new(JOBS_MAX, sizeof(struct job *));
	w->finished = ring_new(JOBS_MAX, sizeof(struct job *));
	w->todo_fd = eventfd(0, EFD_CLOEXEC);
	w->finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	enum status status = STATUS_OK;
	if (!w->todo || !w->finished)
		status = reason_set(reason, STATUS_NO_MEMORY, "no memory for the worker");
	else if (w->todo_fd < 0 || w->finished_fd < 0)
		status = reason_set(reason, STATUS_IO, "no descriptor for the worker: %s", strerror(errno));
	else
		status = thread_start(&w->thread, "worker", run, w, reason);
	if (status == STATUS_OK)
		return w;
	release(w);
	return NULL;
}

bool worker_post(struct worker *w, struct job *job)
{
	if (w->n_pending == JOBS_MAX || atomic_load_explicit(&w->ending, memory_order_relaxed))
		return false;
	atomic_store_explicit(&job->stage, WAITING, memory_order_relaxed);
	ring_write(w->todo, &job, 1);
	w->n_pending++;
	ring_bell(w->todo_fd);
	return true;
}

bool worker_cancel(struct job *job)
{
	return take(job, CANCELLED) || worker_cancelled(job);
}

bool worker_cancelled(const struct job *job)
{
	return atomic_load_explicit(&job->stage, memory_order_relaxed) == CANCELLED;
}

int worker_fd(const struct worker *w)
{
	return w->finished_fd;
}

void worker_collect(struct worker *w)
{
	wait_for_bell(w->finished_fd); /* does not wait: the descriptor is non-blocking */
	struct job *job;
	while (ring_read(w->finished, &job, 1)) {
		w->n_pending--; /* first: done may post the next job */
		job->done(job);
	}
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	atomic_store_explicit(&w->ending, true, memory_order_release);
	ring_bell(w->todo_fd);
	pthread_join(w->thread, NULL);
	worker_collect(w);
	release(w);
}
