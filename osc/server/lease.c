/* Keeps the leases and knows from them who is to be told what. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/lease.h"

#include "osc/wire/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_US = 1000000 };

#define FOREVER_US INT64_MAX

int leases_count(const struct leases *l)
{
	int n = 0;
	for (int i = 0; i < SUBSCRIBERS_MAX; i++)
		n += l->subscribers[i].n_leases > 0 && !l->subscribers[i].surface.closed;
	return n;
}

bool leases_any_closed(const struct leases *l)
{
	bool any = false;
	for (int i = LEASE_PEERS_MAX; i < SUBSCRIBERS_MAX; i++)
		any |= l->subscribers[i].surface.closed;
	return any;
}

static struct subscriber *find(struct leases *l, const struct peer *peer)
{
	for (int i = 0; i < SUBSCRIBERS_MAX; i++)
		if (l->subscribers[i].n_leases && peer_equal(&l->subscribers[i].peer, peer))
			return &l->subscribers[i];
	return NULL;
}

unsigned leases_origin(const struct leases *l, const struct peer *peer)
{
	unsigned same_host = 0, n = 0;
	for (unsigned i = 0; i < SUBSCRIBERS_MAX; i++) {
		const struct subscriber *s = &l->subscribers[i];
		if (s->n_leases && peer_equal(&s->peer, peer))
			return i + 1;
		if (s->surface.listed && peer_same_machine(&s->peer, peer))
			same_host = i + 1, n++;
	}
	return n == 1 ? same_host : SUBSCRIBERS_MAX + 1;
}

static bool lease_means(const struct lease *lease, const struct subject *subject)
{
	if (!(subject->route->flags & ROUTE_FORMS) && lease->form != FORM_VALUE)
		return false;
	return pattern_matches(lease->base, subject->address);
}

static int rate_of(const struct lease *lease, const struct subject *subject)
{
	if (lease->hz)
		return lease->hz;
	if (subject->place.level && subject->place.level->integrated)
		return LEASE_HZ_INTEGRATED;
	return subject_is_steady(subject) ? LEASE_HZ_STEADY : LEASE_HZ_MAX;
}

/* What all leases together want; what waits to be told stays so. */
static void match(struct subscriber *s, const struct subjects *subjects)
{
	for (size_t i = 0; i < s->n_updates; i++) {
		struct update *update = &s->updates[i];
		update->forms = 0;
		update->hz = 0;
		update->numbers = false;
		for (int k = 0; k < s->n_leases; k++) {
			if (!lease_means(&s->leases[k], &subjects->list[i]))
				continue;
			update->forms |= (uint8_t)(1u << s->leases[k].form);
			update->numbers |= s->leases[k].numbers;
			int hz = rate_of(&s->leases[k], &subjects->list[i]);
			if (hz > update->hz)
				update->hz = (uint8_t)hz;
		}
		update->dirty &= update->forms;
	}
}

static bool resize(struct subscriber *s, size_t n)
{
	free(s->updates);
	s->updates = calloc(n ? n : 1, sizeof *s->updates);
	s->n_updates = s->updates ? n : 0;
	s->cursor = 0;
	return s->updates;
}

static void tell_all(struct subscriber *s, const struct subjects *subjects, const struct lease *lease, int64_t now_us)
{
	for (size_t i = 0; i < s->n_updates; i++) {
		struct update *update = &s->updates[i];
		bool own = update->own_us && now_us - update->own_us < OWN_US;
		if (!own && lease_means(lease, &subjects->list[i])) {
			update->dirty |= (uint8_t)(1u << lease->form);
			update->due_us = now_us < update->due_us ? now_us : update->due_us;
		}
	}
	s->next_us = now_us;
}

static struct lease *find_lease(struct subscriber *s, const char *pattern)
{
	for (int i = 0; i < s->n_leases; i++)
		if (strcmp(s->leases[i].pattern, pattern) == 0)
			return &s->leases[i];
	return NULL;
}

/* NULL: *fault is "full", or what else there is to say. */
static struct subscriber *new_subscriber(
	struct leases *l, const struct peer *peer, bool listed, const char *full, const char **fault)
{
	for (int i = 0; i < (listed ? SURFACES_MAX : LEASE_PEERS_MAX); i++) {
		struct subscriber *s = &l->subscribers[listed ? LEASE_PEERS_MAX + i : i];
		if (s->n_leases)
			continue;
		s->peer = *peer;
		memset(&s->surface, 0, sizeof s->surface);
		s->surface.listed = listed;
		*fault = "out of memory";
		return resize(s, l->subjects->n) ? s : NULL;
	}
	*fault = full;
	return NULL;
}

