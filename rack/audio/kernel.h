/* What a worker designs for a module: memory of the host's, shared by the copies of a slot that use it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_KERNEL_H
#define RACK_KERNEL_H

#include "rack/module.h"

#include <stdatomic.h>

struct ring;

/* Once designed nothing of it changes but the number of its users. */
struct kernel {
	_Atomic uint32_t users;
	uint64_t number;      /* rises from one design to the next */
	struct ring *returns; /* of struct retired: where the audio thread puts what nobody uses any more */
	uint32_t *alive;      /* control thread: how many of its kind there are; NULL: not counted */
	const struct module *module;
	struct spec spec;
	float *values; /* the module's parameters that it is designed for */
	void *memory;
};

/* Control thread. Not designed yet, with the caller as its user. NULL: no memory. */
struct kernel *kernel_new(const struct module *, const struct spec *, const float *values);

/* Worker thread; the control thread where nothing plays in real time. */
void kernel_design(struct kernel *);

/* Any thread. One user more; kernel may be NULL. */
struct kernel *kernel_hold(struct kernel *) RT;

/* One user less; kernel may be NULL. Audio thread: the last one sends it back by the ring. */
void kernel_drop(struct kernel *) RT;
/* Control thread: the last one frees it. */
void kernel_release(struct kernel *);

/* Control thread. One that came back by the ring. */
void kernel_free(struct kernel *);

#endif
