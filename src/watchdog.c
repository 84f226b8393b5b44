/* Who is to blame: for a rack that is not called any more, and for xruns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/watchdog.h"

#include <math.h>

enum {
	ALLOWED_MIN_MS = 1000,
	ALLOWED_PERIODS = 10,
	XRUNS_TOLD_MS = 1000, /* after the rack goes on, JACK tells what it has missed within this time */
};

void watchdog_start(struct watchdog *w, int64_t now_ms)
{
	*w = (struct watchdog){ .cycled_at_ms = now_ms, .looked_at_ms = now_ms };
}

static void count_xruns(struct watchdog *w, const struct watchdog_look *look)
{
	if (look->now_ms < w->mine_until_ms)
		w->moved += look->foreign - w->foreign;
	w->foreign = look->foreign;
}

enum watchdog_verdict watchdog_look(struct watchdog *w, const struct watchdog_look *look)
{
	bool stood_still = look->now_ms > w->looked_at_ms + 2 * WATCHDOG_EVERY_MS;
	if (stood_still)
		w->mine_until_ms = look->now_ms + XRUNS_TOLD_MS;
	count_xruns(w, look);
	if (look->cycles != w->cycles || look->freewheel || stood_still) {
		w->cycles = look->cycles;
		w->cycled_at_ms = look->now_ms;
	}
	if (look->frame != w->frame)
		w->framed_at_ms = look->now_ms;
	w->frame = look->frame;
	w->looked_at_ms = look->now_ms;
	double allowed_ms = fmax(ALLOWED_PERIODS * look->period_ms, ALLOWED_MIN_MS);
	if ((double)(look->now_ms - w->cycled_at_ms) <= allowed_ms)
		return WATCHDOG_FINE;
	if ((double)(look->now_ms - w->framed_at_ms) > 2 * (look->period_ms + WATCHDOG_EVERY_MS))
		return WATCHDOG_SERVER;
	return look->has_front ? WATCHDOG_FRONT : WATCHDOG_CALLED_NO_MORE;
}
