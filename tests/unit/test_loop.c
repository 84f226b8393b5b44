/* The poll loop: every source each round, in order; it sleeps until the first is due or has an event, and no shorter.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/loop.h"

#include "rack/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

struct part {
	struct loop *loop;
	struct loop_source source;
	char name;
	char *log; /* names in the order of their polls */
	int wait_ms, fd, n_polls, end_after;
	struct part *wakes; /* one whose wait it shortens, as a change makes a save due */
};

static int poll_part(void *user)
{
	struct part *p = user;
	strncat(p->log, &p->name, 1);
	uint64_t count;
	if (p->fd >= 0 && read(p->fd, &count, sizeof count) < 0)
		count = 0;
	if (++p->n_polls == p->end_after)
		loop_end(p->loop);
	if (p->wakes && p->wakes->wait_ms < 0) {
		p->wakes->wait_ms = 20;
		loop_again(p->loop);
	}
	return p->wait_ms;
}

static int part_fds(void *user, struct pollfd *fds, int room)
{
	struct part *p = user;
	assert_true(room > 0);
	fds[0] = (struct pollfd){ .fd = p->fd, .events = POLLIN };
	return 1;
}

static void join(struct part *p, struct loop *loop, char name, char *log, int wait_ms)
{
	*p = (struct part){ .loop = loop, .name = name, .log = log, .wait_ms = wait_ms, .fd = -1 };
	p->source = (struct loop_source){ .poll = poll_part, .user = p };
	loop_add(loop, &p->source);
}

static void sources_are_polled_in_order_until_they_leave(void **state)
{
	(void)state;
	struct loop loop = { 0 };
	struct part a, b, c;
	char log[64] = "";
	join(&a, &loop, 'a', log, 300);
	join(&b, &loop, 'b', log, -1);
	join(&c, &loop, 'c', log, 200);
	assert_int_equal(loop_round(&loop), 200);
	loop_remove(&loop, &b.source);
	loop_remove(&loop, &b.source);
	loop_remove(&loop, &c.source);
	assert_int_equal(loop_round(&loop), 300);
	loop_remove(&loop, &a.source);
	assert_int_equal(loop_round(&loop), -1);
	loop_add(&loop, &b.source);
	assert_int_equal(loop_round(&loop), -1);
	assert_string_equal(log, "abcab");
}

/* Two rounds of 30 ms lie between three polls; a loop that does not sleep would have many rounds in them. */
static void it_sleeps_until_the_first_is_due(void **state)
{
	(void)state;
	struct loop loop = { 0 };
	struct part often, seldom;
	char log[64] = "";
	join(&seldom, &loop, 's', log, 10000);
	join(&often, &loop, 'o', log, 30);
	often.end_after = 3;
	int64_t begin_ms = clock_now_ms();
	loop_run(&loop);
	assert_true(clock_now_ms() - begin_ms >= 59);
	assert_string_equal(log, "sososo");
}

static void an_event_ends_the_sleep(void **state)
{
	(void)state;
	struct loop loop = { 0 };
	struct part silent, heard;
	char log[64] = "";
	join(&silent, &loop, 's', log, -1);
	join(&heard, &loop, 'h', log, -1);
	heard.source.fds = part_fds;
	heard.fd = eventfd(1, EFD_NONBLOCK);
	heard.end_after = 2;
	heard.source.user = &heard;
	/* The first round reads the event of the start, so the second needs one of its own. */
	assert_int_equal(loop_round(&loop), -1);
	assert_int_equal(write(heard.fd, &(uint64_t){ 1 }, 8), 8);
	loop_run(&loop);
	assert_string_equal(log, "shsh");
	close(heard.fd);
}

/* What a later source makes due in an earlier one is not slept over. */
static void one_made_due_late_in_a_round_is_asked_again(void **state)
{
	(void)state;
	struct loop loop = { 0 };
	struct part save, change;
	char log[64] = "";
	join(&save, &loop, 's', log, -1);
	join(&change, &loop, 'c', log, -1);
	change.wakes = &save;
	save.end_after = 3;
	int64_t begin_ms = clock_now_ms();
	loop_run(&loop);
	assert_true(clock_now_ms() - begin_ms >= 19);
	assert_string_equal(log, "scscsc");
}

static void an_end_before_the_start_is_an_end(void **state)
{
	(void)state;
	struct loop loop = { 0 };
	struct part never;
	char log[64] = "";
	join(&never, &loop, 'n', log, -1);
	loop_end(&loop);
	loop_run(&loop);
	assert_string_equal(log, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_are_polled_in_order_until_they_leave),
		cmocka_unit_test(it_sleeps_until_the_first_is_due),
		cmocka_unit_test(an_event_ends_the_sleep),
		cmocka_unit_test(one_made_due_late_in_a_round_is_asked_again),
		cmocka_unit_test(an_end_before_the_start_is_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
