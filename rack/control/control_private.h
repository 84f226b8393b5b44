/* The inside of the control, shared by its files alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_CONTROL_PRIVATE_H
#define RACK_CONTROL_PRIVATE_H

#include "rack/audio/engine.h"
#include "rack/audio/telemetry.h"
#include "rack/base/ring.h"
#include "rack/control/control.h"
#include "rack/model/rackfile.h"

enum { LISTENERS_MAX = 4, LOCKS_MAX = 64, LATER_MAX = 1024, ROWS_MAX = MODULE_PARAMS_MAX + N_HOST_PARAMS };

/* Slots and transactions are numbered from shortly before 32 bits are full, so that every longer run crosses it: slots
 * start anew there, transactions have 64 bits and go on. */
#define CONTROL_FIRST_NUMBER 0xfffffff0u

struct control {
	struct rack rack;
	struct rackfile *file; /* the lines that the rack came from, for saving with its comments */
	uint32_t last_uid;
	struct control_listener listeners[LISTENERS_MAX];
	uint32_t n_listeners;

	/* What the audio thread does not know yet. A new chain carries every value of its slots, so chain_dirty covers
	 * the rows. */
	bool chain_dirty, any_dirty;
	bool slot_dirty[RACK_SLOTS_MAX][ROWS_MAX];
	bool rack_dirty[N_RACK_PARAMS];
	bool ceiling_dirty; /* what the safe bypass has to keep */

	uint32_t depth;         /* of begin without end */
	uint64_t stamp;         /* frame of the open transaction; 0: as soon as possible */
	uint64_t sequence;      /* of the newest transaction sent */
	uint64_t base_sequence; /* applied by definition: sent to an engine that is gone */

	/* Values sent for a later frame, by frame and those of one frame in order of arrival. */
	struct later {
		uint64_t frame;
		uint32_t uid, param; /* uid 0: of the rack */
		float value;
	} later[LATER_MAX];
	uint32_t n_later;

	/* Delay promised to each slot and to JACK; neither shrinks while the engine runs. */
	struct {
		uint32_t uid, frames;
	} promised[RACK_SLOTS_MAX];
	uint32_t latency;

	/* How long rows that glide may take in the transaction under way; where a new chain comes with it, what they
	 * glide from. */
	uint32_t glide_ms;
	struct rack *glide_from;

	struct undo {
		struct undo_step {
			struct rack rack;
			uint32_t side;
		} * past[UNDO_MAX], *future[UNDO_MAX]; /* newest last */
		uint32_t n_past, n_future;
		bool restoring, noted; /* noted: this transaction has its step already */
		uint32_t uid, param;   /* of the last change, for gestures */
		unsigned origin;
		double time_s;
	} undo;
	struct scene {
		char name[65];
		struct rack rack;
	} * scenes[SCENES_MAX];
	uint32_t n_scenes;
	struct rack *sides[AB_SIDES];
	uint32_t side;
	struct {
		uint32_t uid, param;
		bool locked;
	} locks[LOCKS_MAX]; /* where a person's word differs from the row's */
	uint32_t n_locks;

	struct match {
		float processed_db, unprocessed_db; /* as sent */
		float change_lu;                    /* the newest known, of an earlier engine too */
		bool dirty;
	} match;

	struct spec spec;
	unsigned flags;
	struct engine *engine;
	struct analysis *analysis;
	struct worker *worker;
	uint32_t chains_out; /* chains given to the engine and not back, the running one left out */
	const struct telemetry *telemetry;
	struct host_status host;
};

/* control_uid.c. A number for a slot that nothing has: no slot, step of undo, scene, side or lock. */
uint32_t control_new_uid(struct control *);

/* control_send.c. The chain has to be made anew: recomputes delays, tells listeners when the rack's grew. */
void control_replan(struct control *);
struct chain *control_make_chain(struct control *);
/* Sends all that is dirty as one transaction if there is room. */
void control_flush(struct control *, uint64_t frame);
/* The same for values that need no frame: while the audio thread has a block's worth to do they wait, and of each the
 * newest is sent. A ring full of older ones would be heard one after the other for as long as it takes. */
void control_flush_newest(struct control *);

/* control_later.c. This value was sent for this frame (0: at once); and what has come by now, but for within a
 * transaction. */
void control_expect(struct control *, uint64_t frame, uint32_t uid, uint32_t param, float value);
void control_take_later(struct control *);

/* control_match.c. Looks at the loudness of both sides; milliseconds until it wants to look again, -1: match is off. */
int control_match(struct control *);

/* control_undo.c. Before a change of the model: of one row of the slot with this uid (0: the rack), or uid UINT32_MAX
 * for more than a row. */
void control_record(struct control *, uint32_t uid, uint32_t param, unsigned origin);
void control_forget_undo(struct control *);
void control_free_states(struct control *);

/* control_states.c. The model becomes `wanted` in one transaction. */
enum status control_keep_side(struct control *, uint32_t side, const struct rack *, struct reason *);
enum { RECALL_LOCKED = 1, RECALL_RACK_ROWS = 2 }; /* change locked rows, the rack's rows too */
void control_recall(struct control *, const struct rack *wanted, unsigned what, uint32_t glide_ms, unsigned origin);

/* control.c. After a change of one row: what the audio thread must know; after every change; after one of the chain;
 * and who hears of a value. */
void control_row_changed(struct control *, uint32_t slot, uint32_t param);
void control_changed(struct control *);
void control_edited(struct control *, unsigned origin);
void control_tell_value(struct control *, uint32_t slot, uint32_t param, float value, unsigned origin);
void control_tell_chain(struct control *, unsigned origin);
void control_tell_states(struct control *);

#endif
