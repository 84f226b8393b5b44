/* The table of modules, twice from modules.def: their names and the array. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/registry.h"

#include "rack/base/visible.h"

#include <string.h>

#define MODULE(id) extern const struct module module_##id;
#include "rack/modules.def"
#undef MODULE

static const struct module *const modules[] = {
#define MODULE(id) &module_##id,
#include "rack/modules.def"
#undef MODULE
};

enum { N_MODULES = sizeof modules / sizeof modules[0] };

uint32_t registry_count(void)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < N_MODULES; i++)
		n += id_visible(modules[i]->id);
	return n;
}

const struct module *registry_at(uint32_t index)
{
	for (uint32_t i = 0; i < N_MODULES; i++)
		if (id_visible(modules[i]->id) && index-- == 0)
			return modules[i];
	return NULL;
}

const struct module *registry_find(const char *id)
{
	for (uint32_t i = 0; i < N_MODULES; i++)
		if (id_visible(modules[i]->id) && strcmp(modules[i]->id, id) == 0)
			return modules[i];
	return NULL;
}

static bool same_id(const char *row, const char *asked)
{
	for (; *row && *asked; row++, asked++)
		if (*row != (*asked == '.' ? '/' : *asked))
			return false;
	return *row == *asked;
}

int module_find_param(const struct module *m, const char *id)
{
	for (uint32_t i = 0; i < m->n_params; i++)
		if (same_id(m->params[i].id, id))
			return (int)i;
	return -1;
}

const struct module *registry_find_role(enum role role)
{
	for (uint32_t i = 0; i < N_MODULES; i++)
		if (id_visible(modules[i]->id) && modules[i]->role == role)
			return modules[i];
	return NULL;
}

int module_find_role(const struct module *m, enum role role)
{
	for (uint32_t i = 0; i < m->n_params; i++)
		if (m->params[i].role == role)
			return (int)i;
	return -1;
}
