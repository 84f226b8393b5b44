/* The signals that a running rack understands, as a source of the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct signals {
	struct signals_config config;
	struct loop_source source;
	int fd;
};

static sigset_t set_of(const int *numbers, size_t n)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, numbers[i]);
	return set;
}

/* The first was the wish to end in order; from now on there is no order. */
static void restore_endings(void)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	const sigset_t set = set_of(numbers, 2);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Of SIGHUP: the kernel sends it when a terminal goes, and a shell hands it on to what it has started. */
static bool is_hangup(const struct signalfd_siginfo *info)
{
	if (info->ssi_code == SI_KERNEL)
		return true;
	if ((pid_t)info->ssi_pid != getsid(0))
		return false;
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal >= 0)
		close(terminal);
	return terminal < 0;
}

static int fds(void *user, struct pollfd *fds, int room)
{
	struct signals *s = user;
	if (room > 0)
		fds[0] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
	return room > 0;
}

static int take(void *user)
{
	struct signals *s = user;
	struct signalfd_siginfo info;
	while (read(s->fd, &info, sizeof info) == sizeof info)
		if (info.ssi_signo == SIGUSR1) {
			s->config.save(s->config.user);
		} else if (info.ssi_signo != SIGHUP) {
			restore_endings();
			loop_end(s->config.loop);
		} else if (!is_hangup(&info)) {
			s->config.reload(s->config.user);
		}
	return -1;
}

struct signals *signals_new(const struct signals_config *config, struct reason *reason)
{
	static const int heard[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	static const int ignored[] = { SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
	struct signals *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	const sigset_t set = set_of(heard, sizeof heard / sizeof *heard);
	s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd < 0) {
		reason_set(reason, STATUS_IO, "no descriptor for signals: %s", strerror(errno));
		free(s);
		return NULL;
	}
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->config = *config;
	s->source = (struct loop_source){ .fds = fds, .poll = take, .user = s };
	loop_add(config->loop, &s->source);
	return s;
}

void signals_free(struct signals *s)
{
	if (!s)
		return;
	loop_remove(s->config.loop, &s->source);
	close(s->fd);
	free(s);
}
