/* The state of the server, which its parts share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SERVING_H
#define OSC_SERVING_H

#include "osc/server/ahead.h"
#include "osc/server/lease.h"
#include "osc/server/limit.h"
#include "osc/server/socket.h"
#include "osc/server/surface.h"
#include "osc/wire/packet.h"
#include "rack/base/name.h"
#include "rack/control/control.h"

enum { PUBLISHED_MAX = 16, SYNCS_MAX = 64, JOBS_MAX = 16, REPLY_SIZE_MAX = 60000 };

struct request;

struct server {
	struct control *control;
	struct control_listener listener;
	struct sockets *sockets; /* NULL: none (direct.c); answers are dropped, errors go to refusal, and what a value
				    came to to clamped */
	struct reason *refusal, *clamped;
	struct subjects subjects;
	struct leases leases;
	struct surfaces surfaces;
	void *user;
	void (*quit)(void *user);
	struct limit limit;
	const struct request *current; /* that a handler deals with; NULL: none */

	/* Of the rows with ROUTE_OF_..., in their order: what was told last (publish.c) */
	uint64_t told[PUBLISHED_MAX];
	int64_t looked_us;

	char scene[NAME_SIZE], preset[NAME_SIZE]; /* stored or recalled, saved or loaded last */

	struct ahead ahead;

	/* /sync that waits for the audio thread (sync.c) */
	struct sync {
		struct peer peer;
		int32_t number;
		uint64_t bundles; /* that came before it (ahead.h) */
		uint64_t sequence;
		int64_t since_us;
	} syncs[SYNCS_MAX];
	int n_syncs;

	struct preset_job *jobs[JOBS_MAX]; /* presets that are being read or written (preset.c); NULL: free */

	uint64_t malformed; /* datagrams */
	uint8_t in[PACKET_SIZE_MAX], out[REPLY_SIZE_MAX];
};

#endif
