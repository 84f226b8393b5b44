/* A client's mirror of a running rack: asks, listens, renews its leases, and asks again for what got lost. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote.h"

#include "osc/remote/asking.h"
#include "osc/remote/link.h"
#include "osc/remote/mirror.h"
#include "osc/wire/packet.h"
#include "rack/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STATUS_EVERY_MS = 500,
	RENEW_EVERY_MS = 3000, /* of leases of 10 s: two may get lost */
	LOST_AFTER_MS = 3000,
	NAMES_EVERY_MS = 1000,
	METERS_HZ = 25,
	VALUES_HZ = 30,
};

struct remote {
	struct link *link;
	char target[128];
	enum remote_state state;
	uint64_t heard_ms, status_ms, renewed_ms;
	const char *const *meters; /* patterns, as remote_listen got them; NULL: none */
	bool broken;               /* a send failed: whoever answers next may be another rack */
	struct mirror mirror;
};

static bool note(struct remote *r, enum status status)
{
	if (status == STATUS_UNAVAILABLE)
		r->broken = true;
	return status == STATUS_OK;
}

enum status remote_open(struct remote **result, const char *target, const char *name, struct reason *reason)
{
	struct remote *r = calloc(1, sizeof *r);
	if (!r)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	if (!mirror_init(&r->mirror)) {
		free(r);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	}
	enum status status = link_open(&r->link, target, name, reason);
	if (status != STATUS_OK) {
		mirror_clear(&r->mirror);
		free(r);
		return status;
	}
	if (target)
		snprintf(r->target, sizeof r->target, "%s", link_target(r->link));
	else
		snprintf(r->target, sizeof r->target, "local:%s", name);
	*result = r;
	remote_poll(r);
	return STATUS_OK;
}

/* Few: a local socket holds ten datagrams. Two patterns for values: the host's parameters and single ids have one part,
 * those of bands two. */
static const struct {
	const char *pattern;
	int hz;
} leases[] = {
	{ "/{chain,title,bypass,ab}", VALUES_HZ },
	{ "/bypass/match", VALUES_HZ },
	{ "/{scene,lock}/list", VALUES_HZ },
	{ "/error", VALUES_HZ },
	{ "/rack/*/*", VALUES_HZ },
	{ "/rack/*/*/*", VALUES_HZ },
};

static void unsubscribe_meters(struct remote *r)
{
	for (const char *const *pattern = r->meters; pattern && *pattern; pattern++)
		note(r, link_send(r->link, "/unsubscribe", "s", *pattern));
}

static bool subscribe_meters(struct remote *r)
{
	for (const char *const *pattern = r->meters; pattern && *pattern; pattern++)
		if (!note(r, link_send(r->link, "/subscribe", "si", *pattern, (int32_t)METERS_HZ)))
			return false;
	return true;
}

void remote_listen(struct remote *r, const char *const *patterns)
{
	if (r->meters == patterns)
		return;
	unsubscribe_meters(r);
	r->meters = patterns;
	if (r->state == REMOTE_LIVE)
		subscribe_meters(r);
}

void remote_close(struct remote *r)
{
	if (!r)
		return;
	unsubscribe_meters(r);
	for (size_t i = 0; i < sizeof leases / sizeof leases[0]; i++)
		link_send(r->link, "/unsubscribe", "s", leases[i].pattern);
	link_close(r->link);
	mirror_clear(&r->mirror);
	free(r);
}

/* Each renewal is answered by all current values, the chain too: what got lost on the way is made good by it. */
static void renew(struct remote *r)
{
	r->mirror.info.answered = r->mirror.snapshot_question.answered = r->mirror.complete = false;
	for (size_t i = 0; i < sizeof leases / sizeof leases[0]; i++)
		if (!note(r, link_send(r->link, "/subscribe", "si", leases[i].pattern, leases[i].hz)))
			return;
	if (subscribe_meters(r))
		r->renewed_ms = r->mirror.now_ms;
}

static void heard(struct remote *r)
{
	/* After a silence, or a send that nobody took, this may be a new rack with the old one's name. */
	if (r->state == REMOTE_LOST || r->broken) {
		mirror_doubt(&r->mirror);
		r->renewed_ms = 0;
	}
	if (r->state != REMOTE_LIVE)
		r->mirror.serial++;
	r->broken = false;
	r->state = REMOTE_LIVE;
	r->heard_ms = r->mirror.now_ms;
}

static void take(void *user, const struct message *msg)
{
	struct remote *r = user;
	heard(r);
	mirror_take(&r->mirror, msg);
}

void remote_poll(struct remote *r)
{
	uint64_t now = r->mirror.now_ms = (uint64_t)clock_now_ms();
	link_receive(r->link, take, r);
	if (r->state == REMOTE_LIVE && now > r->heard_ms + LOST_AFTER_MS) {
		r->state = REMOTE_LOST;
		mirror_forget_levels(&r->mirror);
		r->mirror.serial++;
	}
	if (!r->status_ms || now >= r->status_ms + STATUS_EVERY_MS) {
		r->status_ms = now;
		note(r, link_send(r->link, "/status", ""));
	}
	if (r->state != REMOTE_LIVE)
		return;
	if (!r->renewed_ms || now >= r->renewed_ms + RENEW_EVERY_MS)
		renew(r);
	note(r, asking_send(&r->mirror, r->link));
}

