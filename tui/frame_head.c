/* The two lines at the top: which rack this is, and how it goes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/frame.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>

/* Draws text that ends at column x and returns where it begins. */
static int put_right(const struct screen *s, int y, int x, enum style style, const char *text)
{
	int width = text_columns(text, s->canvas.ascii);
	canvas_put(&s->canvas, y, x - width, width, style, text);
	return x - width;
}

/* Draws text from column x as far as column end and returns where the next one begins. */
static int put_left(const struct screen *s, int y, int x, int end, enum style style, const char *text)
{
	int room = end - x, width = text_columns(text, s->canvas.ascii);
	canvas_put(&s->canvas, y, x, room, style, text);
	return x + (width < room ? width : room);
}

static const char *title(const struct screen *s)
{
	const char *text = remote_title(s->remote);
	return *text ? text : "untitled";
}

static void first_line(struct screen *s)
{
	const struct report *status = remote_status(s->remote);
	char text[200];
	int x = put_left(s, 0, 0, s->layout.columns, STYLE_TITLE, " lacquer");
	snprintf(text, sizeof text, " %s  ", remote_target(s->remote));
	x = put_left(s, 0, x, s->layout.columns, STYLE_DIM, text);
	text[0] = '\0';
	if (status->rate)
		snprintf(text, sizeof text, "  %g kHz/%u  delay %u = %.1f ms ", status->rate / 1000.0, status->period,
			status->latency_frames, 1000.0 * status->latency_frames / status->rate);
	int end = put_right(s, 0, s->layout.columns, STYLE_PLAIN, text);
	canvas_put(&s->canvas, 0, x, end - x, STYLE_TITLE, title(s));
}

/* Draws a text that ends in blanks, as far as column end; where it does not fit whole nothing follows it. */
static int put_item(const struct screen *s, int x, int end, enum style style, const char *text)
{
	int width = text_columns(text, s->canvas.ascii);
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		width--;
	return x > 1 && x + width > end ? end : put_left(s, 1, x, end, style, text);
}

static int put_unconnected(struct screen *s, int x, int end, const char *what, const char *awaited)
{
	char text[160];
	snprintf(text, sizeof text, awaited[0] ? "%s, waiting for %.60s  " : "%s%s  ", what, awaited);
	return put_left(s, 1, x, end, STYLE_WARN, text); /* its beginning tells most */
}

/* What matters most stands first, as the end may have no room. */
static void health(struct screen *s, int end)
{
	const struct report *status = remote_status(s->remote);
	char text[160];
	int x = 1;
	if (!status->connected) {
		put_item(s, x, end, STYLE_BAD, "no JACK server");
		return;
	}
	if (!status->realtime)
		x = put_item(s, x, end, STYLE_BAD, "not real-time  ");
	if (status->overload == OVERLOAD_SAFE)
		x = put_item(s, x, end, STYLE_BAD, "OVERLOAD: safe bypass  ");
	if (status->input != REPORT_CONNECTED)
		x = put_unconnected(s, x, end, report_input_text(status->input), status->awaited);
	if (status->output != REPORT_CONNECTED)
		x = put_unconnected(s, x, end, report_output_text(status->output), status->awaited_output);
	if (status->poisoned) {
		snprintf(text, sizeof text, "slot faults %llu  ", (unsigned long long)status->poisoned);
		x = put_item(s, x, end, STYLE_BAD, text);
	}
	snprintf(text, sizeof text, "load %.0f%% worst %.0f%%  ", 100 * (double)status->load_mean,
		100 * (double)status->load_worst);
	x = put_item(s, x, end, status->load_worst > 0.8f ? STYLE_WARN : STYLE_PLAIN, text);
	snprintf(text, sizeof text, "xruns %llu (+%llu other)  ", (unsigned long long)status->xruns_own,
		(unsigned long long)status->xruns_foreign);
	x = put_item(s, x, end, status->xruns_own ? STYLE_WARN : STYLE_PLAIN, text);
	snprintf(text, sizeof text, "JACK %s", status->client);
	put_item(s, x, end, STYLE_DIM, text);
}

static bool any_slot(const struct screen *s, bool solo)
{
	for (uint32_t i = 0; i < remote_n_slots(s->remote); i++) {
		const struct remote_slot *slot = remote_slot(s->remote, i);
		if (slot->params[solo ? slot->solo : slot->delta].value != 0)
			return true;
	}
	return false;
}

/* What makes the rack sound other than its settings say, at the right; returns where it begins. */
static int states(const struct screen *s)
{
	int end = s->layout.columns - 1;
	char snapshot = remote_snapshot(s->remote);
	const char name[] = { ' ', (char)(snapshot - 'a' + 'A'), ' ', '\0' };
	bool bypass = remote_rack_bypass(s->remote)->value != 0, match = remote_rack_match(s->remote)->value != 0;
	if (snapshot)
		end = put_right(s, 1, end, snapshot == 'a' ? STYLE_PLAIN : STYLE_CURSOR, name);
	if (any_slot(s, false))
		end = put_right(s, 1, end, STYLE_WARN, " DELTA ");
	if (any_slot(s, true))
		end = put_right(s, 1, end, STYLE_WARN, " SOLO ");
	if (bypass)
		end = put_right(s, 1, end, STYLE_CURSOR, match ? " BYPASS, LOUDNESS MATCHED " : " BYPASS ");
	else if (match) /* the output may be lower than the settings say */
		end = put_right(s, 1, end, STYLE_WARN, " LOUDNESS MATCHED ");
	return end;
}

void frame_head(struct screen *s)
{
	first_line(s);
	colors_span(0, 0, s->layout.columns, STYLE_CURSOR);
	int end = states(s);
	if (remote_state(s->remote) == REMOTE_LIVE)
		health(s, end);
	else
		put_left(s, 1, 1, end, STYLE_BAD,
			remote_state(s->remote) == REMOTE_LOST ? "connection lost, reconnecting"
							       : "waiting for the rack to answer");
}
