/* Reads the system's clocks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/clock.h"

#include "osc/wire/packet.h"

#include <time.h>

enum { APART_MAX_US = 50, TRIES_MAX = 4 };

#define NTP_TO_UNIX_S 2208988800LL /* 1900 to 1970 */

static int64_t read_us(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

/* The wall clock minus the monotonic one. A pair of readings that something came in between is read again. */
static int64_t wall_offset_us(void)
{
	int64_t before_us, offset_us;
	int tries = TRIES_MAX;
	do {
		before_us = read_us(CLOCK_MONOTONIC);
		offset_us = read_us(CLOCK_REALTIME) - before_us;
	} while (read_us(CLOCK_MONOTONIC) - before_us > APART_MAX_US && --tries > 0);
	return offset_us;
}

int64_t clock_due_us(uint64_t timetag)
{
	if (timetag == PACKET_IMMEDIATELY)
		return INT64_MIN;
	int64_t seconds = (int64_t)(timetag >> 32) - NTP_TO_UNIX_S;
	int64_t fraction_us = (int64_t)(((timetag & UINT32_MAX) * 1000000) >> 32);
	return seconds * 1000000 + fraction_us - wall_offset_us();
}
