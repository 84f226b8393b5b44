/* The modules that there are, from modules.def. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_REGISTRY_H
#define RACK_REGISTRY_H

#include "rack/module.h"

/* Modules whose id starts with "test" exist only where the environment has LACQUER_TEST_MODULES=1. Any thread. */
uint32_t registry_count(void);
const struct module *registry_at(uint32_t index);
const struct module *registry_find(const char *id); /* NULL: none such */

/* Index of the row, or -1. Takes slashes or dots between the parts of an id. */
int module_find_param(const struct module *, const char *id);

/* The first module or row of this role; NULL or -1: none. Any thread. */
const struct module *registry_find_role(enum role);
int module_find_role(const struct module *, enum role);

#endif
