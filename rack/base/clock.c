/* The clocks of the machine, and sleeping. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/clock.h"

#include <time.h>

/* In user space on every machine that JACK runs well on; libc's header does not promise it. */
int clock_gettime(clockid_t, struct timespec *) RT;

static int64_t read_us(clockid_t id) RT
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now_us(void) RT
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t clock_now_ms(void) RT
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_wall_us(void)
{
	return read_us(CLOCK_REALTIME);
}

void clock_sleep_us(int64_t us)
{
	nanosleep(&(struct timespec){ .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 }, NULL);
}
