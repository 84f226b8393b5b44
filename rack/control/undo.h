/* Undo and redo: the rack, and the snapshot that is heard, as they were before each step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_UNDO_H
#define RACK_UNDO_H

#include "rack/model/rack.h"

enum { UNDO_MAX = 200 };

/* What a change is of: those of one parameter by one hand that follow each other within half a second are one step. */
struct gesture {
	uint32_t uid, param; /* uid 0: of the rack, UNDO_WHOLE: of more than a parameter, which joins nothing */
	unsigned origin;
	double time_s;
};
#define UNDO_WHOLE UINT32_MAX

struct undo_step {
	struct rack rack;
	uint32_t snapshot;
};

struct undo;

struct undo *undo_new(void); /* NULL: no memory */
void undo_free(struct undo *);
void undo_clear(struct undo *);

/* Changes from here on begin a step of their own: a transaction opens, or ends. */
void undo_open(struct undo *);
void undo_close(struct undo *);

/* Before a change: keeps what is now, unless it belongs to the step before or this transaction has its step already.
 * Without memory the step is lost, the change is not. */
void undo_record(struct undo *, const struct rack *now, uint32_t snapshot, const struct gesture *);

/* One step back or forward: takes what is now and gives what to go to. False: there is none. */
bool undo_back(struct undo *, struct undo_step *);
bool undo_forward(struct undo *, struct undo_step *);

/* Whether a step has a slot of this uid. */
bool undo_holds(const struct undo *, uint32_t uid);

#endif
