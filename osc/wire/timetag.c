/* When a bundle's timetag is due: wall-clock time against the monotonic clock. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/timetag.h"

#include "osc/wire/packet.h"
#include "rack/base/clock.h"

enum { APART_MAX_US = 50, TRIES_MAX = 4 };

#define NTP_TO_UNIX_S 2208988800LL /* 1900 to 1970 */

/* The wall clock minus the monotonic one. A pair of readings with an interruption between them is read again. */
static int64_t wall_offset_us(void)
{
	int64_t before_us, offset_us;
	int tries = TRIES_MAX;
	do {
		before_us = clock_now_us();
		offset_us = clock_wall_us() - before_us;
	} while (clock_now_us() - before_us > APART_MAX_US && --tries > 0);
	return offset_us;
}

int64_t timetag_due_us(uint64_t timetag)
{
	if (timetag == PACKET_IMMEDIATELY)
		return INT64_MIN;
	int64_t seconds = (int64_t)(timetag >> 32) - NTP_TO_UNIX_S;
	int64_t fraction_us = (int64_t)(((timetag & UINT32_MAX) * 1000000) >> 32);
	return seconds * 1000000 + fraction_us - wall_offset_us();
}
