/* Memory for the audio thread: aligned, zeroed and touched, so that no page fault is left for it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_MEMORY_H
#define RACK_MEMORY_H

#include <stddef.h>

/* Aligned to 64 bytes; free() frees it. NULL: no memory. size 0 gives a small block. Control thread. */
void *memory_new(size_t size);

#endif
