/* Who is to blame when the rack is not called, and whose an xrun is: on a pretended client and server. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct rig {
	struct watchdog dog;
	struct watchdog_look look;
};

static int setup(void **state)
{
	static struct rig r;
	r = (struct rig){ .look = { .now_ms = 5000, .frame = 1000, .period_ms = 1.3, .has_front = true } };
	watchdog_start(&r.dog, r.look.now_ms);
	*state = &r;
	return 0;
}

/* So many looks, a quarter of a second apart; the last verdict. */
static enum watchdog_verdict looks(struct rig *r, int n, unsigned cycles, unsigned frames)
{
	enum watchdog_verdict verdict = WATCHDOG_FINE;
	for (int i = 0; i < n; i++) {
		r->look.now_ms += WATCHDOG_EVERY_MS;
		r->look.cycles += cycles;
		r->look.frame += frames;
		verdict = watchdog_look(&r->dog, &r->look);
	}
	return verdict;
}

static void a_rack_that_runs_is_fine(void **state)
{
	assert_int_equal(looks(*state, 100, 187, 12000), WATCHDOG_FINE);
}

static void a_server_that_stands_still_is_named_after_a_second(void **state)
{
	struct rig *r = *state;
	looks(r, 4, 187, 12000);
	assert_int_equal(looks(r, 4, 0, 0), WATCHDOG_FINE);
	assert_int_equal(looks(r, 1, 0, 0), WATCHDOG_SERVER);
}

/* The server's last cycle may fall between the rack's last one and the look. */
static void one_cycle_more_of_the_server_is_no_life(void **state)
{
	struct rig *r = *state;
	looks(r, 4, 187, 12000);
	looks(r, 1, 0, 64);
	assert_int_equal(looks(r, 4, 0, 0), WATCHDOG_SERVER);
}

static void a_program_in_front_is_named_and_waited_for(void **state)
{
	struct rig *r = *state;
	looks(r, 4, 187, 12000);
	assert_int_equal(looks(r, 4, 0, 12000), WATCHDOG_FINE);
	assert_int_equal(looks(r, 100, 0, 12000), WATCHDOG_FRONT);
	assert_int_equal(looks(r, 1, 187, 12000), WATCHDOG_FINE);
}

static void a_program_in_front_does_not_hide_the_servers_end(void **state)
{
	struct rig *r = *state;
	looks(r, 4, 187, 12000);
	assert_int_equal(looks(r, 8, 0, 12000), WATCHDOG_FRONT);
	assert_int_equal(looks(r, 4, 0, 0), WATCHDOG_SERVER);
}

static void without_one_in_front_the_rack_is_forgotten(void **state)
{
	struct rig *r = *state;
	r->look.has_front = false;
	assert_int_equal(looks(r, 8, 0, 12000), WATCHDOG_CALLED_NO_MORE);
}

static void long_periods_have_time(void **state)
{
	struct rig *r = *state;
	r->look.period_ms = 1024; /* 8192 frames at 8 kHz */
	looks(r, 4, 1, 8192);
	assert_int_equal(looks(r, 40, 0, 0), WATCHDOG_FINE);
	assert_int_equal(looks(r, 2, 0, 0), WATCHDOG_SERVER);
}

static void freewheel_is_no_fault(void **state)
{
	struct rig *r = *state;
	r->look.freewheel = true;
	assert_int_equal(looks(r, 40, 0, 0), WATCHDOG_FINE);
}

static void a_rack_that_stood_still_blames_nobody(void **state)
{
	struct rig *r = *state;
	looks(r, 4, 187, 12000);
	r->look.foreign = 2; /* of others, before */
	looks(r, 1, 187, 12000);
	r->look.now_ms += 3000; /* SIGSTOP */
	r->look.foreign += 5;
	assert_int_equal(looks(r, 1, 0, 144000), WATCHDOG_FINE);
	r->look.foreign += 3; /* JACK goes on telling */
	assert_int_equal(looks(r, 2, 187, 12000), WATCHDOG_FINE);
	assert_int_equal(r->dog.moved, 8);
	looks(r, 4, 187, 12000);
	r->look.foreign++; /* of others, later */
	looks(r, 4, 187, 12000);
	assert_int_equal(r->dog.moved, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_rack_that_runs_is_fine, setup),
		cmocka_unit_test_setup(a_server_that_stands_still_is_named_after_a_second, setup),
		cmocka_unit_test_setup(one_cycle_more_of_the_server_is_no_life, setup),
		cmocka_unit_test_setup(a_program_in_front_is_named_and_waited_for, setup),
		cmocka_unit_test_setup(a_program_in_front_does_not_hide_the_servers_end, setup),
		cmocka_unit_test_setup(without_one_in_front_the_rack_is_forgotten, setup),
		cmocka_unit_test_setup(long_periods_have_time, setup),
		cmocka_unit_test_setup(freewheel_is_no_fault, setup),
		cmocka_unit_test_setup(a_rack_that_stood_still_blames_nobody, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
