/* Events on their frames. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/replay.h"

#include "osc/server/direct.h"
#include "src/options.h"

#include <math.h>

enum status replay_open(struct replay *r, const char *path, struct reason *reason)
{
	r->path = path;
	return events_read(path, &r->events, reason);
}

enum status replay_start(struct replay *r, struct control *control, uint32_t rate, struct reason *reason)
{
	r->control = control;
	r->rate = rate;
	r->warned = control_rack(control)->values[RACK_MATCH] != 0; /* by the rack file, which is warned of itself */
	r->direct = direct_new(control);
	return r->direct ? STATUS_OK : reason_set(reason, STATUS_NO_MEMORY, "no memory");
}

static uint64_t next_frame(void *user)
{
	const struct replay *r = user;
	if (r->next == r->events.n)
		return UINT64_MAX;
	return (uint64_t)llround(r->events.list[r->next].seconds * r->rate);
}

/* Loudness is matched by meters that follow the sound live, and render has none. */
static void warn_of_match(struct replay *r, const struct event *event)
{
	if (r->warned || control_rack(r->control)->values[RACK_MATCH] == 0)
		return;
	r->warned = true;
	options_message("%s:%u: %s: has no effect in render: loudness is matched live only", r->path, event->line,
		event->address);
}

/* All events of this frame, as one transaction. The engine stands on the frame already. */
static enum status apply(void *user, uint64_t frame, struct reason *reason)
{
	struct replay *r = user;
	enum status status = STATUS_OK;
	control_begin(r->control, 0);
	while (status == STATUS_OK && next_frame(r) <= frame) {
		const struct event *event = &r->events.list[r->next++];
		struct reason why;
		status = direct_apply_words(
			r->direct, event->address, r->events.words + event->first_word, (int)event->n_words, &why);
		if (status != STATUS_OK)
			reason_set(reason, status, "%.100s:%u: %.60s: %.80s", r->path, event->line, event->address,
				why.text);
		else if (why.text[0])
			options_message("%s:%u: %s: %s", r->path, event->line, event->address, why.text);
		if (status == STATUS_OK)
			warn_of_match(r, event);
	}
	control_end(r->control);
	return status;
}

struct offline_events replay_events(struct replay *r)
{
	return (struct offline_events){ r, next_frame, apply };
}

unsigned replay_pending(const struct replay *r)
{
	return r->next < r->events.n ? r->events.list[r->next].line : 0;
}

void replay_close(struct replay *r)
{
	direct_free(r->direct);
	events_free(&r->events);
}
