/* Undo and redo: the model as it was before each gesture. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control_private.h"

#include "rack/base/clock.h"

#include <stdlib.h>
#include <string.h>

/* Changes of one row by one hand that follow each other within this time are one gesture. */
#define GESTURE_S 0.5

/* Time of the audio where it runs, so that rendered events undo as live ones do. */
static double now_s(const struct control *c)
{
	if (c->engine)
		return (double)engine_read_telemetry(c->engine)->frame / c->spec.rate;
	return 1e-6 * (double)clock_now_us();
}

static void drop(struct undo_step **list, uint32_t *n)
{
	while (*n)
		free(list[--*n]);
}

/* Without memory the step is lost, the change is not. */
static void push(struct undo_step **list, uint32_t *n, const struct control *c)
{
	struct undo_step *step = malloc(sizeof *step);
	if (!step)
		return;
	step->rack = c->rack;
	step->side = c->side;
	if (*n == UNDO_MAX) {
		free(list[0]);
		memmove(list, list + 1, (UNDO_MAX - 1) * sizeof *list);
		--*n;
	}
	list[(*n)++] = step;
}

static bool same_gesture(const struct undo *u, uint32_t uid, uint32_t param, unsigned origin, double time_s)
{
	return uid != UINT32_MAX && u->n_past && uid == u->uid && param == u->param && origin == u->origin &&
	       time_s - u->time_s < GESTURE_S && time_s >= u->time_s;
}

void control_record(struct control *c, uint32_t uid, uint32_t param, unsigned origin)
{
	struct undo *u = &c->undo;
	if (u->restoring || (c->depth > 0 && u->noted))
		return;
	double time_s = now_s(c);
	if (!same_gesture(u, uid, param, origin, time_s))
		push(u->past, &u->n_past, c);
	drop(u->future, &u->n_future);
	u->noted = true;
	u->uid = uid;
	u->param = param;
	u->origin = origin;
	u->time_s = time_s;
}

void control_forget_undo(struct control *c)
{
	drop(c->undo.past, &c->undo.n_past);
	drop(c->undo.future, &c->undo.n_future);
}

static void restore(struct control *c, struct undo_step **from, uint32_t *n_from, struct undo_step **to, uint32_t *n_to,
	unsigned origin)
{
	struct undo_step *step = from[--*n_from];
	push(to, n_to, c);
	c->undo.restoring = true;
	if (step->side != c->side && control_keep_side(c, c->side, &c->rack, NULL) == STATUS_OK)
		c->side = step->side;
	control_recall(c, &step->rack, RECALL_LOCKED | RECALL_RACK_ROWS, 0, origin);
	c->undo.restoring = false;
	c->undo.uid = UINT32_MAX; /* the next change starts a gesture of its own */
	free(step);
}

enum status control_undo(struct control *c, unsigned origin, struct reason *reason)
{
	struct undo *u = &c->undo;
	if (u->n_past == 0)
		return reason_set(reason, STATUS_UNAVAILABLE, "there is nothing to undo");
	restore(c, u->past, &u->n_past, u->future, &u->n_future, origin);
	return STATUS_OK;
}

enum status control_redo(struct control *c, unsigned origin, struct reason *reason)
{
	struct undo *u = &c->undo;
	if (u->n_future == 0)
		return reason_set(reason, STATUS_UNAVAILABLE, "there is nothing to redo");
	restore(c, u->future, &u->n_future, u->past, &u->n_past, origin);
	return STATUS_OK;
}
