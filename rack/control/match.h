/* Bypass at matched loudness: the louder of rack and bypass is attenuated to the other, never the softer one raised. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MATCH_H
#define RACK_MATCH_H

#include <stdbool.h>

struct match {
	float processed_db, unprocessed_db; /* as the audio thread has them */
	float change_lu;                    /* the newest known, of an earlier engine too */
};

/* Follows what is measured while match is wanted. change_lu: by how much the slots make their input louder, whatever is
 * bypassed or matched; NaN or infinite: not known now. True: the gains are others. */
bool match_follow(struct match *, bool wanted, float change_lu);

#endif
