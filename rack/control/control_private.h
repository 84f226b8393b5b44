/* The inside of the control: the model with all that belongs to it, and how the files beside control.c change it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_CONTROL_PRIVATE_H
#define RACK_CONTROL_PRIVATE_H

#include "rack/control/control.h"
#include "rack/control/kernels.h"
#include "rack/control/locks.h"
#include "rack/control/match.h"
#include "rack/control/send.h"
#include "rack/control/states.h"
#include "rack/control/undo.h"
#include "rack/model/rackfile.h"

/* control.c applies and tells. control_states.c, control_preset.c and control_engine.c call it; it calls none of them,
 * only what knows nothing of it: send, undo, states, locks. */
struct control {
	struct rack rack;
	struct rackfile *file;              /* the lines that the rack came from, for saving with its comments */
	uint32_t last_uid;                  /* given to a slot */
	struct control_listener *listeners; /* NULL: none */

	uint32_t depth; /* of begin without end */
	uint64_t frame; /* of the open transaction; 0: as soon as possible */
	struct kernels *kernels;
	struct send *send;
	uint32_t latency; /* as listeners and the analysis were told */

	struct undo *undo;
	struct states states;
	struct locks locks;
	struct match match;

	struct fft *fft;
	struct spec spec; /* with these plans */
	unsigned flags;
	struct engine *engine;
	struct analysis *analysis;
	struct worker *worker;
	struct host_status host;
};

/* Slots are numbered from shortly before 32 bits are full, so that every longer run crosses it and starts anew. */
#define CONTROL_FIRST_UID 0xfffffff0u

/* Before a change of one parameter of the slot with this uid (0: the rack), or UNDO_WHOLE: a step of undo. */
void control_record(struct control *, uint32_t uid, uint32_t param, unsigned origin);

/* Puts what is locked now into `wanted`, which comes from a source ("preset"), and tells listeners what was kept: kept
 * (may be NULL) is their text, "" where there is none. */
void control_keep_locked(struct control *, struct rack *wanted, const char *source, struct reason *kept);

/* The model becomes `wanted` in one transaction, which takes so long for values that glide; the rack's own parameters
 * (bypass) only where asked. No step of undo: control_record first. */
enum { BECOME_SLOTS, BECOME_WHOLE };
void control_become(struct control *, const struct rack *wanted, int what, uint32_t glide_ms, unsigned origin);

/* The model takes values that were sent for a frame which has come: before whatever reads it to record, keep or replace
 * it. Within a transaction nothing comes. */
void control_take_due(struct control *);

/* Delay that no slot needs any more. False: there was none. */
bool control_release(struct control *);

/* Gains of bypass at matched loudness. */
void control_match_gains(struct control *);

void control_tell_states(struct control *);

#endif
