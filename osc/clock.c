/* Reads the system's clocks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/clock.h"

#include "osc/packet.h"

#include <time.h>

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

int64_t clock_ahead_us(uint64_t timetag)
{
	if (timetag == PACKET_IMMEDIATELY)
		return 0;
	int64_t seconds = (int64_t)(timetag >> 32) - NTP_TO_UNIX_S;
	int64_t fraction_us = (int64_t)(((timetag & UINT32_MAX) * 1000000) >> 32);
	return seconds * 1000000 + fraction_us - read_us(CLOCK_REALTIME);
}
