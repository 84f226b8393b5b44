/* The one way to start a thread beside JACK's own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

/* A new thread inherits the signal mask. */
static int create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	sigset_t all, before;
	sigfillset(&all);
	int error = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (error)
		return error;
	error = pthread_create(thread, attributes, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static int create_plain(pthread_t *thread, pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	const struct sched_param plain = { .sched_priority = 0 };
	int error = pthread_attr_setstacksize(attributes, THREAD_STACK_BYTES);
	if (!error)
		error = pthread_attr_setschedpolicy(attributes, SCHED_OTHER);
	if (!error)
		error = pthread_attr_setschedparam(attributes, &plain);
	if (!error)
		error = pthread_attr_setinheritsched(attributes, PTHREAD_EXPLICIT_SCHED);
	if (!error)
		error = create(thread, attributes, run, argument);
	if (error != EPERM)
		return error;
	/* Below plain (chrt --idle) a process may have no right to rise. */
	pthread_attr_setinheritsched(attributes, PTHREAD_INHERIT_SCHED);
	return create(thread, attributes, run, argument);
}

enum status thread_start(
	pthread_t *thread, const char *name, void *(*run)(void *), void *argument, struct reason *reason)
{
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);
	if (!error) {
		error = create_plain(thread, &attributes, run, argument);
		pthread_attr_destroy(&attributes);
	}
	if (error)
		return reason_set(reason, STATUS_IO, "cannot start the thread %s: %s", name, strerror(error));
	pthread_setname_np(*thread, name);
	return STATUS_OK;
}