struct terms {
	int hz;
	bool numbers;
	int64_t until_us;
};

static const char *add(
	struct leases *l, struct subscriber *s, const char *pattern, const struct terms *terms, int64_t now_us)
{
	struct lease *lease = find_lease(s, pattern);
	bool renewed = lease && lease->hz == terms->hz && lease->numbers == terms->numbers;
	if (!lease && s->n_leases == LEASE_PATTERNS_MAX)
		return "a client can have 32 subscriptions at most";
	lease = lease ? lease : &s->leases[s->n_leases++];
	snprintf(lease->pattern, sizeof lease->pattern, "%s", pattern);
	snprintf(lease->base, sizeof lease->base, "%s", pattern);
	lease->form = form_split(lease->base);
	lease->hz = terms->hz;
	lease->numbers = terms->numbers;
	lease->until_us = lease->until_us == FOREVER_US ? FOREVER_US : terms->until_us;
	if (!renewed)
		match(s, l->subjects);
	tell_all(s, l->subjects, lease, now_us);
	return NULL;
}

const char *leases_add(
	struct leases *l, const struct peer *peer, const char *pattern, int hz, bool numbers, int64_t now_us)
{
	const struct terms terms = { hz, numbers, now_us + LEASE_US };
	const char *fault = pattern_fault(pattern);
	if (fault)
		return fault;
	struct subscriber *s = find(l, peer);
	static const char full[] = "8 clients have subscriptions already, there is room when one of their leases ends";
	if (!s && !(s = new_subscriber(l, peer, false, full, &fault)))
		return fault;
	return add(l, s, pattern, &terms, now_us);
}

static void end_lease(struct leases *l, struct subscriber *s, struct lease *lease)
{
	*lease = s->leases[--s->n_leases];
	s->leases[s->n_leases].until_us = 0;
	match(s, l->subjects);
}

static void end_all(struct leases *l, struct subscriber *s)
{
	while (s->n_leases)
		end_lease(l, s, &s->leases[s->n_leases - 1]);
}

const char *leases_keep(struct leases *l, const struct peer *peer, const char *pattern, bool numbers, int64_t now_us)
{
	const struct terms terms = { 0, numbers, FOREVER_US };
	const char *fault = NULL;
	struct subscriber *s = find(l, peer);
	if (s && !s->surface.listed) {
		end_all(l, s); /* what it has asked for until now */
		s = NULL;
	}
	if (!s && !(s = new_subscriber(l, peer, true, "8 surfaces are listed already", &fault)))
		return fault;
	s->surface.told_us = now_us;
	return add(l, s, pattern, &terms, now_us);
}

void leases_unlist(struct leases *l, const struct peer *peer)
{
	struct subscriber *s = find(l, peer);
	if (s && s->surface.listed)
		end_all(l, s);
}

bool leases_remove(struct leases *l, const struct peer *peer, const char *pattern)
{
	struct subscriber *s = find(l, peer);
	struct lease *lease = s ? find_lease(s, pattern) : NULL;
	bool may = lease && lease->until_us != FOREVER_US;
	if (may)
		end_lease(l, s, lease);
	return may;
}

static void tell_everything(struct subscriber *s, const struct subjects *subjects, int64_t now_us)
{
	s->surface.told_us = now_us;
	for (int k = 0; k < s->n_leases; k++)
		tell_all(s, subjects, &s->leases[k], now_us);
}

static void reopen(struct subscriber *s, const struct subjects *subjects, int64_t now_us)
{
	s->surface.closed = false;
	tell_everything(s, subjects, now_us);
}

void leases_expire(struct leases *l, int64_t now_us)
{
	for (int i = 0; i < SUBSCRIBERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		for (int k = s->n_leases - 1; k >= 0; k--)
			if (s->leases[k].until_us <= now_us)
				end_lease(l, s, &s->leases[k]);
		int64_t retried_us = s->surface.retried_us;
		if (s->surface.closed && retried_us && now_us - retried_us >= RETRY_WAIT_US &&
			now_us - retried_us < RETRY_US)
			reopen(s, l->subjects, now_us);
		if (s->surface.listed && !s->surface.closed && now_us - s->surface.told_us >= LEASE_US)
			tell_everything(s, l->subjects, now_us);
	}
}

