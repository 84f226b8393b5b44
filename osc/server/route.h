/* A row of the map of addresses: what people read of an address, what it tells and what it does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_ROUTE_H
#define OSC_ROUTE_H

#include "osc/wire/address.h"
#include "osc/wire/message.h"

struct request;
struct server;
struct subjects;

/* What an address with <parts> means: a slot, or a tap; which of its parameters or meters, or the first value of a
 * tap's level (struct levels); in which form; the row of a level or meter. All 0 for an address without <parts>. */
struct place {
	uint32_t slot, index;
	enum form form;
	const struct level *level;
};

enum route_flags {
	ROUTE_LOCAL = 1 << 0,  /* refused over UDP, and not told to subscribers */
	ROUTE_STEADY = 1 << 1, /* subscribers get it at a steady rate, not as it changes */
	ROUTE_SLOW = 1 << 2,   /* steady, and twice a second whatever rate was asked for */
	ROUTE_FORMS = 1 << 3,  /* a parameter, with /norm, /str and /info, too */
	ROUTE_PRESS = 1 << 4,  /* a button: 0 or F, which a surface sends at its release, does nothing */
	ROUTE_LATER = 1 << 6,  /* answered when it is done, which may be after the answer to a later /sync */
	ROUTE_PAIRS = 1 << 7,  /* the value is names and values in turn */
	ROUTE_WRITES = 1 << 8, /* changes the person's own files: refused in event files */

	/* What the value depends on; subscribers are told when it is another (publish.h) */
	ROUTE_OF_LATENCY = 1 << 16, /* the delay through the rack */
	ROUTE_OF_STATES = 1 << 17,  /* scenes, snapshots, locks */
	ROUTE_OF_PRESETS = 1 << 18,
	ROUTE_OF_HOST = 1 << 19, /* JACK's server */
	ROUTE_OF_ANY = ROUTE_OF_LATENCY | ROUTE_OF_STATES | ROUTE_OF_PRESETS | ROUTE_OF_HOST,
};

/* Every file of the server ends with its rows, the last of them empty; routes.def names the files. What has a body can
 * be asked and subscribed to. All functions: control thread. */
struct route {
	const char *address;   /* "<x>" stands for one part, a last "<x...>" for all that follow */
	const char *arguments; /* for people: "s:type i:position [s:id]", "" for none */
	const char *help;      /* one sentence, no full stop */

	/* Adds what a question is answered with, and what subscribers get. NULL: the address has no value. */
	void (*body)(struct server *, const struct place *, lo_message);

	/* Takes a message that is no question; without a body, every message. NULL: it can be asked only. */
	void (*handle)(const struct request *);

	/* Which place an address means. False: there is none; *missing says what is unknown. NULL: always place 0. */
	bool (*find)(const struct rack *, const char *address, struct place *, const char **missing);

	/* Adds all addresses that the row stands for (subjects_add). NULL: its own, if it has a body and no find.
	 * False: no memory. */
	bool (*list)(struct subjects *, const struct route *, const struct rack *);

	unsigned flags;
};

#endif
