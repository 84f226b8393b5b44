/* A module's state without a slot, for tests and measurements: what its copies would share lies behind it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_ALONE_H
#define TESTS_ALONE_H

#include "rack/base/memory.h"
#include "rack/module.h"

/* Initialised, nothing set; free() it. NULL: no memory. */
static inline void *alone_new(const struct module *m, const struct spec *spec)
{
	size_t size = (m->size(spec) + 63) / 64 * 64;
	char *state = memory_new(size + (m->shared ? m->shared(spec) : 0));
	if (!state)
		return NULL;
	m->init(state, spec);
	if (m->shared)
		m->share(state, state + size, NULL);
	return state;
}

#endif
