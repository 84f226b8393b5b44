/* Scenes, sides and locks between two runs: a folder of rack files and a list of what they are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/session.h"

#include "rack/file.h"
#include "rack/rackfile.h"
#include "src/options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIST_SIZE_MAX = 64 * 1024, WORD_SIZE = 128 };

struct session {
	struct control *control;
	char folder[PATH_MAX];
	/* Of the texts on disk; 0: not known. */
	uint64_t scenes[SCENES_MAX], sides[AB_SIDES], list;
};

static uint64_t hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

static char *path_of(const struct session *s, const char *kind, const char *name)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s%s%s", s->folder, kind, name, *kind ? ".rack" : "") < 0)
		return NULL;
	return path;
}

static const char *side_name(uint32_t side)
{
	static const char *const names[AB_SIDES] = { "a", "b", "c", "d" };
	return names[side];
}

struct session *session_new(struct control *control, const char *name, struct reason *reason)
{
	char folder[NAME_MAX + 1];
	struct session *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	s->control = control;
	snprintf(folder, sizeof folder, "%s.states", name);
	if (file_place(FILE_STATE, folder, s->folder, sizeof s->folder, reason) != STATUS_OK) {
		free(s);
		return NULL;
	}
	char *inside = path_of(s, "", "");
	if (inside)
		file_sweep(inside);
	free(inside);
	return s;
}

void session_free(struct session *s)
{
	free(s);
}

/* ---- Reading */

static void warn_stderr(void *user, const char *place, const char *text)
{
	(void)user;
	options_error(place, "%s", text);
}

static void put_aside(const char *path)
{
	char *aside = NULL;
	if (asprintf(&aside, "%s.bad", path) >= 0)
		rename(path, aside);
	free(aside);
}

/* False: told. */
static bool read_rack(const char *path, struct rack *rack, uint64_t *hash)
{
	char *text;
	size_t size;
	struct reason reason;
	if (file_read(path, RACKFILE_SIZE_MAX, &text, &size, &reason) != STATUS_OK) {
		options_error(path, "%s", reason.text);
		return false;
	}
	enum status status = rackfile_parse(path, text, size, rack, NULL, warn_stderr, NULL, &reason);
	*hash = hash_of(text);
	free(text);
	if (status == STATUS_OK)
		return true;
	options_error("states", "%s", reason.text);
	put_aside(path);
	return false;
}

static enum status read_scene(struct session *s, const char *name, struct reason *reason)
{
	struct rack rack;
	uint64_t hash;
	enum status status = STATUS_OK;
	char *path = path_of(s, "scene-", name);
	if (!path)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	if (read_rack(path, &rack, &hash)) {
		status = control_scene_put(s->control, name, &rack, reason);
		if (status == STATUS_OK)
			s->scenes[control_n_scenes(s->control) - 1] = hash;
	}
	free(path);
	return status;
}

/* heard: it is the one that is, else it is kept in a file. */
static enum status read_side(struct session *s, const char *name, bool heard, struct reason *reason)
{
	struct rack rack;
	uint32_t side = 0;
	while (side < AB_SIDES && strcmp(name, side_name(side)) != 0)
		side++;
	if (side == AB_SIDES || heard)
		return control_ab_put(s->control, side, NULL, reason);
	enum status status = STATUS_OK;
	char *path = path_of(s, "side-", name);
	if (!path)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	if (read_rack(path, &rack, &s->sides[side]))
		status = control_ab_put(s->control, side, &rack, reason);
	free(path);
	return status;
}

/* "trim/gain" */
static enum status read_lock(struct session *s, char *row, bool locked, struct reason *reason)
{
	const struct rack *rack = control_rack(s->control);
	char *slash = strchr(row, '/');
	if (slash)
		*slash = '\0';
	int slot = slash ? rack_find_slot(rack, row) : -1;
	int param = slot >= 0 ? slot_find_param(&rack->slots[slot], slash + 1) : -1;
	if (slash)
		*slash = '/';
	if (param < 0)
		return reason_set(reason, STATUS_UNKNOWN, "there is no '%.100s' to lock", row);
	return control_lock(s->control, (uint32_t)slot, (uint32_t)param, locked, reason);
}

