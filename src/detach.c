/* Where a rack without a terminal says what it has to say. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/detach.h"

#include "rack/base/file.h"
#include "src/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEPT_BYTES = 1 << 18 }; /* of an old log */

/* -1: it cannot be written. */
static int open_log(const char *name)
{
	char file[NAME_MAX + 1], path[PATH_MAX];
	const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	snprintf(file, sizeof file, "%s.log", name);
	if (file_place(FILE_STATE, file, path, sizeof path, NULL) != STATUS_OK)
		return -1;
	int log = open(path, flags);
	if (log < 0 && errno == ENOENT && file_write(path, "", 0, NULL) == STATUS_OK) /* makes the folder too */
		log = open(path, flags);
	if (log >= 0 && lseek(log, 0, SEEK_END) > KEPT_BYTES && ftruncate(log, 0) != 0)
		options_error(path, "%s", strerror(errno));
	return log;
}

void detach_output(const char *name)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open_log(name);
	dup2(null, STDIN_FILENO);
	dup2(log < 0 ? null : log, STDOUT_FILENO);
	dup2(log < 0 ? null : log, STDERR_FILENO);
}
