/* Kernels of the model's slots: what has to be designed, what is under way, and what is ready for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_KERNELS_H
#define RACK_KERNELS_H

#include "rack/model/rack.h"

struct kernel;
struct kernels;
struct ring;
struct worker;

/* Control thread, all of it. `rack` is the model as it is now, the same one in every call. */

struct kernels *kernels_new(void);   /* NULL: no memory */
void kernels_free(struct kernels *); /* nothing may use its kernels any more, no worker work for it */

/* For an engine at this rate: everything is designed anew. offline: by kernels_want itself, else by a worker. */
void kernels_start(struct kernels *, const struct spec *, bool offline);

/* Where the audio thread puts what it needs no more, of struct retired: before any kernel is sent. */
void kernels_return_to(struct kernels *, struct ring *returns);

/* The engine is gone: forgets all. What a worker still designs is thrown away when it comes. */
void kernels_stop(struct kernels *);

/* After changes: slots whose rows of the design are others than those designed last want a kernel, to be heard from
 * this frame on (0: as soon as it is there). Slots that have gone are forgotten. */
void kernels_want(struct kernels *, const struct rack *, uint64_t frame);

/* Whether something that is wanted is to be posted now: no slot is designed more than 20 times a second, and the newest
 * values always are. wait_ms: until it is worth asking again, -1: nothing is wanted. */
bool kernels_due(const struct kernels *, int *wait_ms);

/* Posts what is due; where a worker has not begun with older values of a slot, it never will. Offline it is designed
 * here, so that no timing can be heard. worker: NULL offline, or where there is none, and then nothing is posted. */
void kernels_post(struct kernels *, struct worker *);

/* Whether a slot is not heard yet by the design that its rows ask for: it is to be made, under way, or not sent. */
bool kernels_busy(const struct kernels *);

/* The newest kernel of the slot with this uid, which stays the list's; NULL: none is designed yet. */
struct kernel *kernels_of(const struct kernels *, uint32_t uid);

/* How many are designed and not sent, and the next of them, of which the caller is a user then. */
uint32_t kernels_ready(const struct kernels *);
struct kernel *kernels_take(struct kernels *, uint32_t *uid, uint64_t *frame);

#endif
