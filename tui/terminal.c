/* The terminal itself: taken over, given back whatever happens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/terminal.h"

#include "rack/base/clock.h"
#include "tui/input.h"

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
	struct input *input;
};

enum { N_CRASHES = 5, READ_MAX = 512 };
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
	const char *paste_off = tigetstr("BD");
	add_leave(paste_off == (const char *)-1 ? NULL : paste_off);
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

/* Sequences that terminals send beside what terminfo tells of them: the other mode of the cursor keys, the VT220's and
 * rxvt's editing keys. */
static const struct {
	const char *sequence;
	int code;
} usual_keys[] = {
	{ "\033[A", KEY_UP },
	{ "\033OA", KEY_UP },
	{ "\033[B", KEY_DOWN },
	{ "\033OB", KEY_DOWN },
	{ "\033[C", KEY_RIGHT },
	{ "\033OC", KEY_RIGHT },
	{ "\033[D", KEY_LEFT },
	{ "\033OD", KEY_LEFT },
	{ "\033[H", KEY_HOME },
	{ "\033OH", KEY_HOME },
	{ "\033[1~", KEY_HOME },
	{ "\033[7~", KEY_HOME },
	{ "\033[F", KEY_END },
	{ "\033OF", KEY_END },
	{ "\033[4~", KEY_END },
	{ "\033[8~", KEY_END },
	{ "\033[2~", KEY_IC },
	{ "\033[3~", KEY_DC },
	{ "\033[5~", KEY_PPAGE },
	{ "\033[6~", KEY_NPAGE },
	{ "\033[Z", KEY_BTAB },
	{ "\033OM", KEY_ENTER },
};

/* One byte is a key of its own, whatever terminfo calls it; but Backspace has two. */
static void add_keys(struct input *input)
{
	for (int code = KEY_MIN; code <= KEY_MAX; code++)
		for (int i = 0; code != KEY_MOUSE && code != KEY_RESIZE; i++) {
			char *sequence = keybound(code, i);
			if (!sequence)
				break;
			if (sequence[0] && (sequence[1] || code == KEY_BACKSPACE))
				input_add(input, sequence, code);
			free(sequence);
		}
	for (size_t i = 0; i < sizeof usual_keys / sizeof usual_keys[0]; i++)
		input_add(input, usual_keys[i].sequence, usual_keys[i].code);
}

/* Has the terminal send pasted text between two sequences, if it can: then no byte of it is taken for a key. */
static void set_paste(bool on)
{
	const char *sequence = tigetstr(on ? "BE" : "BD");
	if (sequence && sequence != (const char *)-1)
		putp(sequence);
	fflush(stdout);
}

static void set_modes(bool mouse)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
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
	struct input *input = input_new(strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
	if (!t || !input) {
		input_free(input);
		free(t);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	}
	t->input = input;
	tcgetattr(STDIN_FILENO, &rescue.modes);
	block(t);
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen || t->signals < 0) {
		sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
		input_free(input);
		free(t);
		return reason_set(reason, STATUS_UNAVAILABLE, "the terminal cannot be opened");
	}
	guard();
	/* Until it has come back from its end once, ncurses 6 flushes at every move of the cursor: twenty writes a
	 * frame. */
	endwin();
	doupdate();
	set_modes(mouse);
	add_keys(t->input); /* known from keypad() on */
	set_paste(true);
	*result = t;
	return STATUS_OK;
}

void terminal_close(struct terminal *t)
{
	set_paste(false);
	endwin();
	delscreen(t->screen);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &rescue.before[i], NULL);
	close(t->signals);
	sigprocmask(SIG_SETMASK, &t->old_mask, NULL);
	input_free(t->input);
	free(t);
}

/* The whole process group, as by a terminal's own Ctrl-Z, so that a script around us stops too and the shell gets its
 * prompt; which comes at once, so the terminal is given back before. */
void terminal_suspend(void)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, before;
	set_paste(false);
	endwin();
	sigaction(SIGTSTP, &stop, &before);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
	clearok(curscr, TRUE);
	refresh();
	set_paste(true);
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
static unsigned read_keys(struct terminal *t, short events)
{
	char bytes[READ_MAX];
	if (events & (POLLHUP | POLLERR | POLLNVAL))
		return TERMINAL_GONE;
	if (!(events & POLLIN))
		return 0;
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return TERMINAL_GONE;
	input_take(t->input, bytes, (size_t)n, clock_now_ms());
	return TERMINAL_KEYS;
}

unsigned terminal_wait(struct terminal *t, int fd, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd, .events = POLLIN },
		{ .fd = t->signals, .events = POLLIN } };
	int due_ms = input_wait_ms(t->input, clock_now_ms());
	int n = poll(fds, 3, due_ms >= 0 && due_ms < timeout_ms ? due_ms : timeout_ms);
	unsigned came = n > 0 ? read_keys(t, fds[0].revents) : 0;
	if (n > 0 && fds[1].revents)
		came |= TERMINAL_REMOTE;
	if (n > 0 && fds[2].revents)
		came |= take_signals(t);
	/* Behind what can be read: a process that slept has the rest of a sequence waiting. */
	if (!(came & TERMINAL_KEYS))
		input_tick(t->input, clock_now_ms());
	return came;
}

bool terminal_next(struct terminal *t, struct event *event)
{
	return input_next(t->input, event);
}

bool terminal_is_wide(void)
{
	const char *term = getenv("TERM");
	bool console = term && (strcmp(term, "linux") == 0 || strncmp(term, "vt", 2) == 0);
	return !console && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
