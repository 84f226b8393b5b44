/* Files read whole and replaced whole, and the standard folders. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A temporary file is called NAME.PID.NUMBER and this: file_sweep knows by it what to remove, and whose it was. */
#define TEMPORARY_SUFFIX ".lacquer-tmp"

enum {
	LINKS_MAX = 16,           /* symbolic links followed */
	TEMPORARY_STEM_MAX = 190, /* bytes of NAME kept, so that the whole stays below NAME_MAX */
	NAMES_TRIED = 100
};

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

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The folder part of path: "." where there is none. */
static void folder_of(const char *path, char *folder)
{
	size_t length = (size_t)(base_of(path) - path);
	if (length == 0)
		strcpy(folder, ".");
	else {
		length -= length > 1; /* the slash, but not that of "/" */
		memcpy(folder, path, length);
		folder[length] = '\0';
	}
}

/* Where path leads, through links that lead nowhere yet too: the file behind a link is replaced, never the link. */
static enum status follow_links(const char *path, char target[PATH_MAX], struct reason *reason)
{
	if (snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX)
		return reason_set(reason, STATUS_IO, "the path is too long");
	for (int i = 0; i < LINKS_MAX; i++) {
		char link[PATH_MAX], folder[PATH_MAX];
		struct stat s;
		ssize_t n = readlink(target, link, sizeof link - 1);
		if (n < 0)
			return STATUS_OK;
		if (lstat(target, &s) != 0 || (s.st_uid != geteuid() && s.st_uid != 0))
			return reason_set(reason, STATUS_IO, "cannot be written: it is a link that somebody else made");
		link[n] = '\0';
		folder_of(target, folder);
		int length = link[0] == '/' ? snprintf(target, PATH_MAX, "%s", link)
					    : snprintf(target, PATH_MAX, "%s/%s", folder, link);
		if (length >= PATH_MAX)
			return reason_set(reason, STATUS_IO, "the path is too long");
	}
	errno = ELOOP;
	return io_error(reason, "cannot be written");
}

static enum status make_folders(const char *folder, struct reason *reason)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s", folder);
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0700); /* the last mkdir or the open tells */
		*slash = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return reason_set(reason, STATUS_IO, "cannot make the folder %.160s: %s", path, strerror(errno));
	return STATUS_OK;
}

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
	return fsync(fd) == 0 ? STATUS_OK : io_error(reason, "cannot be written");
}

/* What stands at name already: its mode and owner go to the new file; only a plain file that we may write is replaced.
 */
static enum status check_old(int folder, const char *name, struct stat *old, bool *exists, struct reason *reason)
{
	*exists = fstatat(folder, name, old, 0) == 0;
	if (!*exists)
		return errno == ENOENT ? STATUS_OK : io_error(reason, "cannot be written");
	if (S_ISDIR(old->st_mode))
		return reason_set(reason, STATUS_IO, "cannot be written: it is a folder");
	if (!S_ISREG(old->st_mode))
		return reason_set(reason, STATUS_IO, "cannot be written: it is not a plain file");
	return faccessat(folder, name, W_OK, AT_EACCESS) == 0 ? STATUS_OK : io_error(reason, "cannot be written");
}

static void name_temporary(const char *name, char temporary[NAME_MAX + 1])
{
	static _Atomic uint32_t number;
	snprintf(temporary, NAME_MAX + 1, "%.*s.%ld.%u" TEMPORARY_SUFFIX, TEMPORARY_STEM_MAX, name, (long)getpid(),
		(unsigned)atomic_fetch_add_explicit(&number, 1, memory_order_relaxed));
}

