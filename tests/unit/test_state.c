/* What is kept between two runs: a newer save takes the place of one that waits, and nothing is lost by that. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/state.h"

#include "rack/base/file.h"
#include "rack/base/worker.h"

#include <dlfcn.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Time passes when the test says so: saves are due two seconds after a change. */
static time_t passed_s;

static int (*real_clock)(clockid_t, struct timespec *);

/* Beforehand: the clock is asked by what the real-time sanitizer watches, which takes neither dlsym() nor syscall(). */
__attribute__((constructor)) static void find_clock(void)
{
	void *found = dlsym(RTLD_NEXT, "clock_gettime");
	memcpy(&real_clock, &found, sizeof real_clock);
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!real_clock)
		find_clock();
	int failed = real_clock(clock, t);
	t->tv_sec += passed_s;
	return failed;
}

struct slow {
	struct job job;
	sem_t begun, go;
};

static void wait_for_go(struct job *job)
{
	struct slow *slow = (struct slow *)job;
	sem_post(&slow->begun);
	sem_wait(&slow->go);
}

static void leave(struct job *job)
{
	(void)job;
}

struct test {
	char folder[64], path[256];
	struct control *control;
	struct loop loop;
	struct state *state;
	struct slow slow; /* a job that the worker is at until it is let go */
	int watch;
};

static void set_gain(struct test *t, float gain)
{
	assert_int_equal(control_set(t->control, 0, 0, gain, 0, NULL, NULL), STATUS_OK);
}

static int start(void **state)
{
	struct test *t = calloc(1, sizeof *t);
	strcpy(t->folder, "/tmp/lacquer-state.XXXXXX");
	assert_non_null(mkdtemp(t->folder));
	setenv("XDG_STATE_HOME", t->folder, 1);
	t->control = control_new(NULL);
	assert_int_equal(control_insert(t->control, "trim", 0, NULL, 0, NULL), STATUS_OK);
	t->state = state_new(t->control, "kept", &t->loop, NULL);
	assert_non_null(t->state);
	state_flush(t->state); /* makes the folders */
	set_gain(t, -1);
	state_flush(t->state);
	assert_int_equal(file_place(FILE_STATE, "kept.rack", t->path, sizeof t->path, NULL), STATUS_OK);
	char folder[256];
	snprintf(folder, sizeof folder, "%s", t->path);
	*strrchr(folder, '/') = '\0';
	t->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_true(inotify_add_watch(t->watch, folder, IN_CLOSE_WRITE) >= 0);
	t->slow.job = (struct job){ .work = wait_for_go, .done = leave };
	sem_init(&t->slow.begun, 0, 0);
	sem_init(&t->slow.go, 0, 0);
	assert_true(worker_post(control_worker(t->control), &t->slow.job));
	sem_wait(&t->slow.begun);
	*state = t;
	return 0;
}

static int end(void **state)
{
	struct test *t = *state;
	char command[128];
	sem_post(&t->slow.go); /* where the test has ended before its time */
	state_free(t->state);
	control_free(t->control);
	close(t->watch);
	snprintf(command, sizeof command, "rm -r %s", t->folder);
	assert_int_equal(system(command), 0);
	free(t);
	return 0;
}

/* Files of the rack that were written since the last call: each under a name of its own, then it is renamed. */
static int count_writes(struct test *t)
{
	_Alignas(struct inotify_event) char events[4096];
	ssize_t size = read(t->watch, events, sizeof events);
	int n = 0;
	for (char *at = events; at < events + size;) {
		const struct inotify_event *event = (const struct inotify_event *)at;
		n += strncmp(event->name, "kept.rack.", 10) == 0;
		at += sizeof *event + event->len;
	}
	return n;
}

static void expect_in(const char *path, const char *wanted)
{
	char text[4096] = "";
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("no %s", path);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	if (!strstr(text, wanted))
		fail_msg("%s lacks '%s':\n%s", path, wanted, text);
}

static void due(struct test *t)
{
	passed_s += 3;
	loop_round(&t->loop);
}

static void only_the_newest_of_those_that_wait_is_written(void **state)
{
	struct test *t = *state;
	for (int i = 2; i < 5; i++) {
		set_gain(t, (float)-i);
		due(t);
	}
	assert_int_equal(count_writes(t), 0);
	sem_post(&t->slow.go);
	state_flush(t->state);
	assert_int_equal(count_writes(t), 1);
	expect_in(t->path, "gain = -4 dB");
}

/* The second save is of the rack alone; the first one's scene is written all the same. */
static void what_a_cancelled_save_held_is_in_the_next(void **state)
{
	struct test *t = *state;
	assert_int_equal(control_scene_store(t->control, "quiet", NULL), STATUS_OK);
	due(t);
	set_gain(t, -7);
	due(t);
	sem_post(&t->slow.go);
	state_flush(t->state);
	expect_in(t->path, "gain = -7 dB");
	char scene[300];
	snprintf(
		scene, sizeof scene, "%.*s.states/scene-quiet.rack", (int)(strlen(t->path) - strlen(".rack")), t->path);
	expect_in(scene, "gain = -1 dB");
}

/* The last scene is deleted and stored again as it was: its file was removed meanwhile. */
static void a_scene_that_comes_back_is_written_again(void **state)
{
	struct test *t = *state;
	char scene[300];
	snprintf(
		scene, sizeof scene, "%.*s.states/scene-quiet.rack", (int)(strlen(t->path) - strlen(".rack")), t->path);
	sem_post(&t->slow.go);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(control_scene_store(t->control, "quiet", NULL), STATUS_OK);
		state_flush(t->state);
		expect_in(scene, "gain = -1 dB");
		assert_int_equal(control_scene_delete(t->control, "quiet", NULL), STATUS_OK);
		state_flush(t->state);
		assert_int_not_equal(access(scene, F_OK), 0);
	}
}

static void the_end_writes_what_is_not_due(void **state)
{
	struct test *t = *state;
	set_gain(t, -2);
	due(t);
	set_gain(t, -9);
	sem_post(&t->slow.go);
	state_flush(t->state);
	expect_in(t->path, "gain = -9 dB");
}

/* However long the worker hangs, few saves wait for it, and the last change is written. */
static void few_wait_for_a_worker_that_hangs(void **state)
{
	struct test *t = *state;
	for (int i = 0; i < 200; i++) {
		set_gain(t, (float)-(i % 20));
		due(t);
	}
	struct slow others[40];
	for (int i = 0; i < 40; i++) { /* there is room for the others' jobs */
		others[i].job = (struct job){ .work = leave, .done = leave };
		assert_true(worker_post(control_worker(t->control), &others[i].job));
	}
	sem_post(&t->slow.go);
	state_flush(t->state);
	assert_in_range(count_writes(t), 1, 2);
	expect_in(t->path, "gain = -19 dB");
}

#define WITH_SLOW_WORKER(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SLOW_WORKER(only_the_newest_of_those_that_wait_is_written),
		WITH_SLOW_WORKER(what_a_cancelled_save_held_is_in_the_next),
		WITH_SLOW_WORKER(a_scene_that_comes_back_is_written_again),
		WITH_SLOW_WORKER(the_end_writes_what_is_not_due),
		WITH_SLOW_WORKER(few_wait_for_a_worker_that_hangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
