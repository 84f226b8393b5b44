/* Keeps the leases and knows from them who is to be told what. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/lease.h"

#include "osc/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_US = 1000000 };

int leases_count(const struct leases *l)
{
	int n = 0;
	for (int i = 0; i < LEASE_PEERS_MAX; i++)
		n += l->subscribers[i].n_leases > 0;
	return n;
}

static struct subscriber *find(struct leases *l, const struct peer *peer)
{
	for (int i = 0; i < LEASE_PEERS_MAX; i++)
		if (l->subscribers[i].n_leases && peer_equal(&l->subscribers[i].peer, peer))
			return &l->subscribers[i];
	return NULL;
}

unsigned leases_origin(const struct leases *l, const struct peer *peer)
{
	for (unsigned i = 0; i < LEASE_PEERS_MAX; i++)
		if (l->subscribers[i].n_leases && peer_equal(&l->subscribers[i].peer, peer))
			return i + 1;
	return LEASE_PEERS_MAX + 1;
}

static bool lease_means(const struct lease *lease, const struct subject *subject)
{
	if (subject->kind != SUBJECT_ROW && lease->form != FORM_VALUE)
		return false;
	return pattern_matches(lease->base, subject->address);
}

static int rate_of(const struct lease *lease, const struct subject *subject)
{
	return lease->hz ? lease->hz : subject_is_steady(subject) ? LEASE_HZ_STEADY : LEASE_HZ_MAX;
}

/* Works out anew what all leases together want; what waits to be told stays so. */
static void match(struct subscriber *s, const struct subjects *subjects)
{
	for (size_t i = 0; i < s->n_watches; i++) {
		struct watch *watch = &s->watches[i];
		watch->forms = 0;
		watch->hz = 0;
		for (int k = 0; k < s->n_leases; k++) {
			if (!lease_means(&s->leases[k], &subjects->list[i]))
				continue;
			watch->forms |= (uint8_t)(1u << s->leases[k].form);
			int hz = rate_of(&s->leases[k], &subjects->list[i]);
			if (hz > watch->hz)
				watch->hz = (uint8_t)hz;
		}
		watch->dirty &= watch->forms;
	}
}

static bool resize(struct subscriber *s, size_t n)
{
	free(s->watches);
	s->watches = calloc(n ? n : 1, sizeof *s->watches);
	s->n_watches = s->watches ? n : 0;
	s->cursor = 0;
	return s->watches;
}

static void tell_all(struct subscriber *s, const struct subjects *subjects, const struct lease *lease, int64_t now_us)
{
	for (size_t i = 0; i < s->n_watches; i++) {
		struct watch *watch = &s->watches[i];
		bool own = watch->own_us && now_us - watch->own_us < OWN_US;
		if (!own && lease_means(lease, &subjects->list[i])) {
			watch->dirty |= (uint8_t)(1u << lease->form);
			watch->due_us = now_us < watch->due_us ? now_us : watch->due_us;
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

static struct subscriber *new_subscriber(struct leases *l, const struct peer *peer)
{
	for (int i = 0; i < LEASE_PEERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		if (s->n_leases)
			continue;
		s->peer = *peer;
		return resize(s, l->subjects->n) ? s : NULL;
	}
	return NULL;
}

const char *leases_add(struct leases *l, const struct peer *peer, const char *pattern, int hz, int64_t now_us)
{
	const char *fault = pattern_fault(pattern);
	if (fault)
		return fault;
	struct subscriber *s = find(l, peer);
	if (!s && !(s = new_subscriber(l, peer)))
		return "8 clients have subscriptions already, there is room when one of their leases ends";
	struct lease *lease = find_lease(s, pattern);
	bool renewed = lease && lease->hz == hz;
	if (!lease && s->n_leases == LEASE_PATTERNS_MAX)
		return "a client can have 32 subscriptions at most";
	lease = lease ? lease : &s->leases[s->n_leases++];
	snprintf(lease->pattern, sizeof lease->pattern, "%s", pattern);
	snprintf(lease->base, sizeof lease->base, "%s", pattern);
	lease->form = form_split(lease->base);
	lease->hz = hz;
	lease->until_us = now_us + LEASE_US;
	if (!renewed)
		match(s, l->subjects);
	tell_all(s, l->subjects, lease, now_us);
	return NULL;
}

static void end_lease(struct leases *l, struct subscriber *s, struct lease *lease)
{
	*lease = s->leases[--s->n_leases];
	match(s, l->subjects);
}

bool leases_remove(struct leases *l, const struct peer *peer, const char *pattern)
{
	struct subscriber *s = find(l, peer);
	struct lease *lease = s ? find_lease(s, pattern) : NULL;
	if (lease)
		end_lease(l, s, lease);
	return lease;
}

void leases_expire(struct leases *l, int64_t now_us)
{
	for (int i = 0; i < LEASE_PEERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		for (int k = s->n_leases - 1; k >= 0; k--)
			if (s->leases[k].until_us <= now_us)
				end_lease(l, s, &s->leases[k]);
	}
}

void leases_forget(struct leases *l, const struct peer *peer)
{
	struct subscriber *s = find(l, peer);
	while (s && s->n_leases)
		end_lease(l, s, &s->leases[s->n_leases - 1]);
}

void leases_rebuild(struct leases *l, int64_t now_us)
{
	for (int i = 0; i < LEASE_PEERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		if (!s->n_leases)
			continue;
		resize(s, l->subjects->n);
		match(s, l->subjects);
		for (int k = 0; k < s->n_leases; k++)
			tell_all(s, l->subjects, &s->leases[k], now_us);
	}
}

void leases_touch(struct leases *l, size_t subject, unsigned origin, int64_t now_us)
{
	enum { NOT_INFO = ~(1 << FORM_INFO) };
	for (unsigned i = 0; i < LEASE_PEERS_MAX; i++) {
		struct subscriber *s = &l->subscribers[i];
		if (!s->n_leases || subject >= s->n_watches)
			continue;
		struct watch *watch = &s->watches[subject];
		watch->dirty |= watch->forms & NOT_INFO;
		if (origin == i + 1) {
			watch->dirty &= (uint8_t) ~(1u << l->setting);
			watch->own_us = now_us;
		}
		if (watch->dirty && watch->due_us < s->next_us)
			s->next_us = watch->due_us;
	}
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
	for (int i = 0; i < LEASE_PEERS_MAX; i++)
		free(l->subscribers[i].watches);
}
