/* An append-only log. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/logfile.h"

#include "rack/base/clock.h"
#include "src/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct logfile {
	int fd; /* -1: to be opened again */
	uint64_t size, limit;
	char path[PATH_MAX];

	struct json json; /* of the line that is being made */
	FILE *to;
	char *line;
	size_t length;
};

static enum status io_error(struct reason *reason)
{
	return reason_set(reason, STATUS_IO, "cannot be written: %s", strerror(errno));
}

static enum status write_all(struct logfile *l, const char *bytes, size_t n, struct reason *reason)
{
	ssize_t written = write(l->fd, bytes, n);
	if (written > 0)
		l->size += (uint64_t)written;
	if (written == (ssize_t)n)
		return STATUS_OK;
	if (written >= 0)
		errno = ENOSPC; /* part of a line, as on a disk that is just full */
	return io_error(reason);
}

/* Ends a line that a kill or a full disk tore. */
static enum status mend(struct logfile *l, struct reason *reason)
{
	char last;
	if (l->size == 0 || (pread(l->fd, &last, 1, (off_t)l->size - 1) == 1 && last == '\n'))
		return STATUS_OK;
	return write_all(l, "\n", 1, reason);
}

static void make_folder(const char *path)
{
	char folder[PATH_MAX];
	snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		(void)mkdir(folder, 0700); /* the open tells */
	}
}

static enum status open_file(struct logfile *l, struct reason *reason)
{
	struct stat s;
	make_folder(l->path);
	l->fd = open(l->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (l->fd < 0 || fstat(l->fd, &s) != 0)
		return io_error(reason);
	l->size = (uint64_t)s.st_size;
	return mend(l, reason);
}

struct logfile *logfile_open(const char *path, uint64_t limit, struct reason *reason)
{
	struct logfile *l = calloc(1, sizeof *l);
	if (!l) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory for the log");
		return NULL;
	}
	l->fd = -1;
	l->limit = limit;
	bool fits = snprintf(l->path, sizeof l->path, "%s", path) < (int)sizeof l->path;
	if (!fits)
		reason_set(reason, STATUS_IO, "the path is too long");
	if (fits && open_file(l, reason) == STATUS_OK)
		return l;
	logfile_close(l);
	return NULL;
}

struct json *logfile_begin(struct logfile *l)
{
	int64_t wall_us = clock_wall_us();
	time_t seconds = (time_t)(wall_us / 1000000);
	struct tm utc;
	char date[32], text[64];
	l->to = open_memstream(&l->line, &l->length);
	if (!l->to)
		return NULL;
	gmtime_r(&seconds, &utc);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof text, "%s.%06dZ", date, (int)(wall_us % 1000000));
	json_start(&l->json, l->to);
	json_object(&l->json, NULL, JSON_INLINE);
	json_text(&l->json, "utc", text);
	json_places(&l->json, "monotonic_s", (double)clock_now_us() / 1e6, 6);
	return &l->json;
}

/* The file that was full before goes. */
static enum status rotate(struct logfile *l, struct reason *reason)
{
	char old[PATH_MAX + sizeof LOGFILE_OLD];
	snprintf(old, sizeof old, "%s" LOGFILE_OLD, l->path);
	if (rename(l->path, old) != 0)
		return io_error(reason);
	close(l->fd);
	return open_file(l, reason);
}

static enum status append(struct logfile *l, struct reason *reason)
{
	enum status status = l->fd < 0 ? open_file(l, reason) : mend(l, reason);
	if (status == STATUS_OK && l->size && l->size + l->length > l->limit)
		status = rotate(l, reason);
	return status == STATUS_OK ? write_all(l, l->line, l->length, reason) : status;
}

enum status logfile_end(struct logfile *l, struct reason *reason)
{
	json_end(&l->json);
	bool made = fclose(l->to) == 0;
	l->to = NULL;
	enum status status = made ? append(l, reason) : reason_set(reason, STATUS_NO_MEMORY, "no memory for the line");
	free(l->line);
	l->line = NULL;
	return status;
}

void logfile_close(struct logfile *l)
{
	if (!l)
		return;
	if (l->to)
		fclose(l->to);
	free(l->line);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}
