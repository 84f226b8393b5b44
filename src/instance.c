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

enum {
	LOOK_MS = 10,
	LET_GO_MS = 1000, /* a rack that was killed holds its lock until the kernel has taken it down */
};

static int open_file(enum file_place place, const char *name, struct reason *reason)
{
	char file[NAME_MAX + 1], path[PATH_MAX];
	snprintf(file, sizeof file, place == FILE_STATE ? "%s.state-lock" : "%s.lock", name);
	if (file_place(place, file, path, sizeof path, reason) != STATUS_OK)
		return -1;
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);
	if (fd < 0 && errno == ENOENT && file_write(path, "", 0, NULL) == STATUS_OK) /* makes the folder too */
		fd = open(path, flags, 0600);
	if (fd < 0)
		reason_set(reason, STATUS_IO, "cannot open %.160s: %s", path, strerror(errno));
	return fd;
}

static void write_owner(int fd)
{
	if (ftruncate(fd, 0) == 0)
		dprintf(fd, "%ld\n", (long)getpid());
}

static enum status tell_owner(int fd, const char *what, const char *name, struct reason *reason)
{
	char owner[16] = "", process[40] = "";
	ssize_t size = pread(fd, owner, sizeof owner - 1, 0);
	long pid = size > 0 ? strtol(owner, NULL, 10) : 0;
	if (pid > 0)
		snprintf(process, sizeof process, " (process %ld)", pid);
	return reason_set(reason, STATUS_UNAVAILABLE, "a rack named '%s' %s%s; choose another name with --name", name,
		what, process);
}

static bool take(int fd)
{
	bool taken = flock(fd, LOCK_EX | LOCK_NB) == 0;
	for (int ms = 0; !taken && errno == EWOULDBLOCK && ms < LET_GO_MS; ms += LOOK_MS) {
		clock_sleep_us(LOOK_MS * 1000);
		taken = flock(fd, LOCK_EX | LOCK_NB) == 0;
	}
	return taken;
}

static int lock(enum file_place place, const char *what, const char *name, enum status *status, struct reason *reason)
{
	*status = STATUS_IO;
	int fd = open_file(place, name, reason);
	if (fd < 0)
		return -1;
	if (take(fd)) {
		*status = STATUS_OK;
		write_owner(fd);
		return fd;
	}
	*status = tell_owner(fd, what, name, reason);
	close(fd);
	return -1;
}

int instance_lock(const char *name, enum status *status, struct reason *reason)
{
	enum status unused;
	return lock(FILE_RUNTIME, "is already running", name, status ? status : &unused, reason);
}

int instance_lock_state(const char *name, enum status *status, struct reason *reason)
{
	return lock(FILE_STATE, "with another runtime folder uses the same saved state", name, status, reason);
}

static bool is_held(const char *name, int fd)
{
	struct stat held, file;
	int probe = open_file(FILE_RUNTIME, name, NULL);
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

/* Closes fd. */
static bool is_locked(int fd)
{
	if (fd < 0)
		return false;
	bool taken = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return taken;
}

bool instance_runs(const char *name)
{
	char file[NAME_MAX + 1], path[PATH_MAX];
	snprintf(file, sizeof file, "%s.lock", name);
	if (is_locked(open_file(FILE_RUNTIME, name, NULL)))
		return true;
	for (unsigned place = 0; place < FILE_RUNTIME_PLACES; place++)
		if (file_runtime_elsewhere(place, file, path, sizeof path) &&
			is_locked(open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)))
			return true;
	return false;
}

bool instance_await_end(const char *name, int ms)
{
	for (; ms > 0 && instance_runs(name); ms -= LOOK_MS)
		clock_sleep_us(LOOK_MS * 1000);
	return ms > 0 || !instance_runs(name);
}
