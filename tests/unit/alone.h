/* A module's state without a slot, for tests and measurements: what its copies would share lies behind it, then what a
 * worker would design. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_ALONE_H
#define TESTS_ALONE_H

#include "rack/base/memory.h"
#include "rack/module.h"

#include <string.h>

static inline size_t alone_aligned(size_t size)
{
	return (size + 63) / 64 * 64;
}

/* Initialised, nothing set; free() it. NULL: no memory. */
static inline void *alone_new(const struct module *m, const struct spec *spec)
{
	size_t size = alone_aligned(m->size(spec)), shared = alone_aligned(m->shared ? m->shared(spec) : 0);
	char *state = memory_new(size + shared + (m->kernel_size ? m->kernel_size(spec) : 0));
	if (!state)
		return NULL;
	m->init(state, spec);
	if (m->shared)
		m->share(state, state + size, NULL);
	return state;
}

/* Sets the values, and designs a kernel for them at once. */
static inline void alone_set(const struct module *m, const struct spec *spec, void *state, const float *values)
{
	m->set(state, values);
	if (!m->design)
		return;
	char *kernel = (char *)state + alone_aligned(m->size(spec)) + alone_aligned(m->shared ? m->shared(spec) : 0);
	memset(kernel, 0, m->kernel_size(spec));
	m->design(spec, values, kernel);
	m->use(state, kernel);
}

#endif
