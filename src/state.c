/* What is kept between two runs: the rack as it was left, written soon after each change. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/state.h"

#include "rack/file.h"
#include "src/options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SAVE_AFTER_MS = 2000 };

struct state {
	struct control *control;
	int64_t due_ms; /* 0: nothing to save */
	bool failed;    /* the last write */
	char path[PATH_MAX];
};

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The first change of several starts the clock, so that a control in motion does not put the write off for ever. */
static void changed(struct state *s)
{
	if (!s->due_ms)
		s->due_ms = now_ms() + SAVE_AFTER_MS;
}

static void on_value(void *user, uint32_t slot, uint32_t param, float value, unsigned origin)
{
	(void)slot, (void)param, (void)value, (void)origin;
	changed(user);
}

static void on_chain(void *user, unsigned origin)
{
	(void)origin;
	changed(user);
}

struct state *state_new(struct control *control, const char *name, struct reason *reason)
{
	char file[NAME_MAX + 1];
	struct state *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	s->control = control;
	snprintf(file, sizeof file, "%s.rack", name);
	const struct control_listener listener = { .user = s, .value = on_value, .chain = on_chain };
	if (file_place(FILE_STATE, file, s->path, sizeof s->path, reason) != STATUS_OK) {
		free(s);
		return NULL;
	}
	if (!control_listen(control, &listener)) {
		reason_set(reason, STATUS_FULL, "too many listeners");
		free(s);
		return NULL;
	}
	file_sweep(s->path);
	return s;
}

void state_free(struct state *s)
{
	free(s);
}

const char *state_path(const struct state *s)
{
	return s->path;
}

enum status state_restore(struct state *s, struct reason *reason)
{
	char aside[PATH_MAX + 4];
	if (access(s->path, F_OK) != 0)
		return reason_set(reason, STATUS_UNKNOWN, "nothing is saved");
	enum status status = control_open_file(s->control, s->path, reason);
	s->due_ms = 0;
	if (status != STATUS_BAD_VALUE)
		return status;
	snprintf(aside, sizeof aside, "%s.bad", s->path);
	rename(s->path, aside);
	return status;
}

static void save(struct state *s)
{
	struct reason reason;
	s->due_ms = 0;
	bool failed = control_save_file(s->control, s->path, &reason) != STATUS_OK;
	if (failed && !s->failed)
		options_error(s->path, "%s", reason.text);
	s->failed = failed;
}

int state_poll(struct state *s)
{
	if (!s->due_ms)
		return -1;
	int64_t wait_ms = s->due_ms - now_ms();
	if (wait_ms > 0)
		return (int)wait_ms;
	save(s);
	return -1;
}

void state_flush(struct state *s)
{
	if (s->due_ms || s->failed)
		save(s);
}
