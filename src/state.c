/* What is kept between two runs: the rack as it was left and its states, written soon after each change. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/state.h"

#include "rack/base/clock.h"
#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "rack/base/worker.h"
#include "src/options.h"
#include "src/recovery.h"
#include "src/state_files.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SAVE_AFTER_MS = 2000,
	AGAIN_MS = 10000, /* after a write that failed */
	SAVES_MAX = 4,    /* with the worker: one is enough, the rest was cancelled */
	/* the rack, scenes, snapshots, their list, those to be removed */
	FILES_MAX = 1 + SCENES_MAX + SNAPSHOTS + 1 + SCENES_MAX + STATE_FILES_GONE_MAX,
};

struct state {
	struct control *control;
	struct control_listener listener;
	struct loop *loop;
	struct loop_source source;
	struct state_files *files;
	int64_t due_ms;       /* 0: nothing to save */
	bool rack, files_too; /* what has changed */
	struct save *newest;  /* with the worker, not back */
	uint32_t n_saves;     /* with the worker, the cancelled ones too */
	bool failed;          /* the last write */
	char path[PATH_MAX];
};

/* Texts on their way to disk. */
struct save {
	struct job job;
	struct state *state;
	bool rack, files_too; /* what of it was to be written */
	uint32_t n;
	struct {
		char *path, *text;
	} files[FILES_MAX];
	int failed; /* the file that could not be written, -1: none */
	struct reason reason;
};

/* ---- Changes */

/* The first change of several starts the clock, so that a control in motion does not put the write off for ever. */
static void changed(struct state *s, int64_t after_ms)
{
	int64_t due_ms = clock_now_ms() + after_ms;
	if (s->due_ms && s->due_ms <= due_ms)
		return;
	s->due_ms = due_ms;
	loop_again(s->loop);
}

static void on_value(void *user, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	struct state *s = user;
	(void)slot, (void)param, (void)value, (void)origin;
	s->rack = true;
	changed(s, SAVE_AFTER_MS);
}

static void on_states(void *user)
{
	struct state *s = user;
	s->files_too = true;
	changed(s, SAVE_AFTER_MS);
}

static void on_chain(void *user, unsigned origin)
{
	struct state *s = user;
	(void)origin;
	s->rack = true;
	on_states(s); /* locks go with their slots */
}

static int save_due(void *user);

/* ---- Beginning and end */

struct state *state_new(struct control *control, const char *name, struct loop *loop, struct reason *reason)
{
	char file[NAME_MAX + 1];
	struct state *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	s->control = control;
	snprintf(file, sizeof file, "%s.rack", name);
	if (file_place(FILE_STATE, file, s->path, sizeof s->path, reason) == STATUS_OK)
		s->files = state_files_new(control, name, reason);
	if (!s->files) {
		free(s);
		return NULL;
	}
	s->listener = (struct control_listener){ .user = s, .value = on_value, .chain = on_chain, .states = on_states };
	control_listen(control, &s->listener);
	s->loop = loop;
	s->source = (struct loop_source){ .poll = save_due, .user = s };
	loop_add(loop, &s->source);
	draft_sweep(s->path);
	return s;
}

static void wait_for_worker(struct state *s)
{
	struct worker *worker = control_worker(s->control);
	while (s->n_saves) {
		struct pollfd fd = { .fd = worker_fd(worker), .events = POLLIN };
		if (poll(&fd, 1, -1) < 0 && errno != EINTR)
			return;
		worker_collect(worker);
	}
}

void state_free(struct state *s)
{
	if (!s)
		return;
	loop_remove(s->loop, &s->source);
	control_unlisten(s->control, &s->listener);
	wait_for_worker(s);
	state_files_free(s->files);
	free(s);
}

static void nothing_to_save(struct state *s)
{
	s->due_ms = 0;
	s->rack = s->files_too = false;
}

static enum status open_rack(void *user, const char *path, struct reason *reason)
{
	struct state *s = user;
	return control_open_file(s->control, path, reason);
}

static enum status restore(struct state *s, bool with_rack)
{
	bool backup = false, states_backup;
	enum status rack = with_rack ? recovery_open(s->path, open_rack, s, &backup) : STATUS_UNKNOWN;
	enum status states = rack == STATUS_NO_MEMORY
				     ? STATUS_NO_MEMORY
				     : state_files_restore(s->files, rack == STATUS_OK, &states_backup);
	nothing_to_save(s);
	if (states == STATUS_NO_MEMORY) {
		options_error(s->path, "out of memory: what was saved is left as it is");
		return STATUS_NO_MEMORY;
	}
	if (with_rack && (backup || states_backup)) {
		s->rack = s->files_too = true; /* so that there is a file of its own name again */
		changed(s, SAVE_AFTER_MS);
	}
	return rack;
}

