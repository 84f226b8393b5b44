/* The way to the audio thread: what it does not know yet waits here, and goes as one transaction when its ring has
 * room; chains come back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_SEND_H
#define RACK_SEND_H

#include "rack/control/due.h"
#include "rack/model/rack.h"

struct engine;
struct chain;
struct kernels;
struct send;

/* Control thread, all of it. `rack` is the model as it is now, the same one in every call. */

struct send *send_new(struct kernels *); /* which it asks and sends; NULL: no memory */
void send_free(struct send *);

/* ---- The engine's life */

/* After kernels_start: delays and sound start anew at this rate. Returns the chain that an engine is to begin with,
 * NULL: no memory. */
struct chain *send_start(struct send *, const struct rack *, const struct spec *);
/* The engine that was made with it, or NULL: none runs, and nothing waits; the next one is made from the model. */
void send_use(struct send *, struct engine *);

/* ---- Changes of the model, after them */

/* One parameter of a slot, or of the rack (slot RACK_ITSELF). */
void send_value(struct send *, const struct rack *, uint32_t slot, uint32_t param);

/* Slots came, went or moved. */
void send_slots(struct send *, const struct rack *);

/* Takes back the delay that no slot needs any more. False: there is none. */
bool send_release(struct send *, const struct rack *);
/* Whether there is such delay. */
bool send_can_release(const struct send *, const struct rack *);

/* Gains of the processed and unprocessed path (bypass at matched loudness). */
void send_match(struct send *, float processed_db, float unprocessed_db);

/* Before the changes of a transaction: values that glide take so long in it. from: where they start if the slots change
 * too; NULL: they do not. */
void send_glide(struct send *, uint32_t ms, const struct rack *from);

/* ---- Sending */

/* All that waits as one transaction for this frame (0: at once), if there is room; else it goes on waiting. */
void send_flush(struct send *, const struct rack *, uint64_t frame);

/* The same for values that need no frame: while the audio thread has a block's worth to do they wait, and of each the
 * newest is sent. A ring full of older ones would be heard one after the other for as long as it takes. */
void send_flush_newest(struct send *, const struct rack *);

/* Kernels that a worker has designed since, each for its frame, as far as there is room. */
void send_kernels(struct send *);

bool send_waits(const struct send *);

/* Frees what the audio thread has given back. */
void send_take_back(struct send *);

/* Milliseconds until there is something to do again, -1: nothing waits or is under way. */
int send_wait_ms(const struct send *);

/* The next value that was sent for a frame which has come; false: there is none. */
bool send_take_due(struct send *, struct due_value *);

/* A number for all that was changed up to now, and the highest of those that the audio thread has applied entirely. */
uint64_t send_sequence(const struct send *);
uint64_t send_applied(const struct send *);

/* Frames from rack input to rack output that are promised now. */
uint32_t send_latency(const struct send *);

/* Whether something that waits is about a slot of this uid which the model may not have any more. */
bool send_holds(const struct send *, uint32_t uid);

#endif
