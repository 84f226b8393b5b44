/* The server's time: monotonic for leases and rates, wall-clock only to read timetags. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_CLOCK_H
#define OSC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now_us(void); /* CLOCK_MONOTONIC */

/* How far a timetag (NTP: seconds since 1900 in the upper half, fraction below) is ahead of now in microseconds;
 * negative: past. 0 for "immediately". RFC 5905, section 6. */
int64_t clock_ahead_us(uint64_t timetag);

#endif
