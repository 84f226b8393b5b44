/* The signals that a running rack understands, as a source of the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct signals {
	struct loop *loop;
	struct loop_source source;
	int fd;
};

static void endings(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

/* The first was the wish to end in order; from now on there is no order. */
static void restore_endings(void)
{
	sigset_t set;
	endings(&set);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
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
	if (read(s->fd, &info, sizeof info) == sizeof info) {
		restore_endings();
		loop_end(s->loop);
	}
	return -1;
}

struct signals *signals_new(struct loop *loop, struct reason *reason)
{
	static const int ignored[] = { SIGHUP, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
	struct signals *s = calloc(1, sizeof *s);
	if (!s) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	sigset_t set;
	endings(&set);
	s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd < 0) {
		reason_set(reason, STATUS_IO, "no descriptor for signals: %s", strerror(errno));
		free(s);
		return NULL;
	}
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->loop = loop;
	s->source = (struct loop_source){ .fds = fds, .poll = take, .user = s };
	loop_add(loop, &s->source);
	return s;
}

void signals_free(struct signals *s)
{
	if (!s)
		return;
	loop_remove(s->loop, &s->source);
	close(s->fd);
	free(s);
}
