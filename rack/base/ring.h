/* A queue between exactly one producer and one consumer thread, without locks; what is staged appears all at once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_RING_H
#define RACK_RING_H

#include "rack/base/realtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* capacity: a power of two, in elements of size bytes. NULL: no memory. Memory is touched, so it faults here and not
 * later. */
struct ring *ring_new(uint32_t capacity, size_t size);
void ring_free(struct ring *);

/* Producer thread only. */
uint32_t ring_space(struct ring *) RT;                  /* elements that fit now, staged ones counted as taken */
bool ring_stage(struct ring *, const void *element) RT; /* false: full, nothing staged */
void ring_publish(struct ring *) RT;                    /* everything staged, by one release-store */
void ring_unstage(struct ring *) RT;                    /* forget what is staged and not published */
bool ring_write(struct ring *, const void *elements, uint32_t n) RT; /* all n and publish, or nothing */

/* Consumer thread only. */
uint32_t ring_ready(struct ring *) RT;                            /* elements published and not taken */
const void *ring_peek(struct ring *, uint32_t index) RT;          /* index < ring_ready(); valid until dropped */
void ring_drop(struct ring *, uint32_t n) RT;                     /* n <= ring_ready() */
uint32_t ring_read(struct ring *, void *elements, uint32_t n) RT; /* copies and drops up to n */

#endif
