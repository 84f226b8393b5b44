/* The server's time: monotonic for leases and rates, wall-clock only to read timetags. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_CLOCK_H
#define OSC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now_us(void); /* CLOCK_MONOTONIC */

/* CLOCK_MONOTONIC microseconds of a timetag (NTP: seconds since 1900 in the upper half, fraction below; RFC 5905,
 * section 6) by what the wall clock says now, however it may have been set since the last. INT64_MIN for "immediately".
 */
int64_t clock_due_us(uint64_t timetag);

#endif