int remote_fd(const struct remote *r)
{
	return link_fd(r->link);
}

enum remote_state remote_state(const struct remote *r)
{
	return r->state;
}

const char *remote_title(const struct remote *r)
{
	return r->mirror.title;
}

const char *remote_target(const struct remote *r)
{
	return r->target;
}

uint32_t remote_n_slots(const struct remote *r)
{
	return r->mirror.n_slots;
}

const struct remote_slot *remote_slot(const struct remote *r, uint32_t index)
{
	return &r->mirror.slots[index]->shown;
}

const struct remote_param *remote_rack_bypass(const struct remote *r)
{
	return &r->mirror.rack_params[RACK_BYPASS];
}

const struct remote_param *remote_rack_match(const struct remote *r)
{
	return &r->mirror.rack_params[RACK_MATCH];
}

char remote_snapshot(const struct remote *r)
{
	return r->mirror.snapshot;
}

const float *remote_level(const struct remote *r, const struct level_place *at)
{
	return &r->mirror.levels[at->first];
}

const float *remote_level_role(const struct remote *r, enum tap tap, enum role role)
{
	struct level_place at;
	return levels_find_role(&at, TAPS_ALL, tap, role) ? remote_level(r, &at) : NULL;
}

const struct report *remote_status(const struct remote *r)
{
	return &r->mirror.status;
}

const char *remote_error(const struct remote *r, uint32_t *count)
{
	*count = r->mirror.n_errors;
	return r->mirror.error;
}

const char *remote_notice(const struct remote *r, uint32_t *count)
{
	*count = r->mirror.n_notices;
	return r->mirror.notice;
}

uint64_t remote_serial(const struct remote *r)
{
	return r->mirror.serial + r->mirror.n_levels;
}

uint64_t remote_values_serial(const struct remote *r)
{
	return r->mirror.serial;
}

/* ---- Changes */

static void send_value(struct remote *r, const char *address, const struct remote_param *p)
{
	if (p->row.scale == SCALE_TOGGLE)
		note(r, link_send(r->link, address, p->value != 0 ? "T" : "F"));
	else if (p->row.scale == SCALE_CHOICE)
		note(r, link_send(r->link, address, "s", p->row.choices[(int)p->value]));
	else
		note(r, link_send(r->link, address, "f", (double)p->value));
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
	note(r, sent);
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
	note(r, link_send(r->link, "/preset/load", "s", name));
	mirror_doubt(&r->mirror);
}

void remote_preset_save(struct remote *r, const char *name)
{
	note(r, link_send(r->link, "/preset/save", "s", name));
}

void remote_preset_delete(struct remote *r, const char *name)
{
	note(r, link_send(r->link, "/preset/delete", "s", name));
}

/* The answer shows what came of it. */
void remote_set_title(struct remote *r, const char *title)
{
	note(r, link_send(r->link, "/title", "s", title));
	r->mirror.title_question.answered = false;
	r->mirror.complete = false;
}

/* ---- Locks */

bool remote_locks_known(const struct remote *r)
{
	return r->mirror.locks_known;
}

void remote_set_lock(struct remote *r, uint32_t slot, uint32_t param, bool locked)
{
	struct remote_slot *s = &r->mirror.slots[slot]->shown;
	char address[96];
	snprintf(address, sizeof address, "/rack/%s/%s", s->id, s->params[param].id);
	s->params[param].locked = locked;
	note(r, link_send(r->link, "/lock", locked ? "sT" : "sF", address));
	r->mirror.serial++;
}

void remote_release_latency(struct remote *r)
{
	note(r, link_send(r->link, "/latency/release", ""));
}

void remote_undo(struct remote *r)
{
	note(r, link_send(r->link, "/undo", ""));
}

void remote_redo(struct remote *r)
{
	note(r, link_send(r->link, "/redo", ""));
}

void remote_hear_snapshot(struct remote *r, char snapshot)
{
	const char name[2] = { snapshot, '\0' };
	edit(r, link_send(r->link, "/ab", "s", name));
}

void remote_scene_store(struct remote *r, const char *name)
{
	note(r, link_send(r->link, "/scene/store", "s", name));
}

void remote_scene_recall(struct remote *r, const char *name, float seconds)
{
	edit(r, link_send(r->link, "/scene/recall", "sf", name, (double)seconds));
}

void remote_scene_delete(struct remote *r, const char *name)
{
	note(r, link_send(r->link, "/scene/delete", "s", name));
}

void remote_meter_reset(struct remote *r)
{
	note(r, link_send(r->link, "/meter/reset", ""));
	mirror_forget_integrated(&r->mirror);
}

void remote_quit(struct remote *r)
{
	note(r, link_send(r->link, "/quit", ""));
}

/* Asked for anew while a menu shows them, as presets come and go. */
static const char *const *want(struct remote *r, struct mirror_names *names)
{
	names->wanted = true;
	if (r->mirror.now_ms > names->question.asked_ms + NAMES_EVERY_MS)
		names->question.answered = false;
	r->mirror.complete = false;
	return names->list;
}

const char *const *remote_presets(struct remote *r)
{
	return want(r, &r->mirror.presets);
}

const char *const *remote_scenes(struct remote *r)
{
	return want(r, &r->mirror.scenes);
}

const char *const *remote_types(struct remote *r)
{
	return want(r, &r->mirror.types);
}
