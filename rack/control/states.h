/* Scenes by name and the snapshots A to D: whole racks that are kept beside the one that is heard. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_STATES_H
#define RACK_STATES_H

#include "rack/base/name.h"
#include "rack/model/rack.h"
#include "rack/model/snapshot.h"

enum { SCENES_MAX = 64 };

struct scene {
	char name[NAME_SIZE];
	struct rack rack;
};

/* Zeroed: none of both, and the first snapshot is heard. */
struct states {
	struct scene *scenes[SCENES_MAX];
	uint32_t n_scenes;
	struct rack *snapshots[SNAPSHOTS]; /* NULL: never left, so the same as what is heard */
	uint32_t heard;                    /* what is kept under it is old: the rack itself is it */
};

void states_clear(struct states *); /* frees */

/* Replaces a scene of that name. BAD_VALUE, FULL, NO_MEMORY. */
enum status states_store_scene(struct states *, const char *name, const struct rack *, struct reason *);
/* UNKNOWN: no such scene. */
enum status states_find_scene(const struct states *, const char *name, uint32_t *index, struct reason *);
void states_delete_scene(struct states *, uint32_t index);

/* NO_MEMORY. */
enum status states_keep(struct states *, uint32_t snapshot, const struct rack *, struct reason *);

/* Whether any of them has a slot of this uid. */
bool states_hold(const struct states *, uint32_t uid);

#endif
