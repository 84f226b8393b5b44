/* The presets that came with the program, by the modules that they use. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_USES_H
#define SRC_USES_H

#include "rack/model/rack.h"

struct uses;

/* Reads them all, sorted by name; those that cannot be read, and a person's own, are left out. NULL: no memory. */
struct uses *uses_new(void);
void uses_free(struct uses *);

size_t uses_count(const struct uses *);
const char *uses_name(const struct uses *, size_t index);

/* The preset's slot of this type, of several the one with most rows off their defaults; NULL: it has none. */
const struct rack_slot *uses_slot(const struct uses *, size_t index, const struct module *);

/* Rows of the module that are not at their defaults. */
uint32_t uses_weight(const struct rack_slot *);

#endif
