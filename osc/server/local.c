/* Makes and removes the local socket. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/local.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOCAL_BUFFER = 1 << 20 };

/* A socket file that nobody reads from any more is removed. */
static enum status clear_stale(const struct sockaddr_un *name, struct reason *reason)
{
	struct stat file;
	if (lstat(name->sun_path, &file) < 0)
		return STATUS_OK;
	if (!S_ISSOCK(file.st_mode))
		return reason_set(reason, STATUS_UNAVAILABLE, "%.200s is in the way: no socket", name->sun_path);
	int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool alive = probe >= 0 && connect(probe, (const struct sockaddr *)name, sizeof *name) == 0;
	if (probe >= 0)
		close(probe);
	if (alive)
		return reason_set(reason, STATUS_UNAVAILABLE, "%.180s belongs to a rack that runs (--name for another)",
			name->sun_path);
	unlink(name->sun_path);
	return STATUS_OK;
}

enum status local_open(struct local *local, const char *path, struct reason *reason)
{
	struct stat file;
	*local = (struct local){ .fd = -1, .name.sun_family = AF_UNIX };
	if (strlen(path) >= sizeof local->name.sun_path)
		return reason_set(reason, STATUS_UNAVAILABLE, "%.180s is too long a path for a socket", path);
	memcpy(local->name.sun_path, path, strlen(path) + 1);
	enum status status = clear_stale(&local->name, reason);
	if (status != STATUS_OK)
		return status;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The mode of the socket before bind is that of the file after it: at no time may others connect. */
	if (fd < 0 || fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&local->name, sizeof local->name) < 0 ||
		stat(path, &file) < 0) {
		status = reason_set(
			reason, STATUS_UNAVAILABLE, "cannot make the socket %.180s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return status;
	}
	/* Each client that has stopped reading holds some of it. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ LOCAL_BUFFER }, sizeof(int));
	local->fd = fd;
	local->device = file.st_dev;
	local->inode = file.st_ino;
	return STATUS_OK;
}

void local_close(struct local *local)
{
	struct stat file;
	if (local->fd < 0)
		return;
	close(local->fd);
	if (stat(local->name.sun_path, &file) == 0 && file.st_dev == local->device && file.st_ino == local->inode)
		unlink(local->name.sun_path);
}
