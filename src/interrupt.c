/* Signals that end a subcommand. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/interrupt.h"

#include <signal.h>
#include <stddef.h>

/* A handler has nothing but globals. */
static volatile sig_atomic_t asked;

static void on_signal(int number)
{
	asked = number;
}

void interrupt_catch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct sigaction old, action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
		sigaction(numbers[i], NULL, &old);
		if (old.sa_handler != SIG_IGN) /* nohup */
			sigaction(numbers[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

bool interrupt_asked(void)
{
	return asked != 0;
}

void interrupt_end(void)
{
	int number = asked;
	if (!number)
		return;
	signal(number, SIG_DFL);
	raise(number);
}
