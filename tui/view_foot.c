/* The three lines at the bottom: what the parameter under the cursor is and does, and what was said or can be pressed.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

static void range_text(const struct param *row, char *text, size_t size)
{
	char min[48], max[48], def[48];
	param_format(row, row->def, def, sizeof def);
	if (row->scale == SCALE_TOGGLE) {
		snprintf(text, size, "on or off, default %s", def);
		return;
	}
	if (row->scale == SCALE_CHOICE) {
		snprintf(text, size, "%d choices, default %s", (int)row->max + 1, def);
		return;
	}
	param_format(row, row->min, min, sizeof min);
	param_format(row, row->max, max, sizeof max);
	snprintf(text, size, "%s to %s, default %s", min, max, def);
}

static void draw_param(struct screen *s, int y)
{
	const struct remote_slot *slot = screen_slot(s);
	const struct remote_param *param = screen_param(s);
	char value[64], range[160], text[400];
	if (!slot || !param)
		return;
	param_format(&param->row, param->value, value, sizeof value);
	range_text(&param->row, range, sizeof range);
	snprintf(text, sizeof text, " %s/%s  %s  (%s)", slot->id, param->id, value, range);
	screen_put(s, y, 0, s->layout.columns, STYLE_TITLE, text);
	snprintf(text, sizeof text, " %s", param->row.help);
	screen_put(s, y + 1, 0, s->layout.columns, STYLE_PLAIN, text);
}

static void draw_hints(const struct screen *s, int y)
{
	char text[400] = "";
	for (size_t i = 0; i < n_keys; i++) {
		size_t used = strlen(text), length = strcspn(keys[i].name, " ");
		if (keys[i].hint)
			snprintf(text + used, sizeof text - used, " %.*s %s ", (int)length, keys[i].name, keys[i].hint);
	}
	screen_put(s, y, 0, s->layout.columns, STYLE_DIM, text);
}

void view_foot(struct screen *s)
{
	int y = s->layout.foot_y;
	draw_param(s, y);
	if (s->message[0] && s->now_ms < s->message_until_ms) {
		char text[sizeof s->message + 16];
		snprintf(text, sizeof text, " %s%s", s->message_bad ? "error: " : "", s->message);
		screen_put(s, y + 2, 0, s->layout.columns, s->message_bad ? STYLE_BAD : STYLE_MARK, text);
	} else {
		draw_hints(s, y + 2);
	}
}