static enum status read_line(struct session *s, const char *line, bool whole, struct reason *reason)
{
	char key[WORD_SIZE], value[WORD_SIZE];
	if (line[0] == '#' || line[0] == '\0')
		return STATUS_OK;
	if (sscanf(line, "%127[a-z] = %127[^\n]", key, value) != 2)
		return reason_set(reason, STATUS_BAD_VALUE, "not 'key = value'");
	if (strcmp(key, "scene") == 0)
		return read_scene(s, value, reason);
	if (strcmp(key, "side") == 0 || strcmp(key, "kept") == 0)
		return whole ? read_side(s, value, key[0] == 's', reason) : STATUS_OK;
	if (strcmp(key, "lock") == 0 || strcmp(key, "unlock") == 0)
		return whole ? read_lock(s, value, key[0] == 'l', reason) : STATUS_OK;
	return reason_set(reason, STATUS_UNKNOWN, "'%.40s' is none of side, kept, scene, lock and unlock", key);
}

static void read_list(struct session *s, const char *path, char *text, bool whole)
{
	unsigned number = 0;
	for (char *line = text, *end; line; line = end) {
		char place[PATH_MAX + 16];
		struct reason reason;
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		snprintf(place, sizeof place, "%s:%u", path, ++number);
		if (read_line(s, line, whole, &reason) != STATUS_OK)
			options_error(place, "%s; left out", reason.text);
	}
}

void session_restore(struct session *s, bool whole)
{
	char *text, *path = path_of(s, "", "list");
	size_t size;
	struct reason reason;
	if (!path || access(path, F_OK) != 0) {
		free(path);
		return;
	}
	if (file_read(path, LIST_SIZE_MAX, &text, &size, &reason) == STATUS_OK) {
		s->list = hash_of(text);
		read_list(s, path, text, whole);
		free(text);
	} else
		options_error(path, "%s", reason.text);
	free(path);
}

/* ---- Writing */

static void give(uint64_t *hash, char *path, char *text, session_write *write, void *user)
{
	uint64_t now = text ? hash_of(text) : *hash;
	if (!path || !text || now == *hash) {
		free(path);
		free(text);
		return;
	}
	*hash = now;
	write(user, path, text);
}

static void print_locks(const struct control *control, FILE *out)
{
	const struct rack *rack = control_rack(control);
	for (uint32_t i = 0; i < rack->n_slots; i++)
		for (uint32_t p = 0; p < slot_n_params(&rack->slots[i]); p++) {
			const struct param *row = slot_param(&rack->slots[i], p);
			bool locked = control_locked(control, i, p);
			if (locked != row->lock)
				fprintf(out, "%s = %s/%s\n", locked ? "lock" : "unlock", rack->slots[i].id, row->id);
		}
}

static char *print_list(const struct control *control)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fprintf(out, "# What belongs to the rack beside its values, as lacquer left it.\nside = %s\n",
		side_name(control_ab_side(control)));
	for (uint32_t side = 0; side < AB_SIDES; side++)
		if (control_ab_rack(control, side))
			fprintf(out, "kept = %s\n", side_name(side));
	for (uint32_t i = 0; i < control_n_scenes(control); i++)
		fprintf(out, "scene = %s\n", control_scene_name(control, i));
	print_locks(control, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

void session_print(struct session *s, session_write *write, void *user)
{
	const struct control *c = s->control;
	for (uint32_t i = 0; i < control_n_scenes(c); i++)
		give(&s->scenes[i], path_of(s, "scene-", control_scene_name(c, i)),
			rackfile_print(control_scene_rack(c, i), NULL), write, user);
	for (uint32_t side = 0; side < AB_SIDES; side++)
		if (control_ab_rack(c, side))
			give(&s->sides[side], path_of(s, "side-", side_name(side)),
				rackfile_print(control_ab_rack(c, side), NULL), write, user);
	give(&s->list, path_of(s, "", "list"), print_list(c), write, user);
}

void session_forget(struct session *s)
{
	memset(s->scenes, 0, sizeof s->scenes);
	memset(s->sides, 0, sizeof s->sides);
	s->list = 0;
}
