/* Scenes, snapshots and locks between two runs: a folder of rack files and a list of what they are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/state_files.h"

#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/model/rackfile.h"
#include "src/options.h"
#include "src/recovery.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_SIZE_MAX = 64 * 1024, WORD_SIZE = 128, SEEN_MAX = SCENES_MAX + STATE_FILES_GONE_MAX };

struct state_files {
	struct control *control;
	char folder[PATH_MAX];
	/* Of the texts on disk and their paths; 0: not known. */
	uint64_t scenes[SCENES_MAX], snapshots[SNAPSHOTS], list;
	char *seen[SEEN_MAX]; /* paths of all scenes that there were; NULL: room */
	bool backup;          /* something was taken from one */
	bool no_memory;       /* something was not taken for want of it */
};

static uint64_t hash_on(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

/* The path is a part of it, as another scene may come to stand in a scene's place. */
static uint64_t hash_of(const char *path, const char *text)
{
	return hash_on(hash_on(14695981039346656037u, path), text); /* FNV-1a */
}

static char *path_of(const struct state_files *s, const char *kind, const char *name)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%s%s%s", s->folder, kind, name, *kind ? ".rack" : "") < 0)
		return NULL;
	return path;
}

struct state_files *state_files_new(struct control *control, const char *name, struct reason *reason)
{
	char folder[NAME_MAX + 1];
	struct state_files *s = calloc(1, sizeof *s);
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
		draft_sweep(inside);
	free(inside);
	return s;
}

void state_files_free(struct state_files *s)
{
	for (uint32_t i = 0; s && i < SEEN_MAX; i++)
		free(s->seen[i]);
	free(s);
}

/* ---- Scenes that have gone */

static bool is_scene(const struct state_files *s, const char *path)
{
	bool found = false;
	for (uint32_t i = 0; !found && i < control_n_scenes(s->control); i++) {
		char *other = path_of(s, "scene-", control_scene_name(s->control, i));
		found = other && strcmp(other, path) == 0;
		free(other);
	}
	return found;
}

/* Where there is no room, a file of one that has gone longest may stay for ever. */
static void see_scene(struct state_files *s, const char *name)
{
	char *path = path_of(s, "scene-", name);
	uint32_t room = SEEN_MAX;
	for (uint32_t i = 0; path && i < SEEN_MAX; i++) {
		if (s->seen[i] && strcmp(s->seen[i], path) == 0) {
			free(path);
			return;
		}
		if (room == SEEN_MAX && (!s->seen[i] || (s->seen[SEEN_MAX - 1] && !is_scene(s, s->seen[i]))))
			room = i;
	}
	if (!path || room == SEEN_MAX) {
		free(path);
		return;
	}
	free(s->seen[room]);
	s->seen[room] = path;
}

/* Each time anew, as a save may fail or be cancelled. */
static void remove_gone(struct state_files *s, state_files_write *write, void *user)
{
	for (uint32_t i = 0; i < SEEN_MAX; i++) {
		char *path = s->seen[i] && !is_scene(s, s->seen[i]) ? strdup(s->seen[i]) : NULL;
		if (path)
			write(user, path, NULL);
	}
}

/* ---- Reading */

static void warn_stderr(void *user, const char *place, const char *text)
{
	(void)user;
	options_error(place, "%s", text);
}

/* A rack and the hash of its text. */
struct reading {
	struct rack *rack;
	uint64_t hash;
};

static enum status parse_rack(void *user, const char *path, struct reason *reason)
{
	struct reading *reading = user;
	char *text;
	size_t size;
	enum status status = file_read(path, RACKFILE_SIZE_MAX, &text, &size, reason);
	if (status != STATUS_OK)
		return status;
	status = rackfile_parse(path, text, size, reading->rack, NULL, warn_stderr, NULL, reason);
	reading->hash = hash_of(path, text);
	free(text);
	return status;
}

static enum status out_of_memory(struct state_files *s, struct reason *reason)
{
	s->no_memory = true;
	return reason_set(reason, STATUS_NO_MEMORY, "out of memory");
}

/* False: told. */
static bool read_rack(struct state_files *s, const char *path, struct rack *rack, uint64_t *hash)
{
	bool backup;
	struct reading reading = { .rack = rack };
	enum status status = recovery_open(path, parse_rack, &reading, &backup);
	if (status == STATUS_UNKNOWN)
		options_error(path, "it is not there");
	s->backup |= backup;
	s->no_memory |= status == STATUS_NO_MEMORY;
	*hash = backup ? 0 : reading.hash;
	return status == STATUS_OK;
}

static enum status read_scene(struct state_files *s, const char *name, struct reason *reason)
{
	struct rack rack;
	uint64_t hash;
	enum status status = STATUS_OK;
	char *path = path_of(s, "scene-", name);
	if (!path)
		return out_of_memory(s, reason);
	if (read_rack(s, path, &rack, &hash)) {
		status = control_scene_put(s->control, name, &rack, reason);
		if (status == STATUS_OK) {
			s->scenes[control_n_scenes(s->control) - 1] = hash;
			see_scene(s, name);
		}
	}
	free(path);
	return status;
}

/* heard: it is the one that is, else it is kept in a file. */
static enum status read_snapshot(struct state_files *s, const char *name, bool heard, struct reason *reason)
{
	struct rack rack;
	uint32_t snapshot = snapshot_find(name);
	if (snapshot == SNAPSHOTS || heard)
		return control_snapshot_put(s->control, snapshot, NULL, reason);
	enum status status = STATUS_OK;
	char *path = path_of(s, "side-", name);
	if (!path)
		return out_of_memory(s, reason);
	if (read_rack(s, path, &rack, &s->snapshots[snapshot]))
		status = control_snapshot_put(s->control, snapshot, &rack, reason);
	free(path);
	return status;
}

