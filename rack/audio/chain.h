/* The running chain: slots in order, padded to a constant delay, with the whole rack's bypass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_CHAIN_H
#define RACK_CHAIN_H

#include "rack/model/rack.h"

struct kernel;

/* What a chain is made from. slot_latency[i] is the delay given to slot i; latency that of the whole chain, at least
 * their sum. bypass[i] is what solo and bypass of all slots come to. number: rises from one chain to the next. */
struct chain_plan {
	const struct rack *rack;
	uint32_t slot_latency[RACK_SLOTS_MAX];
	bool bypass[RACK_SLOTS_MAX];
	struct kernel *kernels[RACK_SLOTS_MAX]; /* that the slots begin with; the chain becomes a user of them */
	uint32_t latency;
	uint64_t number;
};

struct chain;

/* Control thread. NULL: no memory. */
struct chain *chain_new(const struct spec *, const struct chain_plan *);
void chain_free(struct chain *);

/* Control thread. The chain owns another one of the same delay, to be heard when the machine cannot keep up with it:
 * gain_row is its level's, in the slot of CHANGE_SAFE_GAIN_UID. */
void chain_give_safe(struct chain *, struct chain *safe, uint32_t gain_row);
struct chain *chain_safe(const struct chain *) RT;

uint32_t chain_latency(const struct chain *) RT;
uint64_t chain_number(const struct chain *) RT;

/* Audio thread. Slots that both have (by uid) go on sounding as in `from`, and from there to their own values; their
 * safe chains likewise. */
void chain_adopt(struct chain *, const struct chain *from) RT;

/* Audio thread. A row of the slot with this uid, of the chain or of its safe one, or (uid 0) of the rack. Unknown uids
 * are ignored: the slot is gone. glide_ms as slot_set. */
void chain_set(struct chain *, uint32_t uid, uint32_t param, float value, uint32_t glide_ms) RT;

/* Audio thread. Level of the safe chain. */
void chain_set_safe_gain(struct chain *, float gain_db) RT;

/* Audio thread. A kernel for the slot with this uid, if there is one. */
void chain_use_kernel(struct chain *, uint32_t uid, struct kernel *) RT;

/* Audio thread. Linear gains of the processed and the unprocessed path: how the rack's bypass is matched in loudness.
 */
void chain_match(struct chain *, double processed, double unprocessed) RT;

/* Audio thread. n (<= BLOCK_MAX) frames in place; returns how many times a slot was poisoned. key: the key bus, NULL
 * only where the chain's spec has none; processed as in stage_process. */
uint32_t chain_process(
	struct chain *, double *const io[2], const double *const key[2], double *const processed[2], uint32_t n) RT;

/* Audio thread. Meters of slot i, and its uid. */
uint32_t chain_n_slots(const struct chain *) RT;
uint32_t chain_read_meters(const struct chain *, uint32_t slot, float *meters) RT;

#endif
