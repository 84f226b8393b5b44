/* What loudness targets say of a measured file, as `measure --target` prints it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_VERDICT_H
#define SRC_VERDICT_H

#include "rack/model/target.h"
#include "src/measurement.h"

/* Of a file that was measured to its end. */
struct target_reading verdict_reading(const struct measurement *);

/* A line a target, behind measurement_print(). True: all are met. */
bool verdict_print(const struct target *const *targets, uint32_t n, const struct measurement *, FILE *);

/* The member "targets", an array, into an object that is open already. True: all are met. */
bool verdict_print_json(const struct target *const *targets, uint32_t n, const struct measurement *, struct json *);

#endif