/* "trim/gain" */
static enum status read_lock(struct state_files *s, char *row, bool locked, struct reason *reason)
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

/* Of "key = value". */
static enum status split_line(const char *line, char key[WORD_SIZE], char value[WORD_SIZE], struct reason *reason)
{
	static const char *const keys[] = { "scene", "side", "kept", "lock", "unlock" };
	if (sscanf(line, "%127[a-z] = %127[^\n]", key, value) != 2)
		return reason_set(reason, STATUS_BAD_VALUE, "not 'key = value'");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(key, keys[i]) == 0)
			return STATUS_OK;
	return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is none of side, kept, scene, lock and unlock", key);
}

static bool is_comment(const char *line)
{
	return line[0] == '#' || line[0] == '\n' || line[0] == '\0';
}

static enum status read_line(struct state_files *s, const char *line, bool whole, struct reason *reason)
{
	char key[WORD_SIZE], value[WORD_SIZE];
	enum status status = is_comment(line) ? STATUS_OK : split_line(line, key, value, reason);
	if (is_comment(line) || status != STATUS_OK)
		return status;
	if (strcmp(key, "scene") == 0)
		return read_scene(s, value, reason);
	if (strcmp(key, "side") == 0 || strcmp(key, "kept") == 0)
		return whole ? read_snapshot(s, value, key[0] == 's', reason) : STATUS_OK;
	return whole ? read_lock(s, value, key[0] == 'l', reason) : STATUS_OK;
}

static void read_list(struct state_files *s, const char *path, char *text, bool whole)
{
	unsigned number = 0;
	for (char *line = text, *end; line; line = end) {
		char place[PATH_MAX + 16];
		struct reason reason;
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		snprintf(place, sizeof place, "%s:%u", path, ++number);
		enum status status = read_line(s, line, whole, &reason);
		s->no_memory |= status == STATUS_NO_MEMORY;
		if (status != STATUS_OK)
			options_error(place, "%s; left out", reason.text);
	}
}

/* As print_list leaves it: what was cut short or is noise has a line that is none, or no end. */
static enum status check_list(const char *path, const char *text, size_t size, struct reason *reason)
{
	char key[WORD_SIZE], value[WORD_SIZE];
	unsigned number = 0;
	if (size == 0 || strlen(text) != size || text[size - 1] != '\n')
		return reason_set(reason, STATUS_BAD_VALUE, "%s: cut short, or no text", path);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		struct reason fault;
		number++;
		if (!is_comment(line) && split_line(line, key, value, &fault) != STATUS_OK)
			return reason_set(reason, STATUS_BAD_VALUE, "%s:%u: %s", path, number, fault.text);
	}
	return STATUS_OK;
}

/* Keeps the text of the last that could be read, be it damaged. */
static enum status take_list(void *user, const char *path, struct reason *reason)
{
	char **kept = user, *text;
	size_t size;
	enum status status = file_read(path, LIST_SIZE_MAX, &text, &size, reason);
	if (status != STATUS_OK)
		return status;
	free(*kept);
	*kept = text;
	return check_list(path, text, size, reason);
}

enum status state_files_restore(struct state_files *s, bool whole, bool *backup)
{
	char *text = NULL, *path = path_of(s, "", "list");
	s->backup = false;
	enum status status = path ? recovery_open(path, take_list, &text, &s->backup) : STATUS_NO_MEMORY;
	s->no_memory = status == STATUS_NO_MEMORY;
	s->list = text && status == STATUS_OK && !s->backup ? hash_of(path, text) : 0;
	if (text) /* where none is whole, what can be understood of it is taken */
		read_list(s, path, text, whole);
	free(text);
	free(path);
	*backup = s->backup;
	return s->no_memory ? STATUS_NO_MEMORY : STATUS_OK;
}

/* ---- Writing */

static void give(uint64_t *hash, char *path, char *text, state_files_write *write, void *user)
{
	uint64_t now = path && text ? hash_of(path, text) : *hash;
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
		snapshot_names[control_snapshot(control)]);
	for (uint32_t snapshot = 0; snapshot < SNAPSHOTS; snapshot++)
		if (control_snapshot_rack(control, snapshot))
			fprintf(out, "kept = %s\n", snapshot_names[snapshot]);
	for (uint32_t i = 0; i < control_n_scenes(control); i++)
		fprintf(out, "scene = %s\n", control_scene_name(control, i));
	print_locks(control, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

void state_files_print(struct state_files *s, state_files_write *write, void *user)
{
	const struct control *c = s->control;
	for (uint32_t i = 0; i < control_n_scenes(c); i++)
		see_scene(s, control_scene_name(c, i));
	for (uint32_t i = 0; i < control_n_scenes(c); i++)
		give(&s->scenes[i], path_of(s, "scene-", control_scene_name(c, i)),
			rackfile_print(control_scene_rack(c, i), NULL), write, user);
	/* Of those that have gone the files go too: what comes back as it was has to be written. */
	memset(s->scenes + control_n_scenes(c), 0, (SCENES_MAX - control_n_scenes(c)) * sizeof s->scenes[0]);
	for (uint32_t snapshot = 0; snapshot < SNAPSHOTS; snapshot++)
		if (control_snapshot_rack(c, snapshot))
			give(&s->snapshots[snapshot], path_of(s, "side-", snapshot_names[snapshot]),
				rackfile_print(control_snapshot_rack(c, snapshot), NULL), write, user);
	give(&s->list, path_of(s, "", "list"), print_list(c), write, user);
	remove_gone(s, write, user);
}

void state_files_forget(struct state_files *s)
{
	memset(s->scenes, 0, sizeof s->scenes);
	memset(s->snapshots, 0, sizeof s->snapshots);
	s->list = 0;
}
