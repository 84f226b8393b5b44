/* worker.c: order, the limit, jobs posted from done, the end. Run under TSan too. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/worker.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct note {
	struct job job;
	unsigned number, answer;
	pthread_t worked_by;
	struct worker *again;
	struct log *log;
};

struct log {
	unsigned order[2000], n, n_refused;
};

static void square(struct job *job)
{
	struct note *note = (struct note *)job;
	note->answer = note->number * note->number;
	note->worked_by = pthread_self();
}

static void write_down(struct job *job)
{
	struct note *note = (struct note *)job;
	assert_int_equal(note->answer, note->number * note->number);
	assert_false(pthread_equal(note->worked_by, pthread_self()));
	note->log->order[note->log->n++] = note->number;
	free(note);
}

static struct note *make_note(struct log *log, unsigned number)
{
	struct note *note = calloc(1, sizeof *note);
	note->job = (struct job){ .work = square, .done = write_down };
	note->number = number;
	note->log = log;
	return note;
}

static void collect_until(struct worker *w, const struct log *log, unsigned n)
{
	while (log->n < n) {
		struct pollfd p = { .fd = worker_fd(w), .events = POLLIN };
		assert_int_equal(poll(&p, 1, 10000), 1); /* generous: a lost bell never rings */
		worker_collect(w);
	}
}

static void jobs_come_back_once_and_in_order(void **state)
{
	(void)state;
	struct log log = { .n = 0 };
	struct worker *w = worker_new(NULL);
	for (unsigned posted = 0; posted < 2000;) {
		struct note *note = make_note(&log, posted);
		if (worker_post(w, &note->job))
			posted++;
		else {
			free(note);
			collect_until(w, &log, log.n + 1);
		}
	}
	collect_until(w, &log, 2000);
	for (unsigned i = 0; i < 2000; i++)
		assert_int_equal(log.order[i], i);
	worker_free(w);
	assert_int_equal(log.n, 2000);
}

static void sixty_four_wait_at_most(void **state)
{
	(void)state;
	struct log log = { .n = 0 };
	struct worker *w = worker_new(NULL);
	for (unsigned i = 0; i < 64; i++)
		assert_true(worker_post(w, &make_note(&log, i)->job));
	struct note *late = make_note(&log, 64);
	assert_false(worker_post(w, &late->job));
	collect_until(w, &log, 64);
	assert_true(worker_post(w, &late->job));
	collect_until(w, &log, 65);
	worker_free(w);
}

static void freeing_finishes_what_is_posted(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 50; round++) {
		struct log log = { .n = 0 };
		struct worker *w = worker_new(NULL);
		for (unsigned i = 0; i < round; i++)
			assert_true(worker_post(w, &make_note(&log, i)->job));
		worker_free(w);
		assert_int_equal(log.n, round);
	}
	worker_free(NULL);
}

static void post_again(struct job *job)
{
	struct note *note = (struct note *)job;
	struct worker *again = note->again;
	struct log *log = note->log;
	unsigned number = note->number;
	write_down(job);
	if (number == 9)
		return;
	struct note *next = make_note(log, number + 1);
	next->job.done = post_again;
	next->again = again;
	if (worker_post(again, &next->job))
		return;
	log->n_refused++;
	free(next);
}

static void done_may_post(void **state)
{
	(void)state;
	struct log log = { .n = 0 };
	struct worker *w = worker_new(NULL);
	struct note *first = make_note(&log, 0);
	first->job.done = post_again;
	first->again = w;
	assert_true(worker_post(w, &first->job));
	collect_until(w, &log, 10);
	assert_int_equal(log.order[9], 9);
	struct note *last = make_note(&log, 0);
	last->job.done = post_again;
	last->again = w;
	assert_true(worker_post(w, &last->job));
	worker_free(w); /* the job that its done posts finds the door closed */
	assert_int_equal(log.n, 11);
	assert_int_equal(log.n_refused, 1);
}

/* ---- A newer job makes an older one needless */

struct gate {
	struct job job;
	sem_t begun, go;
};

static void wait_at_gate(struct job *job)
{
	struct gate *gate = (struct gate *)job;
	sem_post(&gate->begun);
	sem_wait(&gate->go);
}

static void leave(struct job *job)
{
	(void)job;
}

static void note_cancelled(struct job *job)
{
	struct note *note = (struct note *)job;
	note->log->order[note->log->n++] = note->number + 100u * worker_cancelled(job) + 1000u * (note->answer != 0);
	free(note);
}

static void what_has_not_begun_can_be_cancelled(void **state)
{
	(void)state;
	struct log log = { .n = 0 };
	struct worker *w = worker_new(NULL);
	struct gate gate = { .job = { .work = wait_at_gate, .done = leave } };
	sem_init(&gate.begun, 0, 0);
	sem_init(&gate.go, 0, 0);
	struct note *notes[3];
	assert_true(worker_post(w, &gate.job));
	sem_wait(&gate.begun);
	for (unsigned i = 0; i < 3; i++) {
		notes[i] = make_note(&log, i + 1);
		notes[i]->job.done = note_cancelled;
		assert_true(worker_post(w, &notes[i]->job));
	}
	assert_false(worker_cancel(&gate.job)); /* it is under way */
	assert_true(worker_cancel(&notes[1]->job));
	assert_true(worker_cancel(&notes[1]->job));
	sem_post(&gate.go);
	collect_until(w, &log, 3);
	assert_int_equal(log.order[0], 1001);
	assert_int_equal(log.order[1], 102); /* in its turn, and never worked on */
	assert_int_equal(log.order[2], 1003);
	worker_free(w);
	sem_destroy(&gate.begun);
	sem_destroy(&gate.go);
}

struct starter {
	struct job job;
	atomic_bool begun;
};

static void say_begun(struct job *job)
{
	atomic_store(&((struct starter *)job)->begun, true);
}

/* Both threads at once, over and over: the worker goes up, the poster comes down, and where they meet they agree. */
static void a_cancelled_job_is_never_worked_on(void **state)
{
	(void)state;
	enum { ROUNDS = 500, JOBS = 60 };
	struct worker *w = worker_new(NULL);
	unsigned n_cancelled = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct log log = { .n = 0 };
		struct note *notes[JOBS];
		unsigned said[JOBS];
		struct starter starter = { .job = { .work = say_begun, .done = leave } };
		assert_true(worker_post(w, &starter.job));
		for (unsigned i = 0; i < JOBS; i++) {
			notes[i] = make_note(&log, i + 1);
			notes[i]->job.done = note_cancelled;
			assert_true(worker_post(w, &notes[i]->job));
		}
		while (!atomic_load(&starter.begun))
			; /* asleep the worker would come too late to meet anybody */
		for (unsigned i = JOBS; i-- > 0;) {
			bool cancelled = worker_cancel(&notes[i]->job);
			n_cancelled += cancelled;
			said[i] = i + 1 + (cancelled ? 100 : 1000);
		}
		collect_until(w, &log, JOBS);
		assert_memory_equal(log.order, said, sizeof said);
	}
	worker_free(w);
	assert_in_range(n_cancelled, 1, ROUNDS * JOBS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_come_back_once_and_in_order),
		cmocka_unit_test(sixty_four_wait_at_most),
		cmocka_unit_test(freeing_finishes_what_is_posted),
		cmocka_unit_test(done_may_post),
		cmocka_unit_test(what_has_not_begun_can_be_cancelled),
		cmocka_unit_test(a_cancelled_job_is_never_worked_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
