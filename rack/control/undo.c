/* Undo and redo: lists of steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/undo.h"

#include <stdlib.h>
#include <string.h>

#define GESTURE_S 0.5

struct steps {
	struct undo_step *list[UNDO_MAX]; /* newest last */
	uint32_t n;
};

struct undo {
	struct steps past, future;
	bool open, recorded; /* a transaction is, and has its step */
	struct gesture last;
};

struct undo *undo_new(void)
{
	return calloc(1, sizeof(struct undo));
}

static void drop(struct steps *s)
{
	while (s->n)
		free(s->list[--s->n]);
}

void undo_clear(struct undo *u)
{
	drop(&u->past);
	drop(&u->future);
}

void undo_free(struct undo *u)
{
	if (!u)
		return;
	undo_clear(u);
	free(u);
}

void undo_open(struct undo *u)
{
	u->open = true;
	u->recorded = false;
}

void undo_close(struct undo *u)
{
	u->open = false;
}

static void push(struct steps *s, struct undo_step *step)
{
	if (s->n == UNDO_MAX) {
		free(s->list[0]);
		memmove(s->list, s->list + 1, (UNDO_MAX - 1) * sizeof s->list[0]);
		s->n--;
	}
	s->list[s->n++] = step;
}

static bool goes_on(const struct undo *u, const struct gesture *g)
{
	const struct gesture *last = &u->last;
	return u->past.n && g->uid != UNDO_WHOLE && g->uid == last->uid && g->param == last->param &&
	       g->origin == last->origin && g->time_s - last->time_s < GESTURE_S && g->time_s >= last->time_s;
}

void undo_record(struct undo *u, const struct rack *now, uint32_t snapshot, const struct gesture *gesture)
{
	if (u->open && u->recorded)
		return;
	struct undo_step *step = goes_on(u, gesture) ? NULL : malloc(sizeof *step);
	if (step) {
		step->rack = *now; /* not by a literal, which would be copied once more: a rack is large */
		step->snapshot = snapshot;
		push(&u->past, step);
	}
	drop(&u->future);
	u->recorded = true;
	u->last = *gesture;
}

static bool move(struct undo *u, struct steps *from, struct steps *to, struct undo_step *step)
{
	if (from->n == 0)
		return false;
	struct undo_step *taken = from->list[--from->n];
	const struct undo_step now = *step;
	*step = *taken;
	*taken = now;
	push(to, taken);
	u->last.uid = UNDO_WHOLE; /* the next change begins a step of its own, in this transaction too */
	u->recorded = false;
	return true;
}

bool undo_back(struct undo *u, struct undo_step *step)
{
	return move(u, &u->past, &u->future, step);
}

bool undo_forward(struct undo *u, struct undo_step *step)
{
	return move(u, &u->future, &u->past, step);
}

static bool steps_hold(const struct steps *s, uint32_t uid)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (rack_find_uid(&s->list[i]->rack, uid) >= 0)
			return true;
	return false;
}

bool undo_holds(const struct undo *u, uint32_t uid)
{
	return steps_hold(&u->past, uid) || steps_hold(&u->future, uid);
}
