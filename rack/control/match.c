/* Gains of bypass at matched loudness, from what is measured. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/match.h"

#include <math.h>

#define SMALLEST_LU 0.05f

/* What the slots do is measured before bypass and match have a say: so it is known whenever there was sound, and
 * follows what is changed while they are bypassed. */
bool match_follow(struct match *m, bool wanted, float change_lu)
{
	if (isfinite(change_lu))
		m->change_lu = change_lu;
	float processed_db = wanted ? -fmaxf(m->change_lu, 0) : 0, unprocessed_db = wanted ? fminf(m->change_lu, 0) : 0;
	if (wanted && fabsf(processed_db - m->processed_db) <= SMALLEST_LU &&
		fabsf(unprocessed_db - m->unprocessed_db) <= SMALLEST_LU)
		return false;
	m->processed_db = processed_db;
	m->unprocessed_db = unprocessed_db;
	return true;
}
