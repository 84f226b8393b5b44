/* The program in its own place once more: same process, same arguments, all that is set; what hangs in it is gone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/resume.h"

#include "rack/base/clock.h"
#include "rack/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Names the descriptor of a text with lines "lock FD", "since MILLISECONDS" and "wire PORT NAME". */
#define VARIABLE "LACQUER_RESUME"

enum {
	EVERY_MS = 10 * 60 * 1000,
	TEXT_MAX = 1 << 20,
	ARGUMENTS_MAX = 1 << 20, /* bytes */
};

bool resume_may(const struct resume *before)
{
	return before->since_ms == 0 || clock_now_ms() - before->since_ms >= EVERY_MS;
}

/* ---- The predecessor */

static void print_wire(void *user, unsigned port, const char *other)
{
	dprintf(*(int *)user, "wire %u %s\n", port, other);
}

/* Memory as a file, which the successor inherits; -1: errno. */
static int write_text(const struct resume *r, const struct wires *wires)
{
	int fd = memfd_create("lacquer-resume", 0);
	if (fd >= 0 && dprintf(fd, "lock %d\nsince %lld\n", r->lock_fd, (long long)clock_now_ms()) < 0) {
		close(fd);
		return -1;
	}
	if (fd >= 0)
		wires_hand_over(wires, print_wire, &fd);
	return fd;
}

/* The arguments as they were given (getopt may have changed their order since), ending with NULL, over *text. */
static char **read_arguments(char **text, struct reason *reason)
{
	size_t size, n = 0;
	if (file_read("/proc/self/cmdline", ARGUMENTS_MAX, text, &size, reason) != STATUS_OK)
		return NULL;
	for (size_t i = 0; i < size; i++)
		n += (*text)[i] == '\0';
	char **arguments = calloc(n + 1, sizeof *arguments), *at = *text;
	for (size_t i = 0; arguments && i < n; i++, at += strlen(at) + 1)
		arguments[i] = at;
	return arguments;
}

/* libjack's sockets do not know of exec. */
static void inherit_only(int fd, int lock_fd)
{
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	fcntl(fd, F_SETFD, 0);
	if (lock_fd >= 0)
		fcntl(lock_fd, F_SETFD, 0);
}

enum status resume_exec(const struct resume *r, const struct wires *wires, struct reason *reason)
{
	char *text = NULL, number[16];
	reason_set(reason, STATUS_IO, "no memory");
	char **arguments = read_arguments(&text, reason);
	int fd = arguments ? write_text(r, wires) : -1;
	if (fd >= 0) {
		snprintf(number, sizeof number, "%d", fd);
		setenv(VARIABLE, number, 1);
		inherit_only(fd, r->lock_fd);
		execv("/proc/self/exe", arguments);
	}
	if (arguments)
		reason_set(reason, STATUS_IO, "%s", strerror(errno));
	unsetenv(VARIABLE);
	if (fd >= 0)
		close(fd);
	if (r->lock_fd >= 0)
		fcntl(r->lock_fd, F_SETFD, FD_CLOEXEC);
	free(arguments);
	free(text);
	return STATUS_IO;
}

/* ---- The successor */

static void read_line(struct resume *r, struct wires *wires, const char *line)
{
	char other[WIRES_NAME_SIZE];
	unsigned port;
	long long since_ms;
	if (sscanf(line, "since %lld", &since_ms) == 1)
		r->since_ms = since_ms;
	else if (sscanf(line, "wire %u %511[^\n]", &port, other) == 2)
		wires_want(wires, port, other);
	else
		sscanf(line, "lock %d", &r->lock_fd);
}

bool resume_take(struct resume *r, struct wires *wires)
{
	const char *number = getenv(VARIABLE);
	char path[64], *text, *rest = NULL;
	size_t size;
	*r = (struct resume){ .lock_fd = -1 };
	if (!number)
		return false;
	int fd = (int)strtol(number, NULL, 10);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	unsetenv(VARIABLE);
	if (fd <= STDERR_FILENO || file_read(path, TEXT_MAX, &text, &size, NULL) != STATUS_OK)
		return false;
	close(fd);
	prctl(PR_SET_NAME, program_invocation_short_name); /* exec by /proc/self/exe left "exe" */
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		read_line(r, wires, line);
	free(text);
	return r->since_ms != 0;
}
