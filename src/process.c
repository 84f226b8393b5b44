/* What a process is that nobody watches: its signals, its log. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/process.h"

#include "rack/base/file.h"
#include "src/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LOG_KEPT = 1 << 18 }; /* bytes of an old log that may stay */

int process_take_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t set;
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

bool process_told_to_end(int signal_fd)
{
	struct signalfd_siginfo info;
	sigset_t set;
	if (read(signal_fd, &info, sizeof info) != sizeof info)
		return false;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return true;
}

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
	if (log >= 0 && lseek(log, 0, SEEK_END) > LOG_KEPT && ftruncate(log, 0) != 0)
		options_error(path, "%s", strerror(errno));
	return log;
}

void process_to_log(const char *name)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open_log(name);
	dup2(null, STDIN_FILENO);
	dup2(log < 0 ? null : log, STDOUT_FILENO);
	dup2(log < 0 ? null : log, STDERR_FILENO);
}
