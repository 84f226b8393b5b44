/* The poll loop of the control thread: sources register, each is asked in its turn, between the rounds the loop sleeps.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_LOOP_H
#define SRC_LOOP_H

#include <poll.h>
#include <stdbool.h>

enum { LOOP_FDS_MAX = 64 }; /* of all sources together */

/* A member of its owner's struct, where it stays until it is removed. */
struct loop_source {
	/* Fills in the descriptors whose events shall end the sleep, at most `room`; returns how many. NULL: none. */
	int (*fds)(void *user, struct pollfd *fds, int room);
	/* Does what is due. Returns the milliseconds until there is something to do again without an event, -1: never.
	 */
	int (*poll)(void *user);
	void *user;
	struct loop_source *next; /* the loop's own */
};

/* All zero at first. */
struct loop {
	struct loop_source *sources;
	bool ended, again;
};

/* Sources are polled in the order of their registration. */
void loop_add(struct loop *, struct loop_source *);
void loop_remove(struct loop *, struct loop_source *); /* not from within a poll; one that was never added: nothing */

/* Polls every source once; returns the milliseconds until the next is due, -1: none is. */
int loop_round(struct loop *);

/* Rounds and sleep until a source, or who comes before the start, ends it. */
void loop_run(struct loop *);
void loop_end(struct loop *);

/* A source that another one's work has made due, and that may have been polled in this round already: there is one more
 * round before the loop sleeps. */
void loop_again(struct loop *);

/* The sooner of two waits as above. */
int loop_sooner(int a_ms, int b_ms);

#endif
