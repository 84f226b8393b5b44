/* Bypass at matched loudness: the louder of rack and bypass is turned down to the other, never the softer one up. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control_private.h"

#include <math.h>

enum { LOOK_MS = 100 };

/* Short-term loudness looks 3 s back. The difference of the sides is taken only when all of that was one path at one gain, or
 * the gains would be measured against themselves. */
#define STEADY_S 3.2
#define SMALLEST_LU 0.05f
#define QUIETEST_LUFS -60

static void send_gains(struct control *c, float processed_db, float unprocessed_db, uint64_t frame)
{
	c->match.processed_db = processed_db;
	c->match.unprocessed_db = unprocessed_db;
	c->match.since = frame;
	c->match.dirty = true;
	control_changed(c);
}

int control_match(struct control *c)
{
	struct match *m = &c->match;
	if (!c->engine || !c->analysis)
		return -1;
	uint64_t frame = engine_read_telemetry(c->engine)->frame;
	bool bypassed = c->rack.values[RACK_BYPASS] != 0;
	if (bypassed != m->was_bypassed)
		m->since = frame;
	m->was_bypassed = bypassed;
	if (c->rack.values[RACK_MATCH] == 0) {
		if (m->processed_db != 0 || m->unprocessed_db != 0)
			send_gains(c, 0, 0, frame);
		return -1;
	}
	struct analysis_values levels;
	analysis_read(c->analysis, &levels);
	bool steady = frame - m->since >= (uint64_t)(STEADY_S * c->spec.rate);
	bool sounding = levels.in.short_term > QUIETEST_LUFS && levels.out.short_term > QUIETEST_LUFS;
	if (bypassed || !steady || !sounding)
		return LOOK_MS;
	/* What the rack does, without what the match does. */
	float louder_lu = levels.out.short_term - m->processed_db - levels.in.short_term;
	float processed_db = -fmaxf(louder_lu, 0), unprocessed_db = fminf(louder_lu, 0);
	if (fabsf(processed_db - m->processed_db) > SMALLEST_LU || fabsf(unprocessed_db - m->unprocessed_db) > SMALLEST_LU)
		send_gains(c, processed_db, unprocessed_db, frame);
	return LOOK_MS;
}