static void close_surface(struct subscriber *s, int64_t now_us)
{
	s->surface.closed = true;
	s->surface.retried_us = 0;
	s->next_us = now_us + RETRY_US;
	for (size_t i = 0; i < s->n_updates; i++)
		s->updates[i].own_us = 0; /* whoever comes back there has set nothing */
}

void leases_forget(struct leases *l, const struct peer *peer, int64_t now_us)
{
	struct subscriber *s = find(l, peer);
	if (s && s->surface.listed)
		close_surface(s, now_us);
	else if (s)
		end_all(l, s);
}

bool lease_retries(struct subscriber *s, int64_t now_us, int64_t *next_us)
{
	bool due = s->next_us <= now_us;
	if (due) {
		s->surface.retried_us = now_us;
		s->next_us = now_us + RETRY_US;
	}
	int64_t answer_us = s->surface.retried_us ? s->surface.retried_us + RETRY_WAIT_US : INT64_MAX;
	int64_t due_us = answer_us > now_us && answer_us < s->next_us ? answer_us : s->next_us;
	*next_us = due_us < *next_us ? due_us : *next_us;
	return due;
}

static const struct subscriber *of_origin(const struct leases *l, unsigned origin)
{
	return origin >= 1 && origin <= SUBSCRIBERS_MAX ? &l->subscribers[origin - 1] : NULL;
}

bool leases_wants_numbers(const struct leases *l, unsigned origin)
{
	const struct subscriber *s = of_origin(l, origin);
	for (int i = 0; s && i < s->n_leases; i++)
		if (s->leases[i].numbers)
			return true;
	return false;
}

const struct subscriber *leases_surface(const struct leases *l, unsigned origin)
{
	const struct subscriber *s = of_origin(l, origin);
	return s && s->surface.listed ? s : NULL;
}

void leases_heard(struct leases *l, unsigned origin, int64_t now_us)
{
	if (!leases_surface(l, origin))
		return;
	struct subscriber *s = &l->subscribers[origin - 1];
	if (s->surface.closed || now_us - s->surface.heard_us > LEASE_US)
		reopen(s, l->subjects, now_us);
	s->surface.heard_us = now_us;
}

void leases_rebuild(struct leases *l, int64_t now_us)
{
	for (int i = 0; i < SUBSCRIBERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		if (!s->n_leases)
			continue;
		int64_t next_us = s->next_us;
		resize(s, l->subjects->n);
		match(s, l->subjects);
		tell_everything(s, l->subjects, now_us);
		if (s->surface.closed)
			s->next_us = next_us;
	}
}

void leases_touch(struct leases *l, size_t subject, unsigned origin, int64_t now_us)
{
	enum { NOT_INFO = 0xff & ~(1 << FORM_INFO) };
	for (unsigned i = 0; i < SUBSCRIBERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		if (!s->n_leases || s->surface.closed || subject >= s->n_updates)
			continue;
		struct update *update = &s->updates[subject];
		update->dirty |= update->forms & NOT_INFO;
		if (origin == i + 1) {
			update->dirty &= (uint8_t) ~(1u << l->setting);
			update->own_us = now_us;
		}
		if (update->dirty && update->due_us < s->next_us)
			s->next_us = update->due_us;
	}
}

void leases_clamped(struct leases *l, size_t subject, unsigned origin, const struct peer *peer, int64_t now_us)
{
	struct subscriber *s = origin >= 1 && origin <= SUBSCRIBERS_MAX ? &l->subscribers[origin - 1] : NULL;
	if (!s || subject >= s->n_updates || s->surface.closed || peer_equal(&s->peer, peer))
		return;
	s->updates[subject].dirty |= s->updates[subject].forms;
	s->next_us = now_us;
}

bool lease_follows(const struct subscriber *s, const char *address)
{
	for (int i = 0; i < s->n_leases; i++)
		if (pattern_matches(s->leases[i].pattern, address))
			return true;
	return false;
}

void leases_free(struct leases *l)
{
	for (int i = 0; i < SUBSCRIBERS_MAX; i++)
		free(l->subscribers[i].updates);
}
