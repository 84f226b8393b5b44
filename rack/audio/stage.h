/* Which chain is heard: one plays, another may be fading in, and a safe bypass stands by. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_STAGE_H
#define RACK_STAGE_H

#include "rack/audio/chain.h"
#include "rack/audio/change.h"
#include "rack/base/ring.h"

/* A path (a chain, or its safe bypass) that is to be heard runs beside the one that is until its look-ahead and filters
 * hold sound, and is then faded in. One such fade at a time; meanwhile the newest new chain waits. */
struct stage {
	double rate;
	struct ring *returns;                      /* of struct retired: chains that are no longer needed */
	struct chain *now;                         /* the chain of the model, heard or bypassed */
	struct chain *next;                        /* another one, fading in */
	struct chain *queued;                      /* and the one after that */
	struct chain *expected[CHANGE_CHAINS_MAX]; /* not here yet: they wait for their frame and learn what is set
						       meanwhile */
	uint32_t n_expected;
	uint64_t number;            /* of the newest chain: an older one holds less than is heard */
	bool safe, safe_wanted;     /* now's safe bypass is heard instead of it, or shall be */
	struct chain *to;           /* the path that fades in; NULL: none */
	uint32_t at, warm, fade;    /* frames since the fade began; of its two parts */
	double power_in, power_out; /* mean squares of the last seconds: how loud the safe bypass has to be */
};

/* Control thread. stage_drop frees its chains. */
void stage_init(struct stage *, double rate, struct chain *, struct ring *returns);
void stage_drop(struct stage *);

/* Audio thread, between two calls of stage_process. */
void stage_set(struct stage *, uint32_t uid, uint32_t param, float value, uint32_t glide_ms) RT;
void stage_use_kernel(struct stage *, uint32_t uid, struct kernel *) RT;
void stage_match(struct stage *, double processed, double unprocessed) RT;
void stage_expect(struct stage *, struct chain *) RT; /* stage_change with it will follow */

/* Takes the chain over, or gives it back where a newer one came before. */
void stage_change(struct stage *, struct chain *) RT;

void stage_want_safe(struct stage *, bool) RT;

/* Audio thread. Frames until something ends or begins: no call of stage_process may be longer. */
uint32_t stage_boundary(const struct stage *) RT;

/* Audio thread. n (<= stage_boundary, <= BLOCK_MAX) frames in place; returns how many times a slot was poisoned. key:
 * the key bus (NULL: there is none). processed: gets what the slots made of it, bypassed and matched or not (NULL: not
 * wanted). */
uint32_t stage_process(
	struct stage *, double *const io[2], const double *const key[2], double *const processed[2], uint32_t n) RT;

/* Audio thread. The chain whose meters tell what is heard. */
const struct chain *stage_heard(const struct stage *) RT;

#endif
