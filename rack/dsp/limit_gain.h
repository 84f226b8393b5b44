/* The gain of one channel of the limiter: a slow stage that carries what lasts, a middle one and a last one for the
 * peaks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DSP_LIMIT_GAIN_H
#define RACK_DSP_LIMIT_GAIN_H

#include "rack/dsp/delay_line.h"
#include "rack/dsp/gain_stage.h"

/* Names, in the order of the signal:
 *
 *   need: what the gain may be at a frame, above 0, 1 at most.
 *
 *   slow: gain of the slow stage; follows the held need late and smoothly, so it may be above it.
 *
 *   middle: gain of the middle stage, from what the slow one leaves over, need * share / slow. Rare peaks may then
 * stand above the ceiling by the factor share.
 *
 *   last: gain of the last stage, the shortest, from what is left over then, need / (slow * middle).
 *
 * The slow stage may go by needs of its own (linked otherwise between the channels than those of the others).
 *
 * The gain is slow * middle * last, at or below need wherever it is applied. Steady sound ends up in the slow stage
 * alone, as a gain that does not move. */

enum { LIMIT_GAIN_GROUP = 8 }; /* frames for which the slow stage moves on a straight line */

struct limit_gain_settings {
	uint32_t hold;                    /* groups for which the slow stage goes by the lowest need, up to the limit */
	double slow_attack, slow_release; /* part of the way in a group */
	uint32_t middle_hold; /* frames for which the middle stage holds what is left over, up to the limit */
	double middle_release, last_release; /* part of the way in a frame */
	/* What the slow stage falls and the middle one rises beyond that, in a group and in a frame: an exponential
	 * alone never arrives, and steady sound would be on its way to a gain that stands for seconds. */
	double slow_finish, middle_finish;
	double slow_rest; /* the slow stage does not follow a rise of less, but the one to 1: the ripple of a tone's
			     peaks */
	float share;      /* 1 or more */
	bool is_auto;     /* else the slow stage stands at 1 */
};

enum { LIMIT_GAIN_MIDDLE, LIMIT_GAIN_LAST, LIMIT_GAIN_STAGES };

/* The most that there will be: frames of look-ahead, groups of hold, frames of the middle stage's hold. */
struct limit_gain_limits {
	uint32_t ahead, hold, middle_hold;
};

/* One channel's past. The memory belongs to the caller: limit_gain_bytes() of it, aligned to 8. */
struct limit_gain {
	struct limit_gain_limits limits;
	float last_need, last_slow_need, group; /* group: lowest need of the group so far */
	uint32_t group_at;
	struct sliding_min held;
	double slow, last_slow, slow_step, slow_target;
	struct gain_stage stages[LIMIT_GAIN_STAGES];
	struct delay_line needs, slows, bases;
};

size_t limit_gain_bytes(struct limit_gain_limits);

/* Forgets everything. ahead: frames of delay, of which the last stage has last_ahead. */
void limit_gain_reset(
	struct limit_gain *, void *memory, uint32_t ahead, uint32_t last_ahead, struct limit_gain_limits) RT;

/* The gains of the n frames (up to BLOCK_MAX) `ahead` before, from the needs of n intervals: interval i is from frame i
 * to the next. slow_needs: those of the slow stage, may be the same array. rarity: of the peaks, 0..1 (peak_rarity.h):
 * as much of what the share is above 1 counts. The same bits however the frames are cut into calls. */
void limit_gain_run(struct limit_gain *, void *memory, const struct limit_gain_settings *, const float *needs,
	const float *slow_needs, const float *rarity, double *gains, uint32_t n) RT;

#endif
