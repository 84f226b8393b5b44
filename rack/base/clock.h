/* The clocks of the machine, and sleeping. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_CLOCK_H
#define RACK_CLOCK_H

#include "rack/base/realtime.h"

#include <stdint.h>

/* CLOCK_MONOTONIC: for everything that lasts or is due. Any thread. */
int64_t clock_now_us(void) RT;
int64_t clock_now_ms(void) RT;

/* CLOCK_REALTIME since 1970, which may be set at any time: only for times that people or other machines state. */
int64_t clock_wall_us(void);

/* Never on the audio thread. A signal may end it early. */
void clock_sleep_us(int64_t us);

#endif
