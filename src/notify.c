/* Tells the service manager how it goes (the datagrams of sd_notify(3), without its library). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/notify.h"

#include "rack/base/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *lines)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, strlen(path));
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract name */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	ssize_t sent = sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (struct sockaddr *)&address, size);
	(void)sent; /* a manager that does not listen is no reason to stop the music */
	close(fd);
}

void notify_status(const char *text)
{
	char line[512];
	snprintf(line, sizeof line, "STATUS=%s", text);
	notify_send(line);
}

/* Half of the manager's patience in milliseconds, 0: it has asked for nothing, or not us. */
static int interval_ms(void)
{
	const char *patience_us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	if (!patience_us || (pid && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	long long ms = strtoll(patience_us, NULL, 10) / 2000;
	return ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms;
}

static int watch(void *user)
{
	struct notify_watchdog *w = user;
	int64_t now_ms = clock_now_ms();
	if (now_ms >= w->next_ms) {
		notify_send("WATCHDOG=1");
		w->next_ms = now_ms + interval_ms();
	}
	return (int)(w->next_ms - now_ms);
}

void notify_watch(struct notify_watchdog *w, struct loop *loop)
{
	w->source = (struct loop_source){ .poll = watch, .user = w };
	if (interval_ms())
		loop_add(loop, &w->source);
}
