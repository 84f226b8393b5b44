/* The rack behind the terminal: the engine in a process of its own, the terminal UI in this one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/launch.h"

#include "rack/base/clock.h"
#include "src/instance.h"
#include "src/options.h"
#include "tui/tui.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 10 };

/* engine: its process when it is our child, 0 when somebody else started it. */
static bool has_ended(const char *name, pid_t engine, int *wait_status)
{
	return engine ? waitpid(engine, wait_status, WNOHANG) == engine : !instance_runs(name);
}

static int wait_end(const char *name, pid_t engine)
{
	int wait_status = 0;
	for (int ms = 0; ms < INSTANCE_END_MS; ms += LOOK_MS) {
		if (has_ended(name, engine, &wait_status))
			return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : EXIT_FAILED;
		clock_sleep_us(LOOK_MS * 1000);
	}
	if (engine)
		kill(engine, SIGTERM);
	options_error("run", "the rack '%s' did not stop in time", name);
	return EXIT_FAILED;
}

static int stop(struct remote *remote, const char *name, pid_t engine)
{
	remote_quit(remote);
	remote_poll(remote);
	remote_close(remote);
	return wait_end(name, engine);
}

static int left(struct remote *remote, const char *name)
{
	bool named = strcmp(name, "lacquer") != 0;
	remote_close(remote);
	printf("The rack plays on. Come back with: lacquer attach%s%s\n", named ? " -n " : "", named ? name : "");
	return EXIT_DONE;
}

static int show(const char *name, pid_t engine, const struct tui_options *look, const char *notice)
{
	struct remote *remote;
	struct reason reason;
	enum tui_end end = TUI_LEFT;
	if (remote_open(&remote, NULL, name, &reason) != STATUS_OK) {
		options_error(name, "%s", reason.text);
		return EXIT_FAILED;
	}
	struct tui_options options = *look;
	options.may_stop = true;
	options.notice = notice;
	if (tui_run(remote, &options, &end, &reason) != STATUS_OK) {
		options_error("terminal", "%s; --headless does without", reason.text);
		if (engine)
			stop(remote, name, engine);
		else
			remote_close(remote);
		return EXIT_FAILED;
	}
	if (end == TUI_STOPPED)
		return stop(remote, name, engine);
	if (end == TUI_LEFT)
		return left(remote, name);
	remote_close(remote);
	return EXIT_DONE;
}

/* The engine tells by one byte that it runs; if it ends before, it has told why, and its status is ours. */
static int await_ready(int ready_fd, pid_t engine)
{
	char byte;
	ssize_t got;
	while ((got = read(ready_fd, &byte, 1)) < 0 && errno == EINTR)
		;
	close(ready_fd);
	if (got == 1)
		return EXIT_DONE;
	int status = 0;
	waitpid(engine, &status, 0);
	if (!WIFEXITED(status))
		options_error("run", "the engine ended by signal %d", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

/* The screen hides what is on stderr, so it is told there too; the more so what was asked for and is not done. */
static int show_running(const struct host_options *options, const struct tui_options *look)
{
	char notice[160];
	fprintf(stderr, "lacquer: a rack named '%s' is already running: this is its terminal UI\n", options->name);
	if (!options->rack)
		return show(options->name, 0, look, NULL);
	snprintf(notice, sizeof notice, "'%.40s' is already running; %.60s was not loaded", options->name,
		options->rack);
	return show(options->name, 0, look, notice);
}

int launch_run(const struct host_options *options, const struct tui_options *look)
{
	int fds[2];
	if (instance_runs(options->name))
		return show_running(options, look);
	if (pipe(fds) != 0) {
		options_error("run", "%s", strerror(errno));
		return EXIT_FAILED;
	}
	pid_t engine = fork();
	if (engine < 0) {
		options_error("run", "%s", strerror(errno));
		return EXIT_FAILED;
	}
	if (engine == 0) {
		close(fds[0]);
		setsid();
		return host_run(options, fds[1]);
	}
	close(fds[1]);
	int status = await_ready(fds[0], engine);
	return status == EXIT_DONE ? show(options->name, engine, look, NULL) : status;
}
