/* Subscriptions: which peer is sent which addresses, and until when. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_LEASE_H
#define OSC_LEASE_H

#include "osc/server/socket.h"
#include "osc/server/subjects.h"

enum {
	LEASE_PEERS_MAX = 8,
	SURFACES_MAX = 8, /* listed surfaces; beside the others, so that these always find room */
	SUBSCRIBERS_MAX = LEASE_PEERS_MAX + SURFACES_MAX,
	LEASE_PATTERNS_MAX = 32, /* of one peer */
	LEASE_US = 10000000,
	RETRY_US = 3000000,     /* between two tries whether somebody listens at a listed surface again */
	RETRY_WAIT_US = 500000, /* when its machine has not said by then that nobody does, somebody does */
	LEASE_HZ_MAX = 30,
	LEASE_HZ_STEADY =
		25, /* of meters where the client does not say; values then come as they change, up to the maximum */
	LEASE_HZ_INTEGRATED = 5, /* of those over all sound since the last reset, which move slowly */
};

/* What a subscriber is to be told of one subject. Forms are bits: 1 << FORM_X. */
struct update {
	uint8_t forms; /* wanted */
	uint8_t dirty; /* of those: not told yet */
	uint8_t hz;
	bool numbers;   /* switches as 1 and 0 */
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
		bool numbers;
		int64_t until_us;
	} leases[LEASE_PATTERNS_MAX];
	struct update *updates; /* one for each subject */
	size_t n_updates;
	size_t cursor;   /* where sending goes on after it had to stop */
	int64_t next_us; /* nothing is to be sent before */
	struct {
		bool listed;
		bool closed;                           /* its machine has said that nobody listens */
		int64_t retried_us, heard_us, told_us; /* told: everything */
	} surface;
};

struct leases {
	const struct subjects *subjects;
	enum form setting; /* the form of the address that is being set, which its sender need not be told */
	struct subscriber subscribers[SUBSCRIBERS_MAX]; /* the last SURFACES_MAX are listed */
};

/* Number of subscribers that are served. */
int leases_count(const struct leases *);

bool leases_any_closed(const struct leases *); /* listed surfaces */

/* What control calls the changes of this peer: 1 .. SUBSCRIBERS_MAX for a subscriber, SUBSCRIBERS_MAX + 1 for others.
 * Many surfaces send from another port than they listen at: who sends from a listed surface's machine (this one, too),
 * and is no subscriber itself, is that surface, unless several of that machine are listed. */
unsigned leases_origin(const struct leases *, const struct peer *);

/* Starts a lease or renews it; either way all matching values are sent soon, but what the peer itself has set within
 * the last second. NULL, or what is wrong. hz: the most that an address is sent in a second, 1 .. LEASE_HZ_MAX, 0: as
 * usual. numbers: switches are sent as 1 and 0. */
const char *leases_add(struct leases *, const struct peer *, const char *pattern, int hz, bool numbers, int64_t now_us);
bool leases_remove(struct leases *, const struct peer *, const char *pattern); /* false: there was none */

/* A lease of a listed surface: it ends by leases_unlist() only. NULL, or what is wrong. */
const char *leases_keep(struct leases *, const struct peer *, const char *pattern, bool numbers, int64_t now_us);

/* Ends all leases of a surface, which is listed no longer. */
void leases_unlist(struct leases *, const struct peer *);

/* Whether this origin reads switches as 1 and 0: one of its leases says so. */
bool leases_wants_numbers(const struct leases *, unsigned origin);

/* The listed surface that this origin is; NULL: it is none. */
const struct subscriber *leases_surface(const struct leases *, unsigned origin);

/* Something came from this origin: a surface that was closed, or silent for as long as a lease lasts, is told
 * everything, as it may have been restarted. */
void leases_heard(struct leases *, unsigned origin, int64_t now_us);

/* Ends what has run out. Listed surfaces are told everything again as often as a lease lasts, because datagrams get
 * lost and surfaces are started after the rack; closed ones as soon as nothing says any more that they are. */
void leases_expire(struct leases *, int64_t now_us);

/* Nobody listens at that peer: its leases end, or, of a listed surface, are not served until it is back. */
void leases_forget(struct leases *, const struct peer *, int64_t now_us);

/* Whether it is time to try a closed surface with one message; if not, *next_us comes down to when it will be. */
bool lease_retries(struct subscriber *, int64_t now_us, int64_t *next_us);

/* The list of subjects was rewritten: everybody is told everything. */
void leases_rebuild(struct leases *, int64_t now_us);

/* A value changed: all but the sender are to be told. */
void leases_touch(struct leases *, size_t subject, unsigned origin, int64_t now_us);

/* What this peer set was clamped, and it has been answered at its own port: where it listens at another, that is told
 * too. */
void leases_clamped(struct leases *, size_t subject, unsigned origin, const struct peer *, int64_t now_us);

/* Whether the subscriber follows an address that is no subject ("/error"). */
bool lease_follows(const struct subscriber *, const char *address);

void leases_free(struct leases *);

#endif
