/* The local datagram socket: made with mode 0600, a stale one replaced, its file removed at the end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_LOCAL_H
#define OSC_LOCAL_H

#include "rack/base/status.h"

#include <sys/stat.h>
#include <sys/un.h>

struct local {
	int fd; /* -1: none */
	struct sockaddr_un name;
	dev_t device; /* of the file that was made, to remove no other */
	ino_t inode;
};

/* UNAVAILABLE: the path is too long, belongs to a rack that runs or to something else, or cannot be made. fd is -1
 * then. */
enum status local_open(struct local *, const char *path, struct reason *);
void local_close(struct local *);

#endif
