/* Bypass at matched loudness: the louder of rack and bypass is turned down to the other, never the softer one up. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include <math.h>

enum { LOOK_MS = 100 };
#define SMALLEST_LU 0.05f

static void send_gains(struct control *c, float processed_db, float unprocessed_db)
{
	c->match.processed_db = processed_db;
	c->match.unprocessed_db = unprocessed_db;
	c->match.dirty = true;
	control_changed(c);
}

/* What the slots do is measured before bypass and match have a say: so it is known whenever there was sound, and
 * follows what is changed while they are bypassed. */
int control_match(struct control *c)
{
	struct match *m = &c->match;
	if (!c->engine || !c->analysis)
		return -1;
	bool wanted = c->rack.values[RACK_MATCH] != 0;
	if (!wanted && m->processed_db == 0 && m->unprocessed_db == 0)
		return -1;
	const float *change_lu = levels_of_role(analysis_read(c->analysis), TAP_PROCESSED, ROLE_CHANGE);
	if (change_lu && isfinite(*change_lu))
		m->change_lu = *change_lu;
	float processed_db = wanted ? -fmaxf(m->change_lu, 0) : 0, unprocessed_db = wanted ? fminf(m->change_lu, 0) : 0;
	if (!wanted || fabsf(processed_db - m->processed_db) > SMALLEST_LU ||
		fabsf(unprocessed_db - m->unprocessed_db) > SMALLEST_LU)
		send_gains(c, processed_db, unprocessed_db);
	return wanted ? LOOK_MS : -1;
}
