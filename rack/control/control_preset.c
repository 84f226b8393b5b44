/* Presets and files of the model: read and written by the worker, taken over on the control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/base/utf8.h"
#include "rack/base/worker.h"
#include "rack/control/latency.h"
#include "rack/model/preset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 1024 };

struct preset_job {
	struct job job;
	struct control *control;
	char name[NAME_SIZE];
	unsigned origin;
	control_done *done;
	void *user;
	enum status status;
	struct reason reason;
	char *text;       /* save: what to write */
	struct rack rack; /* load: what was read */
	struct rackfile *file;

	/* info: */
	struct spec spec;
	struct preset_info info;
	control_info_done *info_done;
};

struct worker *control_worker(struct control *c)
{
	if (!c->worker)
		c->worker = worker_new(NULL);
	return c->worker;
}

static void warn_stderr(void *user, const char *place, const char *text)
{
	(void)user;
	fprintf(stderr, "lacquer: %s: warning: %s\n", place, text);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static enum status read_rack(
	const char *path, const char *name, struct rack *rack, struct rackfile **file, struct reason *reason)
{
	char *text;
	size_t size;
	enum status status = file_read(path, RACKFILE_SIZE_MAX, &text, &size, reason);
	if (status != STATUS_OK)
		return status;
	status = rackfile_parse(name, text, size, rack, file, warn_stderr, NULL, reason);
	free(text);
	return status;
}

/* People write presets by hand, so the one before a broken one is not what they want to hear: it is named, not loaded.
 */
static void name_backup(const char *path, struct reason *reason)
{
	char backup[PATH_SIZE + sizeof DRAFT_BACKUP];
	size_t used = strlen(reason->text);
	snprintf(backup, sizeof backup, "%s" DRAFT_BACKUP, path);
	if (access(backup, R_OK) == 0)
		snprintf(reason->text + used, sizeof reason->text - used, "; the one before is kept as %s",
			base_name(backup));
}

static void load_work(struct job *job)
{
	struct preset_job *load = (struct preset_job *)job;
	char path[PATH_SIZE];
	load->status = preset_find(load->name, path, sizeof path, &load->reason);
	if (load->status != STATUS_OK)
		return;
	load->status = read_rack(path, base_name(path), &load->rack, &load->file, &load->reason);
	if (load->status == STATUS_BAD_VALUE)
		name_backup(path, &load->reason);
}

static void finish(struct preset_job *job)
{
	if (job->done)
		job->done(job->user, job->status, &job->reason);
	free(job->text);
	free(job);
}

static void load_done(struct job *job)
{
	struct preset_job *load = (struct preset_job *)job;
	struct control *c = load->control;
	if (load->status == STATUS_OK) {
		rackfile_free(c->file);
		c->file = load->file;
		control_keep_locked(c, &load->rack, "preset", &load->reason);
		control_record(c, UNDO_WHOLE, 0, load->origin);
		control_become(c, &load->rack, BECOME_SLOTS, 0, load->origin);
	}
	finish(load);
}

static void save_work(struct job *job)
{
	struct preset_job *save = (struct preset_job *)job;
	char path[PATH_SIZE];
	save->status = preset_save_path(save->name, path, sizeof path, &save->reason);
	if (save->status == STATUS_OK)
		save->status = file_write_keeping(path, save->text, strlen(save->text), &save->reason);
}

/* Of what leaves the model alone. */
static void save_done(struct job *job)
{
	finish((struct preset_job *)job);
}

/* Offline there is no worker: an event's preset has to be there on its frame. */
static void post(struct control *c, struct preset_job *job)
{
	if (!(c->flags & CONTROL_OFFLINE)) {
		struct worker *worker = control_worker(c);
		if (worker && worker_post(worker, &job->job))
			return;
		job->status = worker ? reason_set(&job->reason, STATUS_FULL, "too many files are being read or written")
				     : reason_set(&job->reason, STATUS_NO_MEMORY, "out of memory");
		job->job.done(&job->job);
		return;
	}
	job->job.work(&job->job);
	job->job.done(&job->job);
}

static struct preset_job *new_job(struct control *c, const char *name, control_done *done, void *user)
{
	struct preset_job *job = calloc(1, sizeof *job);
	struct reason reason;
	enum status status = STATUS_OK;
	if (!job)
		status = reason_set(&reason, STATUS_NO_MEMORY, "no memory for the preset");
	else
		status = name_check(NAME_OF_PRESET, name, &reason);
	if (!job || status != STATUS_OK) {
		free(job);
		if (done)
			done(user, status, &reason);
		return NULL;
	}
	snprintf(job->name, sizeof job->name, "%s", name);
	job->control = c;
	job->done = done;
	job->user = user;
	return job;
}

void control_preset_load(struct control *c, const char *name, unsigned origin, control_done *done, void *user)
{
	struct preset_job *job = new_job(c, name, done, user);
	if (!job)
		return;
	job->origin = origin;
	job->job = (struct job){ .work = load_work, .done = load_done };
	post(c, job);
}

/* Whoever saves while comparing or listening into a slot means the rack: a preset that begins in bypass would render as
 * if there were none. Loading leaves the bypass alone too. A slot's own bypass is part of the rack. */
static char *print_preset(const struct control *c)
{
	struct rack rack = c->rack;
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		rack.values[i] = rack_params[i].def;
	for (uint32_t i = 0; i < rack.n_slots; i++) {
		float *host = rack.slots[i].values + rack.slots[i].module->n_params;
		host[HOST_SOLO] = host_params[HOST_SOLO].def;
		host[HOST_DELTA] = host_params[HOST_DELTA].def;
	}
	return rackfile_print(&rack, c->file);
}

void control_preset_save(struct control *c, const char *name, control_done *done, void *user)
{
	struct preset_job *job = new_job(c, name, done, user);
	if (!job)
		return;
	job->text = print_preset(c);
	job->job = (struct job){ .work = save_work, .done = save_done };
	if (job->text) {
		post(c, job);
		return;
	}
	job->status = reason_set(&job->reason, STATUS_NO_MEMORY, "no memory for the preset");
	finish(job);
}

static void delete_work(struct job *job)
{
	struct preset_job *gone = (struct preset_job *)job;
	char path[PATH_SIZE], backup[PATH_SIZE + sizeof DRAFT_BACKUP];
	gone->status = preset_save_path(gone->name, path, sizeof path, &gone->reason);
	if (gone->status != STATUS_OK)
		return;
	snprintf(backup, sizeof backup, "%s" DRAFT_BACKUP, path);
	if (rename(path, backup) == 0)
		return;
	if (errno != ENOENT)
		gone->status = reason_set(&gone->reason, STATUS_IO, "cannot be deleted: %s", strerror(errno));
	else if ((gone->status = preset_find(gone->name, path, sizeof path, &gone->reason)) == STATUS_OK)
		gone->status = reason_set(&gone->reason, STATUS_UNAVAILABLE,
			"'%s' is a factory preset and cannot be deleted", gone->name);
}

void control_preset_delete(struct control *c, const char *name, control_done *done, void *user)
{
	struct preset_job *job = new_job(c, name, done, user);
	if (!job)
		return;
	job->job = (struct job){ .work = delete_work, .done = save_done };
	post(c, job);
}

/* ---- What a preset is like */

/* The first comment as one line, to its first empty line or the end of the comment. */
static void take_comment(char *comment, size_t size, const char *text)
{
	char line[PRESET_COMMENT_SIZE];
	size_t used = 0;
	comment[0] = '\0';
	for (const char *at = text; *at == '#';) {
		const char *end = at + strcspn(at, "\n");
		at += 1 + strspn(at + 1, " \t");
		if (at >= end)
			break;
		snprintf(line, sizeof line, "%.*s", (int)(end - at), at);
		used += (size_t)snprintf(comment + used, size - used, "%s%s", used ? " " : "", line);
		if (used >= size)
			break;
		at = *end ? end + 1 : end;
	}
}

static void info_work(struct job *job)
{
	struct preset_job *info = (struct preset_job *)job;
	char path[PATH_SIZE], *text = NULL;
	size_t size;
	info->status = preset_find(info->name, path, sizeof path, &info->reason);
	if (info->status == STATUS_OK)
		info->status = file_read(path, RACKFILE_SIZE_MAX, &text, &size, &info->reason);
	if (info->status == STATUS_OK)
		info->status =
			rackfile_parse(base_name(path), text, size, &info->rack, NULL, NULL, NULL, &info->reason);
	if (info->status == STATUS_OK) {
		char comment[PRESET_COMMENT_SIZE];
		take_comment(comment, sizeof comment, text);
		utf8_copy(info->info.comment, sizeof info->info.comment, comment);
		snprintf(info->info.title, sizeof info->info.title, "%s", info->rack.title);
		for (uint32_t i = 0; i < info->rack.n_slots; i++)
			info->info.latency_frames += latency_needed(&info->rack.slots[i], &info->spec);
	}
	free(text);
}

static void info_told(struct job *job)
{
	struct preset_job *info = (struct preset_job *)job;
	info->info_done(
		info->user, info->status, info->name, info->status == STATUS_OK ? &info->info : NULL, &info->reason);
	free(info);
}

void control_preset_info(struct control *c, const char *name, control_info_done *done, void *user)
{
	struct reason reason;
	struct preset_job *job = calloc(1, sizeof *job);
	enum status status = name_check(NAME_OF_PRESET, name, &reason);
	if (!job)
		status = reason_set(&reason, STATUS_NO_MEMORY, "no memory for the preset");
	if (!job || status != STATUS_OK) {
		free(job);
		done(user, status, name, NULL, &reason);
		return;
	}
	snprintf(job->name, sizeof job->name, "%s", name);
	job->user = user;
	job->info_done = done;
	job->spec = c->engine ? c->spec : (struct spec){ .rate = 48000 };
	job->job = (struct job){ .work = info_work, .done = info_told };
	post(c, job);
}

/* ---- The rack's file */

enum status control_open_text(struct control *c, const char *name, const char *text, size_t size, struct reason *reason)
{
	struct rack rack;
	struct rackfile *file;
	enum status status = rackfile_parse(name, text, size, &rack, &file, warn_stderr, NULL, reason);
	if (status != STATUS_OK)
		return status;
	rackfile_free(c->file);
	c->file = file;
	control_load(c, &rack, ORIGIN_HOST);
	undo_clear(c->undo); /* what was before is nobody's work */
	return STATUS_OK;
}

enum status control_open_file(struct control *c, const char *path, struct reason *reason)
{
	char *text;
	size_t size;
	enum status status = file_read(path, RACKFILE_SIZE_MAX, &text, &size, reason);
	if (status != STATUS_OK)
		return status;
	status = control_open_text(c, path, text, size, reason);
	free(text);
	return status;
}

enum status control_reopen_file(struct control *c, const char *path, uint32_t glide_ms, struct reason *reason)
{
	struct rack rack;
	struct rackfile *file;
	enum status status = read_rack(path, path, &rack, &file, reason);
	if (status != STATUS_OK)
		return status;
	rackfile_free(c->file);
	c->file = file;
	control_record(c, UNDO_WHOLE, 0, ORIGIN_HOST);
	control_become(c, &rack, BECOME_WHOLE, glide_ms, ORIGIN_HOST);
	return STATUS_OK;
}

char *control_print(const struct control *c)
{
	return rackfile_print(&c->rack, c->file);
}