static int open_temporary(int folder, const char *name, char temporary[NAME_MAX + 1])
{
	int fd = -1;
	for (int i = 0; i < NAMES_TRIED; i++) {
		name_temporary(name, temporary);
		fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	return fd;
}

/* The old file gets a second name, which takes the backup's place in one step. What cannot be kept does not stop the
 * save. */
static void keep_old(int folder, const char *name)
{
	char backup[NAME_MAX + 1], temporary[NAME_MAX + 1];
	if (snprintf(backup, sizeof backup, "%s" FILE_BACKUP, name) >= (int)sizeof backup)
		return;
	int linked = -1;
	for (int i = 0; i < NAMES_TRIED && linked != 0; i++) {
		name_temporary(name, temporary);
		linked = linkat(folder, name, folder, temporary, 0);
		if (linked != 0 && errno != EEXIST)
			return;
	}
	(void)renameat(folder, temporary, folder, backup);
	unlinkat(folder, temporary, 0); /* it stays where both are one file already: a save was killed just here */
}

static enum status replace(
	int folder, const char *name, const char *text, size_t size, bool keep, struct reason *reason)
{
	struct stat old;
	bool exists;
	enum status status = check_old(folder, name, &old, &exists, reason);
	if (status != STATUS_OK)
		return status;
	char temporary[NAME_MAX + 1];
	int fd = open_temporary(folder, name, temporary);
	if (fd < 0)
		return io_error(reason, "cannot be written");
	if (exists) {
		/* Root saving somebody's file leaves it theirs; others may not give files away and need not. */
		if (fchown(fd, old.st_uid, old.st_gid) != 0)
			errno = 0;
		if (fchmod(fd, old.st_mode & 0777) != 0)
			status = io_error(reason, "cannot be written");
	}
	if (status == STATUS_OK)
		status = write_all(fd, text, size, reason);
	if (close(fd) != 0 && status == STATUS_OK)
		status = io_error(reason, "cannot be written");
	if (status == STATUS_OK && keep && exists)
		keep_old(folder, name);
	if (status == STATUS_OK && renameat(folder, temporary, folder, name) != 0)
		status = io_error(reason, "cannot be written");
	if (status != STATUS_OK)
		unlinkat(folder, temporary, 0);
	return status;
}

static enum status write_file(const char *path, const char *text, size_t size, bool keep, struct reason *reason)
{
	char target[PATH_MAX], folder_path[PATH_MAX];
	enum status status = follow_links(path, target, reason);
	if (status != STATUS_OK)
		return status;
	folder_of(target, folder_path);
	int folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT) {
		status = make_folders(folder_path, reason);
		if (status != STATUS_OK)
			return status;
		folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (folder < 0)
		return reason_set(reason, STATUS_IO, "cannot open the folder %.160s: %s", folder_path, strerror(errno));
	status = replace(folder, base_of(target), text, size, keep && strcmp(target, path) == 0, reason);
	/* Past the rename the new file stands; a folder that cannot be synced (EINVAL on some file systems) undoes
	 * nothing. */
	if (status == STATUS_OK)
		(void)fsync(folder);
	close(folder);
	return status;
}

enum status file_write(const char *path, const char *text, size_t size, struct reason *reason)
{
	return write_file(path, text, size, false, reason);
}

enum status file_write_keeping(const char *path, const char *text, size_t size, struct reason *reason)
{
	return write_file(path, text, size, true, reason);
}

/* Walks back over a dot and digits that end at *end. */
static bool back_over_number(const char *entry, size_t *end)
{
	size_t at = *end;
	while (at > 0 && entry[at - 1] >= '0' && entry[at - 1] <= '9')
		at--;
	if (at == *end || at == 0 || entry[at - 1] != '.')
		return false;
	*end = at - 1;
	return true;
}

/* The writer's process id when entry is a temporary file of name (empty: of any), else 0. */
static long temporary_owner(const char *entry, const char *name)
{
	size_t length = strlen(entry), suffix = sizeof TEMPORARY_SUFFIX - 1;
	if (length < suffix || strcmp(entry + length - suffix, TEMPORARY_SUFFIX) != 0)
		return 0;
	size_t stem = length - suffix, named = strnlen(name, TEMPORARY_STEM_MAX);
	for (int numbers = 0; numbers < 2; numbers++)
		if (!back_over_number(entry, &stem))
			return 0;
	bool ours = named ? stem == named && strncmp(entry, name, named) == 0 : stem > 0;
	return ours ? strtol(entry + stem + 1, NULL, 10) : 0;
}

void file_sweep(const char *path)
{
	char target[PATH_MAX], folder_path[PATH_MAX];
	if (follow_links(path, target, NULL) != STATUS_OK)
		return;
	folder_of(target, folder_path);
	DIR *folder = opendir(folder_path);
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));) {
		long owner = temporary_owner(entry->d_name, base_of(target));
		/* A process that lives may be writing it just now. */
		if (owner && kill((pid_t)owner, 0) != 0 && errno == ESRCH)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	closedir(folder);
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
	if (!S_ISDIR(s.st_mode) || s.st_uid != geteuid() || (s.st_mode & 077))
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
