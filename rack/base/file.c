/* Files read whole and replaced whole, and the standard folders. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"

#include "rack/base/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status io_error(struct reason *reason, const char *what)
{
	return reason_set(reason, STATUS_IO, "%s: %s", what, strerror(errno));
}

/* ---- Reading */

static enum status read_all(int fd, size_t max, char **text, size_t *size, struct reason *reason)
{
	size_t room = 0, used = 0;
	char *bytes = NULL;
	for (;;) {
		if (room - used < 2) {
			room = room ? room * 2 : 16384;
			char *more = realloc(bytes, room);
			if (!more) {
				free(bytes);
				return reason_set(reason, STATUS_NO_MEMORY, "no memory");
			}
			bytes = more;
		}
		ssize_t n = read(fd, bytes + used, room - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (used += (size_t)n) > max) {
			enum status status = STATUS_OK;
			if (n < 0)
				status = io_error(reason, "cannot be read");
			else if (n > 0)
				status = reason_set(reason, STATUS_BAD_VALUE, "longer than %zu bytes", max);
			if (status != STATUS_OK) {
				free(bytes);
				return status;
			}
			bytes[used] = '\0';
			*text = bytes;
			*size = used;
			return STATUS_OK;
		}
	}
}

enum status file_read(const char *path, size_t max, char **text, size_t *size, struct reason *reason)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_error(reason, "cannot be read");
	enum status status = read_all(fd, max, text, size, reason);
	close(fd);
	return status;
}

/* ---- Writing */

static enum status write_all(int fd, const char *text, size_t size, struct reason *reason)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(reason, "cannot be written");
		text += n;
		size -= (size_t)n;
	}
	return STATUS_OK;
}

static enum status write_file(
	const char *path, const char *text, size_t size, enum draft_old old, struct reason *reason)
{
	struct draft *draft = draft_open(path, DRAFT_MAKE_FOLDERS, reason);
	if (!draft)
		return STATUS_IO;
	enum status status = write_all(draft_fd(draft), text, size, reason);
	if (status == STATUS_OK)
		return draft_commit(draft, old, reason);
	draft_discard(draft);
	return status;
}

enum status file_write(const char *path, const char *text, size_t size, struct reason *reason)
{
	return write_file(path, text, size, DRAFT_DROP_OLD, reason);
}

enum status file_write_keeping(const char *path, const char *text, size_t size, struct reason *reason)
{
	return write_file(path, text, size, DRAFT_KEEP_OLD, reason);
}

/* ---- Standard folders (XDG Base Directory Specification 0.8: variables that hold no absolute path are ignored) */

static const char *absolute_variable(const char *variable)
{
	const char *value = getenv(variable);
	return value && value[0] == '/' ? value : NULL;
}

static enum status below_home(const char *variable, const char *fallback, char *folder, struct reason *reason)
{
	const char *base = absolute_variable(variable), *home = absolute_variable("HOME");
	if (!base && !home)
		return reason_set(reason, STATUS_UNAVAILABLE, "neither %s nor HOME is set", variable);
	int length = base ? snprintf(folder, PATH_MAX, "%s/lacquer", base)
			  : snprintf(folder, PATH_MAX, "%s/%s/lacquer", home, fallback);
	return length < PATH_MAX ? STATUS_OK : reason_set(reason, STATUS_UNAVAILABLE, "the path is too long");
}

static bool is_ours_alone(const struct stat *s)
{
	return S_ISDIR(s->st_mode) && s->st_uid == geteuid() && (s->st_mode & 077) == 0;
}

/* Sockets live here: it must exist, and nobody else may enter it. */
static enum status private_folder(char *folder, struct reason *reason)
{
	const char *base = absolute_variable("XDG_RUNTIME_DIR");
	struct stat s;
	if (base && stat(base, &s) == 0)
		snprintf(folder, PATH_MAX, "%s/lacquer", base);
	else
		snprintf(folder, PATH_MAX, "/tmp/lacquer-%ld", (long)geteuid());
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return reason_set(reason, STATUS_IO, "cannot make the folder %.160s: %s", folder, strerror(errno));
	if (lstat(folder, &s) != 0)
		return reason_set(reason, STATUS_IO, "cannot use the folder %.160s: %s", folder, strerror(errno));
	if (!is_ours_alone(&s))
		return reason_set(reason, STATUS_UNAVAILABLE, "%.160s is not a folder that only we may enter", folder);
	return STATUS_OK;
}

enum status file_place(enum file_place place, const char *name, char *path, size_t size, struct reason *reason)
{
	char folder[PATH_MAX];
	enum status status = place == FILE_RUNTIME ? private_folder(folder, reason)
			     : place == FILE_STATE ? below_home("XDG_STATE_HOME", ".local/state", folder, reason)
						   : below_home("XDG_CONFIG_HOME", ".config", folder, reason);
	if (status != STATUS_OK)
		return status;
	if ((size_t)snprintf(path, size, "%s/%s", folder, name) >= size)
		return reason_set(reason, STATUS_UNAVAILABLE, "the path is too long");
	return STATUS_OK;
}

bool file_runtime_elsewhere(unsigned place, const char *name, char *path, size_t size)
{
	char folder[40];
	struct stat s;
	if (place >= FILE_RUNTIME_PLACES)
		return false;
	snprintf(folder, sizeof folder, place ? "/tmp/lacquer-%ld" : "/run/user/%ld/lacquer", (long)geteuid());
	return lstat(folder, &s) == 0 && is_ours_alone(&s) &&
	       (size_t)snprintf(path, size, "%s/%s", folder, name) < size;
}
