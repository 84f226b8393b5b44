/* Disposable threads for calls that may hang for ever: whoever waits can go on without them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/background.h"

#include "rack/base/thread.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

struct background {
	pthread_t thread;
	void (*work)(void *);
	void *arg;
	int event_fd;
	atomic_bool done;
};

static void *run(void *arg)
{
	struct background *e = arg;
	int event_fd = e->event_fd;
	e->work(e->arg);
	atomic_store_explicit(&e->done, true, memory_order_release);
	ssize_t written = write(event_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	(void)written; /* a full eventfd is readable already */
	return NULL;
}

struct background *background_start(void (*work)(void *arg), void *arg, int event_fd)
{
	struct background *e = calloc(1, sizeof *e);
	if (!e)
		return NULL;
	e->work = work;
	e->arg = arg;
	e->event_fd = event_fd;
	if (thread_start(&e->thread, "background", run, e, NULL) == STATUS_OK)
		return e;
	free(e);
	return NULL;
}

bool background_done(const struct background *e)
{
	return atomic_load_explicit(&e->done, memory_order_acquire);
}

bool background_end(struct background *e)
{
	if (!e)
		return true;
	if (!background_done(e)) {
		pthread_detach(e->thread);
		return false;
	}
	pthread_join(e->thread, NULL);
	free(e);
	return true;
}
