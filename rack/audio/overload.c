/* Decides between the chain and the safe bypass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/overload.h"

#define LATE_MAX_S 1.0
#define LOAD_COUNTED_MAX 4.0
#define FIRST_WAIT_S 5.0
#define LAST_WAIT_S 80.0
#define RELAPSE_S 60.0

static void turn(struct overload *o, bool safe) RT
{
	if (safe)
		o->wait_s = o->wait_s == 0 || o->full_s > RELAPSE_S ? FIRST_WAIT_S
			    : o->wait_s * 2 > LAST_WAIT_S           ? LAST_WAIT_S
								    : o->wait_s * 2;
	o->safe = safe;
	o->safe_s = o->full_s = o->late_s = 0;
}

bool overload_report(struct overload *o, float load, double period_s) RT
{
	if (o->safe) {
		o->safe_s += period_s;
		if (o->safe_s >= o->wait_s)
			turn(o, false);
		return o->safe;
	}
	o->full_s += period_s;
	/* A late callback lasts longer than its period; one that was held up for long is not yet an overload. */
	double counted = load < LOAD_COUNTED_MAX ? (double)load : LOAD_COUNTED_MAX;
	o->late_s += load > 1 ? counted * period_s : -period_s;
	if (o->late_s < 0)
		o->late_s = 0;
	if (o->late_s >= LATE_MAX_S)
		turn(o, true);
	return o->safe;
}

const char *overload_text(enum overload_step step)
{
	static const char *const texts[] = { "none", "warning", "safe bypass" };
	return texts[step];
}
