/* A client's mirror of a running rack: asks, listens, renews its leases, and asks again for what got lost. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote.h"

#include "osc/remote/asking.h"
#include "osc/remote/remote_private.h"
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
	VALUES_HZ = 30,
};

bool remote_sent(struct remote *r, enum status status)
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
		remote_sent(r, link_send(r->link, "/unsubscribe", "s", *pattern));
}

static bool subscribe_meters(struct remote *r)
{
	for (const char *const *pattern = r->meters; pattern && *pattern; pattern++)
		if (!remote_sent(r, link_send(r->link, "/subscribe", "s", *pattern)))
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
		if (!remote_sent(r, link_send(r->link, "/subscribe", "si", leases[i].pattern, leases[i].hz)))
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
		remote_sent(r, link_send(r->link, "/status", ""));
	}
	if (r->state != REMOTE_LIVE)
		return;
	if (!r->renewed_ms || now >= r->renewed_ms + RENEW_EVERY_MS)
		renew(r);
	remote_sent(r, asking_send(&r->mirror, r->link));
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

bool remote_locks_known(const struct remote *r)
{
	return r->mirror.locks_known;
}

const struct remote_preset *remote_preset(const struct remote *r, uint32_t index)
{
	static const struct remote_preset unknown;
	return r->mirror.preset_infos && index < r->mirror.presets.n ? &r->mirror.preset_infos[index].shown : &unknown;
}
