/* What a client changes: it shows in the mirror at once, and is sent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote.h"
#include "osc/remote/remote_private.h"
#include "osc/wire/packet.h"
#include "rack/base/clock.h"

#include <stdio.h>

static void send_value(struct remote *r, const char *address, const struct remote_param *p)
{
	if (p->row.scale == SCALE_TOGGLE)
		remote_sent(r, link_send(r->link, address, p->value != 0 ? "T" : "F"));
	else if (p->row.scale == SCALE_CHOICE)
		remote_sent(r, link_send(r->link, address, "s", p->row.choices[(int)p->value]));
	else
		remote_sent(r, link_send(r->link, address, "f", (double)p->value));
}

void remote_set(struct remote *r, uint32_t slot, uint32_t param, float value)
{
	struct mirror_slot *s = r->mirror.slots[slot];
	struct remote_param *p = &s->shown.params[param];
	char address[PACKET_ADDRESS_MAX];
	if (!p->known)
		return;
	p->value = param_clamp(&p->row, value);
	s->params[param].held_until_ms = (uint64_t)clock_now_ms() + MIRROR_HOLD_MS;
	s->params[param].value.answered = false;
	r->mirror.complete = false;
	r->mirror.serial++;
	snprintf(address, sizeof address, "/rack/%s/%s", s->shown.id, p->id);
	send_value(r, address, p);
}

static void set_rack(struct remote *r, int index, const char *address, bool on)
{
	r->mirror.rack_params[index].value = on;
	r->mirror.rack_held_until_ms[index] = (uint64_t)clock_now_ms() + MIRROR_HOLD_MS;
	r->mirror.rack_values[index].answered = false;
	r->mirror.complete = false;
	r->mirror.serial++;
	send_value(r, address, &r->mirror.rack_params[index]);
}

void remote_set_bypass(struct remote *r, bool on)
{
	set_rack(r, RACK_BYPASS, "/bypass", on);
}

void remote_set_match(struct remote *r, bool on)
{
	set_rack(r, RACK_MATCH, "/bypass/match", on);
}

/* The rack tells its subscribers of an edit; asking again at once makes up for a lost message. */
static void edit(struct remote *r, enum status sent)
{
	remote_sent(r, sent);
	r->mirror.chain = (struct question){ 0 };
	for (uint32_t i = 0; i < r->mirror.n_slots; i++)
		r->mirror.slots[i]->info = (struct question){ 0 };
	r->mirror.complete = false;
}

void remote_insert(struct remote *r, const char *type, uint32_t position)
{
	edit(r, link_send(r->link, "/chain/insert", "si", type, (int32_t)position));
}

void remote_remove(struct remote *r, const char *id)
{
	edit(r, link_send(r->link, "/chain/remove", "s", id));
}

void remote_move(struct remote *r, const char *id, uint32_t position)
{
	edit(r, link_send(r->link, "/chain/move", "si", id, (int32_t)position));
}

void remote_replace(struct remote *r, const char *id, const char *type)
{
	edit(r, link_send(r->link, "/chain/replace", "ss", id, type));
}

void remote_preset_load(struct remote *r, const char *name)
{
	remote_sent(r, link_send(r->link, "/preset/load", "s", name));
	mirror_doubt(&r->mirror);
}

void remote_preset_save(struct remote *r, const char *name)
{
	remote_sent(r, link_send(r->link, "/preset/save", "s", name));
}

void remote_preset_delete(struct remote *r, const char *name)
{
	remote_sent(r, link_send(r->link, "/preset/delete", "s", name));
}

/* The answer shows what came of it. */
void remote_set_title(struct remote *r, const char *title)
{
	remote_sent(r, link_send(r->link, "/title", "s", title));
	r->mirror.title_question.answered = false;
	r->mirror.complete = false;
}

void remote_set_lock(struct remote *r, uint32_t slot, uint32_t param, bool locked)
{
	struct remote_slot *s = &r->mirror.slots[slot]->shown;
	char address[96];
	snprintf(address, sizeof address, "/rack/%s/%s", s->id, s->params[param].id);
	s->params[param].locked = locked;
	remote_sent(r, link_send(r->link, "/lock", locked ? "sT" : "sF", address));
	r->mirror.serial++;
}

void remote_release_latency(struct remote *r)
{
	remote_sent(r, link_send(r->link, "/latency/release", ""));
}

void remote_undo(struct remote *r)
{
	remote_sent(r, link_send(r->link, "/undo", ""));
}

void remote_redo(struct remote *r)
{
	remote_sent(r, link_send(r->link, "/redo", ""));
}

void remote_hear_snapshot(struct remote *r, char snapshot)
{
	const char name[2] = { snapshot, '\0' };
	edit(r, link_send(r->link, "/ab", "s", name));
}

void remote_scene_store(struct remote *r, const char *name)
{
	remote_sent(r, link_send(r->link, "/scene/store", "s", name));
}

void remote_scene_recall(struct remote *r, const char *name, float seconds)
{
	edit(r, link_send(r->link, "/scene/recall", "sf", name, (double)seconds));
}

void remote_scene_delete(struct remote *r, const char *name)
{
	remote_sent(r, link_send(r->link, "/scene/delete", "s", name));
}

void remote_meter_reset(struct remote *r)
{
	remote_sent(r, link_send(r->link, "/meter/reset", ""));
	mirror_forget_integrated(&r->mirror);
}

void remote_quit(struct remote *r)
{
	remote_sent(r, link_send(r->link, "/quit", ""));
}
