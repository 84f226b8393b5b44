/* The audio side: takes changes from the control thread, runs the chain, hands meters back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_ENGINE_H
#define RACK_ENGINE_H

#include "rack/audio/bus.h"
#include "rack/module.h"

/* The way of a sample goes through here: src/jack_process.c -> engine_process -> chain.c -> modules/X.c. Made and freed
 * by control_start and control_stop. */
struct engine;

/* Audio thread. n frames (any number, 0 too) of every bus that is there; in and out may be the same buffers. The key
 * bus is heard where the engine was made with a spec that has one, as silence where its buffers are NULL. time_us: when
 * the first frame of this block is due on CLOCK_MONOTONIC, to hold timetags against (0: no clock, as in render). Never
 * waits, allocates or calls the system. */
void engine_process(struct engine *, const struct buses *, uint32_t n, uint64_t time_us) RT;

/* Audio thread, after engine_process: what part of its period the callback took (1 = all of it). */
void engine_report_load(struct engine *, float load) RT;

/* Any thread. Fade to silence or from it within 20 ms: start and stop of the stream. engine_is_silent tells when a fade
 * out is over. */
void engine_fade(struct engine *, bool audible) RT;
bool engine_is_silent(struct engine *) RT;

/* ---- For control.c alone, control thread */

struct analysis;
struct chain;
struct ring;
struct telemetry;

/* Starts with this chain, silent unless audible, and counts frames from `first`. analysis may be NULL. NULL: no memory,
 * the chain is still the caller's. */
struct engine *engine_new(const struct spec *, struct chain *, struct analysis *, bool audible, uint64_t first);

/* No audio thread may run any more. Frees its chains, those waiting in its rings too. */
void engine_free(struct engine *);

struct ring *engine_changes(struct engine *);                   /* of struct change */
struct ring *engine_returns(struct engine *);                   /* of struct retired, to be freed */
const struct telemetry *engine_read_telemetry(struct engine *); /* the newest, valid until the next call */

#endif
