/* A file that is written beside the one it will replace. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/draft.h"

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

/* A temporary file is called NAME.PID.NUMBER and this: draft_sweep knows by it what to remove, and whose it was. */
#define TEMPORARY_SUFFIX ".lacquer-tmp"

enum {
	LINKS_MAX = 16,           /* symbolic links followed */
	TEMPORARY_STEM_MAX = 190, /* bytes of NAME kept, so that the whole stays below NAME_MAX */
	NAMES_TRIED = 100
};

struct draft {
	int folder, fd;
	bool is_link, replaces; /* the path given was a link; there is an old file */
	char name[NAME_MAX + 1], temporary[NAME_MAX + 1];
};

static enum status io_error(struct reason *reason, const char *what)
{
	return reason_set(reason, STATUS_IO, "%s: %s", what, strerror(errno));
}

/* ---- Where it goes */

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
		fd = openat(folder, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
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
	if (snprintf(backup, sizeof backup, "%s" DRAFT_BACKUP, name) >= (int)sizeof backup)
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

static int open_folder(const char *target, bool make, struct reason *reason)
{
	char path[PATH_MAX];
	folder_of(target, path);
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT && make) {
		if (make_folders(path, reason) != STATUS_OK)
			return -1;
		folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (folder < 0)
		reason_set(reason, STATUS_IO, "cannot open the folder %.160s: %s", path, strerror(errno));
	return folder;
}

static enum status begin(struct draft *d, const char *path, bool make, struct reason *reason)
{
	char target[PATH_MAX];
	struct stat old;
	enum status status = follow_links(path, target, reason);
	if (status != STATUS_OK)
		return status;
	d->is_link = strcmp(target, path) != 0;
	if (snprintf(d->name, sizeof d->name, "%s", base_of(target)) >= (int)sizeof d->name)
		return reason_set(reason, STATUS_IO, "cannot be written: %s", strerror(ENAMETOOLONG));
	d->folder = open_folder(target, make, reason);
	if (d->folder < 0)
		return STATUS_IO;
	status = check_old(d->folder, d->name, &old, &d->replaces, reason);
	if (status != STATUS_OK)
		return status;
	d->fd = open_temporary(d->folder, d->name, d->temporary);
	if (d->fd < 0) {
		d->temporary[0] = '\0'; /* somebody else's */
		return io_error(reason, "cannot be written");
	}
	/* Root saving somebody's file leaves it theirs; others may not give files away and need not. */
	if (d->replaces && fchown(d->fd, old.st_uid, old.st_gid) != 0)
		errno = 0;
	if (d->replaces && fchmod(d->fd, old.st_mode & 0777) != 0)
		return io_error(reason, "cannot be written");
	return STATUS_OK;
}

struct draft *draft_open(const char *path, enum draft_folders folders, struct reason *reason)
{
	struct draft *d = calloc(1, sizeof *d);
	if (!d) {
		reason_set(reason, STATUS_NO_MEMORY, "no memory");
		return NULL;
	}
	d->folder = d->fd = -1;
	if (begin(d, path, folders == DRAFT_MAKE_FOLDERS, reason) == STATUS_OK)
		return d;
	draft_discard(d);
	return NULL;
}

int draft_fd(const struct draft *d)
{
	return d->fd;
}

/* ---- How it ends */

enum status draft_commit(struct draft *d, enum draft_old old, struct reason *reason)
{
	enum status status = fsync(d->fd) == 0 ? STATUS_OK : io_error(reason, "cannot be written");
	if (close(d->fd) != 0 && status == STATUS_OK)
		status = io_error(reason, "cannot be written");
	d->fd = -1;
	if (status == STATUS_OK && old == DRAFT_KEEP_OLD && d->replaces && !d->is_link)
		keep_old(d->folder, d->name);
	if (status == STATUS_OK && renameat(d->folder, d->temporary, d->folder, d->name) != 0)
		status = io_error(reason, "cannot be written");
	if (status == STATUS_OK) {
		d->temporary[0] = '\0';
		/* Past the rename the new file stands; a folder that cannot be synced (EINVAL on some file systems)
		 * undoes nothing. */
		(void)fsync(d->folder);
	}
	draft_discard(d);
	return status;
}

void draft_discard(struct draft *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	if (d->temporary[0])
		unlinkat(d->folder, d->temporary, 0);
	if (d->folder >= 0)
		close(d->folder);
	free(d);
}

/* ---- What a kill left */

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

void draft_sweep(const char *path)
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
