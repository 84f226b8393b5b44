/* One slot of the running chain: a module's state with its smoothing, its fades between two copies, its bypass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_SLOT_H
#define RACK_SLOT_H

#include "rack/audio/key_line.h"
#include "rack/model/rack.h"

struct kernel;
struct slot;

/* Control thread. latency: frames that this slot is to take, at least what the module takes with these values (the rest
 * is padded). values: module rows, then host rows. kernel: what its module begins with; NULL: it designs none, or it
 * is not there yet, and the sound goes through as it is. NULL: no memory. */
struct slot *slot_new(const struct spec *, const struct module *, uint32_t uid, const float *values, uint32_t latency,
	struct kernel *kernel);
void slot_free(struct slot *);

uint32_t slot_uid(const struct slot *) RT;

/* Audio thread. Row `param` (host rows too; HOST_BYPASS is what the control thread worked out from bypass and solo).
 * Glides or fades there from the next frame on; rows that glide take glide_ms for it, or 10 ms where that is 0. */
void slot_set(struct slot *, uint32_t param, float value, uint32_t glide_ms) RT;

/* Audio thread. Fades to this kernel, and to the values that it is designed for, unless it has a newer one. */
void slot_use_kernel(struct slot *, struct kernel *) RT;

/* Frames from its input to its output. */
uint32_t slot_latency(const struct slot *) RT;

/* Audio thread. Takes over the sound of `from` (same module, same uid) and then goes to its own values. later: frames
 * by which its module hears everything later than that of `from` does: for so long it is silent, and then goes on where
 * that was. */
void slot_adopt(struct slot *, const struct slot *from, uint32_t later) RT;

/* Audio thread. n (<= BLOCK_MAX) frames in place; key: where the key begins that belongs to them. Returns how often the
 * module gave NaN, infinity or beyond 1e6: from that frame on it is silent for 10 ms, and then starts afresh and comes
 * back by a fade of 20 ms. */
uint32_t slot_process(struct slot *, double *const io[2], struct key_place key, uint32_t n) RT;

/* Audio thread. MODULE_METERS_MAX values: unipolar meters as the highest of the last 50 to 100 ms, bipolar ones the
 * newest. */
void slot_read_meters(const struct slot *, float *meters) RT;

#endif
