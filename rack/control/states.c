/* Scenes and snapshots: keeping, finding, forgetting. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/states.h"

#include "rack/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void states_clear(struct states *s)
{
	for (uint32_t i = 0; i < s->n_scenes; i++)
		free(s->scenes[i]);
	for (uint32_t i = 0; i < SNAPSHOTS; i++)
		free(s->snapshots[i]);
	*s = (struct states){ 0 };
}

/* n_scenes: none. */
static uint32_t find(const struct states *s, const char *name)
{
	uint32_t i = 0;
	while (i < s->n_scenes && strcmp(s->scenes[i]->name, name) != 0)
		i++;
	return i;
}

enum status states_find_scene(const struct states *s, const char *name, uint32_t *index, struct reason *reason)
{
	*index = find(s, name);
	return *index < s->n_scenes ? STATUS_OK : reason_set(reason, STATUS_UNKNOWN, "there is no scene '%.64s'", name);
}

static enum status add_scene(struct states *s, const char *name, struct reason *reason)
{
	if (s->n_scenes == SCENES_MAX)
		return reason_set(reason, STATUS_FULL, "there are %d scenes already", SCENES_MAX);
	struct scene *scene = memory_new(sizeof *scene);
	if (!scene)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the scene");
	snprintf(scene->name, sizeof scene->name, "%s", name);
	s->scenes[s->n_scenes++] = scene;
	return STATUS_OK;
}

enum status states_store_scene(struct states *s, const char *name, const struct rack *rack, struct reason *reason)
{
	uint32_t index = find(s, name);
	enum status status = name_check(NAME_OF_SCENE, name, reason);
	if (status == STATUS_OK && index == s->n_scenes)
		status = add_scene(s, name, reason);
	if (status == STATUS_OK)
		s->scenes[index]->rack = *rack;
	return status;
}

void states_delete_scene(struct states *s, uint32_t index)
{
	free(s->scenes[index]);
	memmove(s->scenes + index, s->scenes + index + 1, (--s->n_scenes - index) * sizeof s->scenes[0]);
}

enum status states_keep(struct states *s, uint32_t snapshot, const struct rack *rack, struct reason *reason)
{
	if (!s->snapshots[snapshot])
		s->snapshots[snapshot] = memory_new(sizeof *rack);
	if (!s->snapshots[snapshot])
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the snapshot");
	*s->snapshots[snapshot] = *rack;
	return STATUS_OK;
}

bool states_hold(const struct states *s, uint32_t uid)
{
	for (uint32_t i = 0; i < s->n_scenes; i++)
		if (rack_find_uid(&s->scenes[i]->rack, uid) >= 0)
			return true;
	for (uint32_t i = 0; i < SNAPSHOTS; i++)
		if (s->snapshots[i] && rack_find_uid(s->snapshots[i], uid) >= 0)
			return true;
	return false;
}
