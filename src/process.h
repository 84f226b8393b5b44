/* What a process is that nobody watches: its signals, its log. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_PROCESS_H
#define SRC_PROCESS_H

#include <stdbool.h>

/* SIGTERM and SIGINT go to the returned signalfd (-1: errno) from now on, for threads that start later too; what a
 * terminal does to its programs is ignored: a stopped JACK client would block the server. */
int process_take_signals(void);

/* When the signalfd is readable: true if the program is to end. From the second signal on it ends at once. */
bool process_told_to_end(int signal_fd);

/* stdout and stderr go to NAME.log in the state folder (nowhere, if that cannot be written), stdin reads nothing. */
void process_to_log(const char *name);

#endif
