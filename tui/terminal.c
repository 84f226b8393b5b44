/* The terminal itself: taken over, given back whatever happens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

struct terminal {
	SCREEN *screen;
	int signals; /* a signalfd: no handler, no flags shared with one */
	sigset_t old_mask;
};

enum { ESCAPE_MS = 25, N_CRASHES = 5 };
static const int crashes[N_CRASHES] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

/* What a crash handler needs: it gets no argument, and may neither allocate nor call curses. Written before the
 * handlers are set and not changed while they are. */
static struct {
	struct termios modes;
	char leave[160];
	size_t n_leave;
	struct sigaction before[N_CRASHES];
} rescue;

static void crashed(int number)
{
	ssize_t ignored = write(STDOUT_FILENO, rescue.leave, rescue.n_leave);
	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
	signal(number, SIG_DFL);
	raise(number);
}

static void add_leave(const char *sequence)
{
	size_t length = sequence ? strlen(sequence) : 0;
	if (rescue.n_leave + length > sizeof rescue.leave)
		return;
	memcpy(rescue.leave + rescue.n_leave, sequence ? sequence : "", length);
	rescue.n_leave += length;
}

static void guard(void)
{
	struct sigaction action = { .sa_handler = crashed, .sa_flags = (int)SA_RESETHAND };
	rescue.n_leave = 0;
	add_leave(exit_attribute_mode);
	add_leave(cursor_normal);
	add_leave(exit_ca_mode);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &action, &rescue.before[i]);
}

static enum status check(struct reason *reason)
{
	int found;
	const char *term = getenv("TERM");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return reason_set(reason, STATUS_UNAVAILABLE,
			"%s is not a terminal (use `lacquer watch` for text, `lacquer run --headless` without a "
			"screen)",
			isatty(STDIN_FILENO) ? "standard output" : "standard input");
	if (!term || !*term || setupterm(term, STDOUT_FILENO, &found) == ERR)
		return reason_set(reason, STATUS_UNAVAILABLE,
			"the terminal type TERM=%.40s is not known here (use `lacquer watch`, or --headless)",
			term ? term : "");
	if (!cursor_address || !clear_screen)
		return reason_set(reason, STATUS_UNAVAILABLE,
			"a TERM=%.40s terminal cannot place its cursor (use `lacquer watch` for text, or --headless)",
			term);
	return STATUS_OK;
}

static void block(struct terminal *t)
{
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGWINCH);
	sigprocmask(SIG_BLOCK, &mask, &t->old_mask);
	t->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void set_modes(bool mouse)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	meta(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	if (mouse)
		mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0);
	typeahead(-1); /* a frame is little, and half of one is worse than a late one */
}

enum status terminal_open(struct terminal **result, bool mouse, struct reason *reason)
{
	enum status status = check(reason);
	if (status != STATUS_OK)
		return status;
	struct terminal *t = calloc(1, sizeof *t);
	if (!t)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	tcgetattr(STDIN_FILENO, &rescue.modes);
	block(t);
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen || t->signals < 0) {
		sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
		free(t);
		return reason_set(reason, STATUS_UNAVAILABLE, "the terminal cannot be opened");
	}
	guard();
	/* Until it has come back from its end once, ncurses 6 flushes at every move of the cursor: twenty writes a
	 * frame. */
	endwin();
	doupdate();
	set_modes(mouse);
	*result = t;
	return STATUS_OK;
}

void terminal_close(struct terminal *t)
{
	endwin();
	delscreen(t->screen);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &rescue.before[i], NULL);
	close(t->signals);
	sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
	free(t);
}

/* The whole process group, as by a terminal's own Ctrl-Z, so that a script around us stops too and the shell gets its
 * prompt; which comes at once, so the terminal is given back before. */
void terminal_suspend(void)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, before;
	endwin();
	sigaction(SIGTSTP, &stop, &before);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
	clearok(curscr, TRUE);
	refresh();
}

static void resize(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

static unsigned take_signals(struct terminal *t)
{
	struct signalfd_siginfo info;
	unsigned came = 0;
	while (read(t->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGWINCH)
			came |= TERMINAL_RESIZED;
		came |= info.ssi_signo == SIGHUP ? TERMINAL_GONE : 0;
		came |= info.ssi_signo == SIGTERM ? TERMINAL_ENDED : 0;
		came |= info.ssi_signo == SIGINT ? TERMINAL_INTERRUPTED : 0;
	}
	if (came & TERMINAL_RESIZED)
		resize();
	return came;
}

/* Readable with nothing to read is the end of the file. */
static unsigned look_at_keys(short events)
{
	int waiting = 0;
	if (events & (POLLHUP | POLLERR | POLLNVAL))
		return TERMINAL_GONE;
	if (!(events & POLLIN))
		return 0;
	return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0 ? TERMINAL_KEYS : TERMINAL_GONE;
}

unsigned terminal_wait(struct terminal *t, int fd, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd, .events = POLLIN },
		{ .fd = t->signals, .events = POLLIN } };
	if (poll(fds, 3, timeout_ms) <= 0)
		return 0;
	unsigned came = look_at_keys(fds[0].revents);
	if (fds[1].revents)
		came |= TERMINAL_REMOTE;
	if (fds[2].revents)
		came |= take_signals(t);
	return came;
}

bool terminal_is_wide(void)
{
	const char *term = getenv("TERM");
	bool console = term && (strcmp(term, "linux") == 0 || strncmp(term, "vt", 2) == 0);
	return !console && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
