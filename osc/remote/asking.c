/* Which questions a client still has, and sending as many of them as the way to the rack takes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/asking.h"

#include "osc/wire/packet.h"

#include <stdio.h>

struct round {
	struct mirror *mirror;
	struct link *link;
	enum status status;
	uint32_t under_way;
	bool open; /* some question has no answer yet */
};

/* argument: text that goes with the question, or NULL. True: go on. */
static bool ask_about(struct round *r, struct question *q, const char *address, const char *argument)
{
	if (q->answered)
		return true;
	r->open = true;
	uint64_t now = r->mirror->now_ms;
	if (q->asked_ms && now < q->asked_ms + ASKING_AGAIN_MS) {
		r->under_way++;
		return true;
	}
	if (r->under_way >= ASKING_WINDOW)
		return false;
	r->under_way++;
	q->asked_ms = now;
	r->status = link_send(r->link, address, argument ? "s" : "", argument);
	return r->status == STATUS_OK;
}

static bool ask(struct round *r, struct question *q, const char *address)
{
	return ask_about(r, q, address, NULL);
}

static bool ask_below(
	struct round *r, struct question *q, const char *top, const char *slot, const char *id, const char *tail)
{
	char address[PACKET_ADDRESS_MAX];
	if (q->answered)
		return true;
	snprintf(address, sizeof address, "/%s/%s/%s%s", top, slot, id, tail);
	return ask(r, q, address);
}

static bool ask_param(struct round *r, struct mirror_slot *s, uint32_t i)
{
	struct mirror_param *p = &s->params[i];
	const char *id = s->shown.params[i].id;
	if (!p->row.answered)
		return ask_below(r, &p->row, "rack", s->shown.id, id, "/info");
	if (p->value.answered)
		return true;
	/* Not while the own hand moves it: the answer would be older than what shows. */
	if (r->mirror->now_ms < p->held_until_ms)
		return r->open = true;
	return ask_below(r, &p->value, "rack", s->shown.id, id, "");
}

static bool ask_slot(struct round *r, struct mirror_slot *s)
{
	if (!s->info.answered && !ask_below(r, &s->info, "rack", s->shown.id, "info", ""))
		return false;
	for (uint32_t i = 0; i < s->shown.n_rows; i++)
		if (!ask_param(r, s, i))
			return false;
	for (uint32_t i = 0; i < s->shown.n_meters; i++)
		if (!ask_below(r, &s->meters[i], "meter", s->shown.id, s->shown.meters[i].id, "/info"))
			return false;
	return true;
}

/* One at a time: each makes the rack read a file. */
static bool ask_presets(struct round *r)
{
	struct mirror *m = r->mirror;
	for (uint32_t i = 0; m->preset_infos && i < m->presets.n; i++)
		if (!m->preset_infos[i].question.answered)
			return ask_about(r, &m->preset_infos[i].question, "/preset/info", m->presets.list[i]);
	return true;
}

static bool ask_rack(struct round *r)
{
	struct mirror *m = r->mirror;
	if (!ask(r, &m->chain, "/chain") || !ask(r, &m->info, "/info") || !ask(r, &m->title_question, "/title"))
		return false;
	if (!ask(r, &m->snapshot_question, "/ab"))
		return false;
	for (int i = 0; i < N_RACK_PARAMS; i++)
		if (m->now_ms < m->rack_held_until_ms[i])
			r->open |= !m->rack_values[i].answered;
		else if (!ask(r, &m->rack_values[i], i == RACK_BYPASS ? "/bypass" : "/bypass/match"))
			return false;
	if (!ask(r, &m->locks.question, "/lock/list"))
		return false;
	if (m->types.wanted && !ask(r, &m->types.question, "/modules"))
		return false;
	if (m->scenes.wanted && !ask(r, &m->scenes.question, "/scene/list"))
		return false;
	if (m->presets.wanted && !ask(r, &m->presets.question, "/preset/list"))
		return false;
	return ask_presets(r);
}

enum status asking_send(struct mirror *m, struct link *link)
{
	struct round r = { .mirror = m, .link = link };
	if (m->complete)
		return STATUS_OK;
	bool through = ask_rack(&r);
	for (uint32_t i = 0; through && i < m->n_slots; i++)
		through = ask_slot(&r, m->slots[i]);
	m->complete = through && !r.open;
	return r.status;
}
