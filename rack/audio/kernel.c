/* Kernels: their memory and their users. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/kernel.h"

#include "rack/audio/change.h"
#include "rack/base/memory.h"
#include "rack/base/ring.h"

#include <stdlib.h>
#include <string.h>

static size_t aligned(size_t size)
{
	return (size + 63) / 64 * 64;
}

struct kernel *kernel_new(const struct module *module, const struct spec *spec, const float *values)
{
	size_t head = aligned(sizeof(struct kernel)), rows = aligned(module->n_params * sizeof *values);
	char *block = memory_new(head + rows + module->kernel_size(spec));
	if (!block)
		return NULL;
	struct kernel *k = (struct kernel *)(void *)block;
	atomic_init(&k->users, 1);
	k->module = module;
	k->spec = *spec;
	k->values = (float *)(void *)(block + head);
	k->memory = block + head + rows;
	memcpy(k->values, values, module->n_params * sizeof *values);
	return k;
}

void kernel_design(struct kernel *k)
{
	k->module->design(&k->spec, k->values, k->memory);
}

struct kernel *kernel_hold(struct kernel *k) RT
{
	if (k)
		atomic_fetch_add_explicit(&k->users, 1, memory_order_relaxed);
	return k;
}

/* True: that was the last one, and nobody else looks at it any more. */
static bool leave(struct kernel *k) RT
{
	return k && atomic_fetch_sub_explicit(&k->users, 1, memory_order_acq_rel) == 1;
}

/* The control thread has at most CHANGE_KERNELS_MAX alive, so the ring has room. */
void kernel_drop(struct kernel *k) RT
{
	if (leave(k))
		ring_write(k->returns, &(struct retired){ .type = RETIRED_KERNEL, .kernel = k }, 1);
}

void kernel_release(struct kernel *k)
{
	if (leave(k))
		kernel_free(k);
}

void kernel_free(struct kernel *k)
{
	if (k->alive)
		--*k->alive;
	free(k);
}
