/* When a bundle's timetag is due. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_TIMETAG_H
#define OSC_TIMETAG_H

#include <stdint.h>

/* clock_now_us() at the timetag (NTP: seconds since 1900 in the upper half, fraction below; RFC 5905, section 6) by
 * what the wall clock says now, however it may have been set since the last. INT64_MIN for "immediately". */
int64_t timetag_due_us(uint64_t timetag);

#endif
