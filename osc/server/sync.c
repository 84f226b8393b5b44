/* Answers /sync when the audio thread has applied everything that was sent before it, the sender's bundles for later
 * too. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/sync.h"

#include "osc/server/request.h"
#include "osc/server/serving.h"

enum { SYNC_POLL_MS = 1, SYNC_AGE_US = 5000000 };

static void sync_later(const struct request *request)
{
	struct server *server = request->server;
	double number;
	if (!expect_number(request, 0, INT32_MIN, INT32_MAX, &number))
		return;
	if (request->over_rate)
		return;
	if (server->n_syncs == SYNCS_MAX) {
		reply_error(request, "too many wait for it");
		return;
	}
	/* The sequence is taken when the datagram has been read: its bundle may go on behind this message. */
	server->syncs[server->n_syncs++] =
		(struct sync){ .peer = *request->peer, .number = (int32_t)number, .bundles = server->ahead.number };
}

/* False: it goes on waiting. */
static bool answer_sync(struct server *server, struct sync *sync, int64_t now_us)
{
	if (ahead_holds(&server->ahead, &sync->peer, sync->bundles))
		return false;
	if (sync->since_us == 0) {
		sync->sequence = control_sequence(server->control);
		sync->since_us = now_us;
	}
	if (!control_engine(server->control) || control_applied(server->control) >= sync->sequence)
		send_to(server, &sync->peer, "/synced", "i", sync->number);
	else if (now_us - sync->since_us > SYNC_AGE_US)
		send_error(server, &sync->peer, "/sync", "the audio does not run");
	else
		return false;
	return true;
}

int sync_poll(struct server *server, int64_t now_us)
{
	int left = 0;
	for (int i = 0; i < server->n_syncs; i++)
		if (!answer_sync(server, &server->syncs[i], now_us))
			server->syncs[left++] = server->syncs[i];
	server->n_syncs = left;
	return left ? SYNC_POLL_MS : -1;
}

const struct route sync_routes[] = {
	{ "/sync", "i:number", "Answered with /synced i:number when the audio thread has applied everything before it",
		.handle = sync_later },
	{ 0 },
};
