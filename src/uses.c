/* The presets that came with the program, by the modules that they use. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/uses.h"

#include "rack/base/file.h"
#include "rack/model/preset.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct uses {
	char **names; /* of all presets */
	size_t n;     /* of those that are kept in `kept` */
	struct kept {
		const char *name;
		struct rack rack;
	} * *kept;
};

static bool find_own(const char *name, char *path, size_t size)
{
	char saved[PATH_MAX];
	return preset_find(name, path, size, NULL) == STATUS_OK &&
	       (preset_save_path(name, saved, sizeof saved, NULL) != STATUS_OK || strcmp(saved, path) != 0);
}

static struct kept *read_preset(const char *name)
{
	char path[PATH_MAX], *text;
	size_t size;
	if (!find_own(name, path, sizeof path) || file_read(path, RACKFILE_SIZE_MAX, &text, &size, NULL) != STATUS_OK)
		return NULL;
	struct kept *kept = calloc(1, sizeof *kept);
	if (kept && rackfile_parse(name, text, size, &kept->rack, NULL, NULL, NULL, NULL) != STATUS_OK) {
		free(kept);
		kept = NULL;
	}
	free(text);
	if (kept)
		kept->name = name;
	return kept;
}

struct uses *uses_new(void)
{
	struct uses *u = calloc(1, sizeof *u);
	size_t n = 0;
	if (!u)
		return NULL;
	u->names = preset_list();
	while (u->names && u->names[n])
		n++;
	u->kept = calloc(n + 1, sizeof(struct kept *));
	for (size_t i = 0; u->kept && i < n; i++)
		if ((u->kept[u->n] = read_preset(u->names[i])))
			u->n++;
	if (u->names && u->kept)
		return u;
	uses_free(u);
	return NULL;
}

void uses_free(struct uses *u)
{
	for (size_t i = 0; u && i < u->n; i++)
		free(u->kept[i]);
	if (u) {
		free(u->kept);
		preset_list_free(u->names);
	}
	free(u);
}

size_t uses_count(const struct uses *u)
{
	return u->n;
}

const char *uses_name(const struct uses *u, size_t index)
{
	return u->kept[index]->name;
}

uint32_t uses_weight(const struct rack_slot *slot)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < slot->module->n_params; i++)
		n += slot->values[i] != slot->module->params[i].def;
	return n;
}

const struct rack_slot *uses_slot(const struct uses *u, size_t index, const struct module *module)
{
	const struct rack *rack = &u->kept[index]->rack;
	const struct rack_slot *best = NULL;
	for (uint32_t i = 0; i < rack->n_slots; i++)
		if (rack->slots[i].module == module && (!best || uses_weight(&rack->slots[i]) > uses_weight(best)))
			best = &rack->slots[i];
	return best;
}
