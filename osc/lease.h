/* Subscriptions: who wants to hear of which addresses, and until when. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_LEASE_H
#define OSC_LEASE_H

#include "osc/socket.h"
#include "osc/subjects.h"

enum {
	LEASE_PEERS_MAX = 8,
	LEASE_PATTERNS_MAX = 32, /* of one peer */
	LEASE_US = 10000000,
	LEASE_HZ_MAX = 30,
	LEASE_HZ_STEADY =
		25, /* of meters where the client does not say; values then come as they change, up to the maximum */
};

/* What a subscriber is to be told of one subject. Forms are bits: 1 << FORM_X. */
struct watch {
	uint8_t forms; /* wanted */
	uint8_t dirty; /* of those: not told yet */
	uint8_t hz;
	int64_t due_us; /* not to be sent before */
	int64_t own_us; /* when the subscriber itself set it last */
};

struct subscriber {
	struct peer peer;
	int n_leases; /* 0: free */
	struct lease {
		char pattern[ADDRESS_SIZE]; /* as it was asked */
		char base[ADDRESS_SIZE];    /* without its form */
		enum form form;
		int hz;
		int64_t until_us;
	} leases[LEASE_PATTERNS_MAX];
	struct watch *watches; /* one for each subject */
	size_t n_watches;
	size_t cursor;   /* where sending goes on after it had to stop */
	int64_t next_us; /* nothing is to be sent before */
};

struct leases {
	const struct subjects *subjects;
	enum form setting; /* the form of the address that is being set, which its sender need not be told */
	struct subscriber subscribers[LEASE_PEERS_MAX];
};

/* Number of subscribers. */
int leases_count(const struct leases *);

/* What control calls the changes of this peer: 1 .. LEASE_PEERS_MAX for a subscriber, LEASE_PEERS_MAX + 1 for others.
 */
unsigned leases_origin(const struct leases *, const struct peer *);

/* Starts a lease or renews it; either way all matching values are sent soon, but what the peer itself has set within
 * the last second. NULL, or what is wrong. hz: the most that an address is sent in a second, 1 .. LEASE_HZ_MAX, 0: as
 * usual. */
const char *leases_add(struct leases *, const struct peer *, const char *pattern, int hz, int64_t now_us);
bool leases_remove(struct leases *, const struct peer *, const char *pattern); /* false: there was none */

void leases_expire(struct leases *, int64_t now_us);

/* All leases of a peer end: nobody listens there. */
void leases_forget(struct leases *, const struct peer *);

/* The list of subjects was written anew: everybody is told everything. */
void leases_rebuild(struct leases *, int64_t now_us);

/* A value changed: all but the sender are to be told. */
void leases_touch(struct leases *, size_t subject, unsigned origin, int64_t now_us);

/* Whether the subscriber follows an address that is no subject ("/error"). */
bool lease_follows(const struct subscriber *, const char *address);

void leases_free(struct leases *);

#endif
