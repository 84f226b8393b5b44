/* A triple buffer: one writer always has a place to write, one reader always gets the newest whole value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_TRIPLE_H
#define RACK_TRIPLE_H

#include "rack/base/realtime.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Indices of an array of three values that the owner keeps beside it. `middle` holds an index and the fresh bit. The
 * exchange is acq_rel on both sides: it hands one buffer over and takes another back. */
struct triple {
	int back; /* writer's own */
	_Alignas(64) _Atomic int middle;
	_Alignas(64) int front; /* reader's own */
};

enum { TRIPLE_FRESH = 4 };

static inline void triple_init(struct triple *t)
{
	t->back = 0;
	atomic_init(&t->middle, 1);
	t->front = 2;
}

/* Writer: after filling values[t->back]. */
static inline void triple_publish(struct triple *t) RT
{
	t->back = atomic_exchange_explicit(&t->middle, t->back | TRIPLE_FRESH, memory_order_acq_rel) & 3;
}

/* Reader: index of the newest value in values[]; *fresh (may be NULL) tells whether it is new since the last call. */
static inline int triple_read(struct triple *t, bool *fresh)
{
	bool is_fresh = atomic_load_explicit(&t->middle, memory_order_relaxed) & TRIPLE_FRESH;
	if (is_fresh)
		t->front = atomic_exchange_explicit(&t->middle, t->front, memory_order_acq_rel) & 3;
	if (fresh)
		*fresh = is_fresh;
	return t->front;
}

#endif
