/* The poll loop of the control thread: sources register, each is asked in its turn, between the rounds the loop sleeps.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/loop.h"

#include <stddef.h>

void loop_add(struct loop *loop, struct loop_source *source)
{
	struct loop_source **end = &loop->sources;
	while (*end)
		end = &(*end)->next;
	source->next = NULL;
	*end = source;
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
	for (struct loop_source **at = &loop->sources; *at; at = &(*at)->next)
		if (*at == source) {
			*at = source->next;
			return;
		}
}

int loop_sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

int loop_round(struct loop *loop)
{
	int timeout_ms = -1;
	loop->again = false;
	for (struct loop_source *s = loop->sources; s; s = s->next)
		timeout_ms = loop_sooner(timeout_ms, s->poll(s->user));
	return loop->again ? 0 : timeout_ms;
}

static void sleep_until_event(struct loop *loop, int timeout_ms)
{
	struct pollfd fds[LOOP_FDS_MAX];
	int n = 0;
	for (struct loop_source *s = loop->sources; s; s = s->next)
		if (s->fds)
			n += s->fds(s->user, fds + n, LOOP_FDS_MAX - n);
	poll(fds, (nfds_t)n, timeout_ms);
}

void loop_run(struct loop *loop)
{
	while (!loop->ended) {
		int timeout_ms = loop_round(loop);
		if (!loop->ended)
			sleep_until_event(loop, timeout_ms);
	}
}

void loop_again(struct loop *loop)
{
	loop->again = true;
}

void loop_end(struct loop *loop)
{
	loop->ended = true;
}