enum status state_restore(struct state *s)
{
	return restore(s, true);
}

enum status state_restore_scenes(struct state *s)
{
	return restore(s, false) == STATUS_NO_MEMORY ? STATUS_NO_MEMORY : STATUS_OK;
}

/* ---- Writing */

static void take_file(void *user, char *path, char *text)
{
	struct save *save = user;
	save->files[save->n].path = path;
	save->files[save->n++].text = text;
}

static void remove_file(const char *path)
{
	char backup[PATH_MAX];
	unlink(path);
	if (snprintf(backup, sizeof backup, "%s" DRAFT_BACKUP, path) < (int)sizeof backup)
		unlink(backup);
}

/* Worker thread. */
static void write_files(struct job *job)
{
	struct save *save = (struct save *)job;
	for (uint32_t i = 0; i < save->n && save->failed < 0; i++)
		if (!save->files[i].text)
			remove_file(save->files[i].path);
		else if (file_write_keeping(save->files[i].path, save->files[i].text, strlen(save->files[i].text),
				 &save->reason) != STATUS_OK)
			save->failed = (int)i;
}

static void on_written(struct job *job)
{
	struct save *save = (struct save *)job;
	struct state *s = save->state;
	s->n_saves--;
	s->newest = s->newest == save ? NULL : s->newest;
	if (save->failed >= 0) {
		if (!s->failed)
			options_error(save->files[save->failed].path, "%s", save->reason.text);
		state_files_forget(s->files);
		s->rack = s->files_too = true;
		changed(s, AGAIN_MS);
	}
	if (!worker_cancelled(&save->job))
		s->failed = save->failed >= 0;
	for (uint32_t i = 0; i < save->n; i++) {
		free(save->files[i].path);
		free(save->files[i].text);
	}
	free(save);
}

/* The states' list comes last, so that what it names is there. */
static struct save *make_save(struct state *s)
{
	struct save *save = calloc(1, sizeof *save);
	char *path = save ? strdup(s->path) : NULL, *text = path ? control_print(s->control) : NULL;
	if (!text) {
		free(path);
		free(save);
		return NULL;
	}
	*save = (struct save){ .job = { .work = write_files, .done = on_written },
		.state = s,
		.failed = -1,
		.rack = s->rack,
		.files_too = s->files_too };
	if (s->rack)
		take_file(save, path, text);
	else {
		free(path);
		free(text);
	}
	if (s->files_too)
		state_files_print(s->files, take_file, save);
	return save;
}

/* Takes back what waits for the worker; the next save holds it too. False: it is being written already. */
static bool take_back(struct state *s)
{
	struct save *save = s->newest;
	if (!save)
		return true;
	if (s->n_saves == SAVES_MAX || !worker_cancel(&save->job))
		return false;
	s->rack |= save->rack;
	s->files_too |= save->files_too;
	if (save->files_too)
		state_files_forget(s->files);
	s->newest = NULL;
	return true;
}

static void start_save(struct state *s)
{
	struct worker *worker = control_worker(s->control);
	struct save *save = make_save(s);
	if (!save) {
		s->due_ms = clock_now_ms() + AGAIN_MS;
		return;
	}
	nothing_to_save(s);
	s->n_saves++;
	if (worker && worker_post(worker, &save->job)) {
		s->newest = save;
		return;
	}
	write_files(&save->job);
	on_written(&save->job);
}

static int save_due(void *user)
{
	struct state *s = user;
	int64_t wait_ms = s->due_ms - clock_now_ms();
	if (!s->due_ms)
		return -1;
	if (wait_ms > 0)
		return (int)wait_ms;
	if (!take_back(s))
		return -1; /* until it is written */
	start_save(s);
	return s->due_ms ? AGAIN_MS : -1;
}

void state_flush(struct state *s)
{
	if (!s->due_ms || !take_back(s))
		wait_for_worker(s);
	if (s->due_ms)
		start_save(s);
	wait_for_worker(s);
}

void state_save_soon(struct state *s)
{
	s->rack = s->files_too = true;
	changed(s, 0);
}

bool state_save(struct state *s)
{
	state_save_soon(s);
	state_flush(s);
	return !s->due_ms && !s->failed;
}
