/* Subscriptions, and the proof that answers reach a peer on another machine, over OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"
#include "osc/server/serving.h"
#include "rack/base/clock.h"

#include <string.h>

/* What follows the pattern, in any order: a number is the rate, a text an option. */
static bool read_terms(const struct request *request, int *hz, bool *numbers)
{
	*hz = 0;
	*numbers = false;
	for (int i = 1; i < request->message->n; i++) {
		const char *option = message_text(request->message, i);
		double rate;
		if (option && strcmp(option, "numbers") != 0) {
			reply_error(request, "the only option is 'numbers'");
			return false;
		}
		if (!option && !expect_number(request, i, 1, LEASE_HZ_MAX, &rate))
			return false;
		*numbers |= option != NULL;
		*hz = option ? *hz : (int)rate;
	}
	return true;
}

static void subscribe(const struct request *request)
{
	struct server *server = request->server;
	bool numbers;
	int hz;
	if (!server->sockets) {
		reply_error(request, "there is nowhere to send answers");
		return;
	}
	const char *pattern = expect_text(request, 0);
	if (!pattern || !read_terms(request, &hz, &numbers) || request->over_rate)
		return;
	if (!sockets_trust(server->sockets, request->peer)) {
		sockets_withhold(server->sockets);
		return;
	}
	const char *fault = leases_add(&server->leases, request->peer, pattern, hz, numbers, clock_now_us());
	if (fault)
		reply_error(request, fault);
}

static void unsubscribe(const struct request *request)
{
	const char *pattern = expect_text(request, 0);
	if (pattern && !leases_remove(&request->server->leases, request->peer, pattern))
		reply_error(request, "there is no such subscription");
}

/* From a peer that needs no proof, or has just given it: taken. From others it is answered by the right one. */
static void take_cookie(const struct request *request)
{
	struct sockets *sockets = request->server->sockets;
	const char *nonce = expect_text(request, 0);
	if (nonce && sockets && !sockets_trust(sockets, request->peer) && !sockets_prove(sockets, request->peer, nonce))
		sockets_withhold(sockets);
	else if (nonce)
		reply(request, request->address, "");
}

const struct route subscription_routes[] = {
	{ "/subscribe", "s:pattern [i:hz] [s:numbers]",
		"Sends the values of matching addresses now and as they change, hz times a second at most (30), and "
		"meters hz times a second (25, integrated ones 5; 30 at most), for 10 s; asking again renews it. With the word numbers, "
		"switches are sent as 1 and 0",
		.handle = subscribe },
	{ "/unsubscribe", "s:pattern", "Ends a subscription", .handle = unsubscribe },
	{ "/cookie", "s:nonce",
		"A peer on another machine is sent no more bytes than it sent, until it has proven that answers reach "
		"it: it sends /cookie with any text of 11 characters (questions of less than 24 bytes may get no "
		"answer at all), gets /cookie s:nonce, sends that same message back, gets /cookie without arguments, "
		"and asks again what it wanted. The proof holds while it sends something every minute; surfaces "
		"listed by --osc-surface need none",
		.handle = take_cookie },
	{ 0 },
};
