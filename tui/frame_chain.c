/* The chain at the left, in the order of the sound: names, states, gain reduction. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/bar.h"
#include "tui/frame.h"

#include <math.h>
#include <stdio.h>

enum { NAME_COLUMNS = 12, STATE_X = 13, BAR_X = 17, BAR_COLUMNS = LAYOUT_CHAIN_COLUMNS - BAR_X, SPAN_DB = 12 };

static bool is_on(const struct remote_slot *slot, uint32_t param)
{
	return slot->params[param].value != 0;
}

static const struct remote_meter *reduction_of(const struct remote_slot *slot)
{
	for (uint32_t i = 0; i < slot->n_meters; i++)
		if (slot->meters[i].role == ROLE_REDUCTION)
			return &slot->meters[i];
	return NULL;
}

/* Decibels taken away grow from the left, whichever sign the meter has. */
static void draw_reduction(const struct screen *s, int y, const struct remote_meter *meter)
{
	char bar[BAR_SIZE(BAR_COLUMNS)];
	double span = fmin(fmax(fabs(meter->min), fabs(meter->max)), SPAN_DB);
	bar_text(bar, sizeof bar, span > 0 ? fabs(meter->value) / span : 0, BAR_COLUMNS, s->canvas.ascii);
	canvas_put(&s->canvas, y, BAR_X, BAR_COLUMNS, STYLE_WARN, bar);
}

static void draw_slot(const struct screen *s, int y, uint32_t index)
{
	const struct remote_slot *slot = remote_slot(s->remote, index);
	bool selected = index == s->slot_index, bypassed = is_on(slot, slot->bypass);
	bool solo = is_on(slot, slot->solo), delta = is_on(slot, slot->delta);
	char text[48];
	snprintf(text, sizeof text, "%s%s", selected ? ">" : " ", slot->id);
	canvas_pad(&s->canvas, y, 0, NAME_COLUMNS + 1,
		selected   ? STYLE_CURSOR
		: bypassed ? STYLE_DIM
			   : STYLE_PLAIN,
		text);
	/* Letters, not colours, tell the state. */
	const char *letters = bypassed ? "B" : solo && delta ? "SD" : solo ? "S" : delta ? "D" : NULL;
	snprintf(text, sizeof text, letters ? "[%s]" : "%s", letters ? letters : "");
	canvas_put(&s->canvas, y, STATE_X, 4, bypassed ? STYLE_WARN : STYLE_MARK, text);
}

void frame_chain_levels(struct screen *s)
{
	int n = (int)remote_n_slots(s->remote), visible = s->layout.main_rows - 1;
	for (int i = 0; i < visible && s->chain_top + i < n; i++) {
		const struct remote_meter *meter = reduction_of(remote_slot(s->remote, (uint32_t)(s->chain_top + i)));
		if (meter)
			draw_reduction(s, s->layout.main_y + 1 + i, meter);
	}
}

void frame_chain(struct screen *s)
{
	int n = (int)remote_n_slots(s->remote), visible = s->layout.main_rows - 1, y = s->layout.main_y;
	char text[48];
	snprintf(text, sizeof text, "CHAIN %d slot%s", n, n == 1 ? "" : "s");
	canvas_put(&s->canvas, y, 0, LAYOUT_CHAIN_COLUMNS, STYLE_DIM, text);
	s->chain_top = layout_scroll(s->chain_top, (int)s->slot_index, visible, n);
	for (int i = 0; i < visible && s->chain_top + i < n; i++)
		draw_slot(s, y + 1 + i, (uint32_t)(s->chain_top + i));
	frame_chain_levels(s);
	if (s->chain_top > 0)
		canvas_put(&s->canvas, y, LAYOUT_CHAIN_COLUMNS - 4, 2, STYLE_MARK, "^");
	if (s->chain_top + visible < n)
		canvas_put(&s->canvas, y, LAYOUT_CHAIN_COLUMNS - 2, 2, STYLE_MARK, "v");
	attrset(colors_attr(STYLE_DIM));
	mvvline(y, LAYOUT_CHAIN_COLUMNS, s->canvas.ascii ? '|' : 0, s->layout.main_rows);
	attrset(A_NORMAL);
}
