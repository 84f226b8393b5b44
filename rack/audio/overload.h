/* What the rack does when the machine cannot keep up: warns, then plays a safe bypass, then tries again. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_OVERLOAD_H
#define RACK_OVERLOAD_H

#include "rack/base/realtime.h"

#include <stdbool.h>

/* The declared steps. WARNING: a cycle of the last second took more than 80 % of its period. SAFE: cycles took more
 * than all of it for a second (taken together; good cycles count back), so a bypass is heard that costs next to
 * nothing. After 5 s the chain is tried again; every relapse within a minute doubles that, up to 80 s. */
enum overload_step { OVERLOAD_NONE, OVERLOAD_WARNING, OVERLOAD_SAFE };

struct overload {
	double late_s;         /* time of late cycles less that of good ones */
	double safe_s, full_s; /* since the last turn */
	double wait_s;         /* in the safe bypass until the next try; 0: not yet needed */
	bool safe;
};

/* Audio thread, once a cycle: load is the part of the period that it took. Returns whether the safe bypass is wanted.
 */
bool overload_report(struct overload *, float load, double period_s) RT;

const char *overload_text(enum overload_step); /* "none" "warning" "safe bypass" */

#endif
