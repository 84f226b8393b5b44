/* The single-producer single-consumer ring. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The rule of order: each side loads the other's index once with acquire, touches elements, and stores its own index
 * once with release. Indices run free and wrap; they start near the wrap so that every run crosses it. */
#define FIRST_INDEX 0xffffff00u

struct ring {
	uint32_t mask;
	size_t size;
	unsigned char *elements;
	_Alignas(64) _Atomic uint32_t written; /* producer's, published */
	uint32_t staged;                       /* producer's own */
	_Alignas(64) _Atomic uint32_t taken;   /* consumer's */
};

struct ring *ring_new(uint32_t capacity, size_t size)
{
	struct ring *r = aligned_alloc(64, sizeof *r);
	if (!r)
		return NULL;
	memset(r, 0, sizeof *r);
	r->mask = capacity - 1;
	r->size = size;
	r->elements = malloc(capacity * size);
	if (!r->elements) {
		free(r);
		return NULL;
	}
	memset(r->elements, 0xa5, capacity * size);
	atomic_init(&r->written, FIRST_INDEX);
	atomic_init(&r->taken, FIRST_INDEX);
	r->staged = FIRST_INDEX;
	return r;
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	free(r->elements);
	free(r);
}

static unsigned char *element_at(struct ring *r, uint32_t index) RT
{
	return r->elements + (size_t)(index & r->mask) * r->size;
}

uint32_t ring_space(struct ring *r) RT
{
	return r->mask + 1 - (r->staged - atomic_load_explicit(&r->taken, memory_order_acquire));
}

bool ring_stage(struct ring *r, const void *element) RT
{
	if (!ring_space(r))
		return false;
	memcpy(element_at(r, r->staged), element, r->size);
	r->staged++;
	return true;
}

void ring_publish(struct ring *r) RT
{
	atomic_store_explicit(&r->written, r->staged, memory_order_release);
}

void ring_unstage(struct ring *r) RT
{
	r->staged = atomic_load_explicit(&r->written, memory_order_relaxed);
}

bool ring_write(struct ring *r, const void *elements, uint32_t n) RT
{
	if (ring_space(r) < n)
		return false;
	uint32_t first = r->staged & r->mask;
	uint32_t straight = r->mask + 1 - first < n ? r->mask + 1 - first : n;
	memcpy(r->elements + (size_t)first * r->size, elements, straight * r->size);
	memcpy(r->elements, (const unsigned char *)elements + straight * r->size, (n - straight) * r->size);
	r->staged += n;
	ring_publish(r);
	return true;
}

uint32_t ring_ready(struct ring *r) RT
{
	return atomic_load_explicit(&r->written, memory_order_acquire) -
	       atomic_load_explicit(&r->taken, memory_order_relaxed);
}

const void *ring_peek(struct ring *r, uint32_t index) RT
{
	return element_at(r, atomic_load_explicit(&r->taken, memory_order_relaxed) + index);
}

void ring_drop(struct ring *r, uint32_t n) RT
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	atomic_store_explicit(&r->taken, taken + n, memory_order_release);
}

uint32_t ring_read(struct ring *r, void *elements, uint32_t n) RT
{
	uint32_t ready = ring_ready(r);
	if (n > ready)
		n = ready;
	uint32_t first = atomic_load_explicit(&r->taken, memory_order_relaxed) & r->mask;
	uint32_t straight = r->mask + 1 - first < n ? r->mask + 1 - first : n;
	memcpy(elements, r->elements + (size_t)first * r->size, straight * r->size);
	memcpy((unsigned char *)elements + straight * r->size, r->elements, (n - straight) * r->size);
	ring_drop(r, n);
	return n;
}
