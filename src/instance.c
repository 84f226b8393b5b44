/* One rack of a name at a time: a locked file in the runtime folder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/instance.h"

#include "rack/base/clock.h"
#include "rack/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_MS = 10 };

static int open_file(const char *name, struct reason *reason)
{
	char file[NAME_MAX + 1], path[PATH_MAX];
	snprintf(file, sizeof file, "%s.lock", name);
	if (file_place(FILE_RUNTIME, file, path, sizeof path, reason) != STATUS_OK)
		return -1;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		reason_set(reason, STATUS_IO, "cannot open %.160s: %s", path, strerror(errno));
	return fd;
}

static void write_owner(int fd)
{
	if (ftruncate(fd, 0) == 0)
		dprintf(fd, "%ld\n", (long)getpid());
}

static enum status tell_owner(int fd, const char *name, struct reason *reason)
{
	char owner[16] = "";
	ssize_t size = pread(fd, owner, sizeof owner - 1, 0);
	long pid = size > 0 ? strtol(owner, NULL, 10) : 0;
	if (pid > 0)
		return reason_set(reason, STATUS_UNAVAILABLE,
			"a rack named '%s' is already running (process %ld); choose another name with --name", name,
			pid);
	return reason_set(reason, STATUS_UNAVAILABLE,
		"a rack named '%s' is already running; choose another name with --name", name);
}

int instance_lock(const char *name, enum status *status, struct reason *reason)
{
	enum status unused = STATUS_OK;
	status = status ? status : &unused;
	*status = STATUS_IO;
	int fd = open_file(name, reason);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*status = STATUS_OK;
		write_owner(fd);
		return fd;
	}
	*status = tell_owner(fd, name, reason);
	close(fd);
	return -1;
}

static bool is_held(const char *name, int fd)
{
	struct stat held, file;
	int probe = open_file(name, NULL);
	bool same = probe >= 0 && fstat(fd, &held) == 0 && fstat(probe, &file) == 0 && held.st_dev == file.st_dev &&
		    held.st_ino == file.st_ino && flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (probe >= 0)
		close(probe);
	return same && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int instance_keep(const char *name, int held_fd, struct reason *reason)
{
	if (held_fd >= 0 && is_held(name, held_fd))
		return held_fd;
	if (held_fd >= 0)
		close(held_fd);
	return instance_lock(name, NULL, reason);
}

bool instance_runs(const char *name)
{
	int fd = open_file(name, NULL);
	if (fd < 0)
		return false;
	bool taken = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return taken;
}

bool instance_await_end(const char *name, int ms)
{
	for (; ms > 0 && instance_runs(name); ms -= LOOK_MS)
		clock_sleep_us(LOOK_MS * 1000);
	return ms > 0 || !instance_runs(name);
}
