/* Threads: small stack, a name, no signals, plain priority whatever the starter has; one that cannot start is an error.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/thread.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct found {
	sigset_t blocked;
	size_t stack;
	int policy;
	struct sched_param param;
};

static void *look(void *argument)
{
	struct found *found = argument;
	pthread_attr_t attributes;
	pthread_sigmask(SIG_BLOCK, NULL, &found->blocked);
	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstacksize(&attributes, &found->stack);
	pthread_attr_destroy(&attributes);
	pthread_getschedparam(pthread_self(), &found->policy, &found->param);
	return found;
}

static void run_look(struct found *found)
{
	pthread_t thread;
	void *result;
	assert_int_equal(thread_start(&thread, "look", look, found, NULL), STATUS_OK);
	pthread_join(thread, &result);
	assert_ptr_equal(result, found);
}

static void no_signals_and_little_stack(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGWINCH, SIGTSTP };
	struct found found;
	sigset_t own;
	(void)state;
	run_look(&found);
	pthread_sigmask(SIG_BLOCK, NULL, &own);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		assert_int_equal(sigismember(&found.blocked, signals[i]), 1);
		assert_int_equal(sigismember(&own, signals[i]), 0);
	}
	assert_in_range(found.stack, 128 * 1024, 1024 * 1024);
}

static void *wait_for_byte(void *argument)
{
	char byte;
	ssize_t got = read(*(int *)argument, &byte, 1);
	(void)got;
	return NULL;
}

static void it_has_its_name(void **state)
{
	char name[16] = "";
	pthread_t thread;
	int fds[2];
	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(thread_start(&thread, "name of its own", wait_for_byte, &fds[0], NULL), STATUS_OK);
	assert_int_equal(pthread_getname_np(thread, name, sizeof name), 0);
	assert_string_equal(name, "name of its own");
	close(fds[1]);
	pthread_join(thread, NULL);
	close(fds[0]);
}

static void priority_is_plain(void **state)
{
	const struct sched_param high = { .sched_priority = 1 }, plain = { .sched_priority = 0 };
	struct found found;
	(void)state;
	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &high) != 0)
		skip(); /* not permitted here */
	run_look(&found);
	pthread_setschedparam(pthread_self(), SCHED_OTHER, &plain);
	assert_int_equal(found.policy, SCHED_OTHER);
	assert_int_equal(found.param.sched_priority, 0);
}

/* In a process of its own: a limit of memory that is reached already leaves no stack to be had. It is the first test,
 * as libc keeps the stacks of threads that have ended. */
static int start_without_memory(void)
{
	const struct rlimit none = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };
	struct reason reason = { "" };
	struct found found;
	pthread_t thread;
	if (setrlimit(RLIMIT_AS, &none) != 0)
		return 1;
	if (thread_start(&thread, "stillborn", look, &found, &reason) != STATUS_IO)
		return 2;
	return strncmp(reason.text, "cannot start the thread stillborn: ", 35) == 0 ? 0 : 3;
}

static void one_that_cannot_start_is_an_error(void **state)
{
	int status = -1;
	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip(); /* they need memory of their own for a thread */
#endif
	pid_t child = fork();
	if (child == 0)
		_exit(start_without_memory());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_cannot_start_is_an_error),
		cmocka_unit_test(no_signals_and_little_stack),
		cmocka_unit_test(it_has_its_name),
		cmocka_unit_test(priority_is_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
