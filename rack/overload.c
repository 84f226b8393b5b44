/* Decides between the chain and the safe bypass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/overload.h"

#define LATE_MAX_S 1.0
#define FIRST_WAIT_S 5.0
#define LAST_WAIT_S 80.0
#define RELAPSE_S 60.0

static void turn(struct overload *o, bool safe) RT
{
	if (safe)
		o->wait_s = o->wait_s == 0 || o->full_s > RELAPSE_S ? FIRST_WAIT_S :
			o->wait_s * 2 > LAST_WAIT_S ? LAST_WAIT_S : o->wait_s * 2;
	o->safe = safe;
	o->safe_s = o->full_s = o->late_s = 0;
}

bool overload_note(struct overload *o, float load, double period_s) RT
{
	if (o->safe) {
		o->safe_s += period_s;
		if (o->safe_s >= o->wait_s)
			turn(o, false);
		return o->safe;
	}
	o->full_s += period_s;
	o->late_s += load > 1 ? load * period_s : -period_s; /* a late callback lasts longer than its period */
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
