/* Finds the row of the map that a message is for, or the rows that its pattern means. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/dispatch.h"

#include "osc/server/router.h"
#include "osc/server/serving.h"
#include "osc/wire/pattern.h"
#include "osc/wire/value.h"
#include "rack/base/clock.h"

#include <stdio.h>
#include <string.h>

enum { MEANT_MAX = 64, MATCHES_A_TOKEN = 32 };

static bool is_release(const struct message *message)
{
	double number;
	return message_number(message, 0, &number) && number == 0;
}

/* With what is changed by it told to all but its sender (publish.h). */
static void handle(const struct request *request)
{
	const struct request *outer = request->server->current;
	request->server->current = request;
	request->route->handle(request);
	request->server->current = outer;
}

static void dispatch_address(struct request *request, const char *address)
{
	const struct route *route = router_find(address);
	const struct rack *rack = control_rack(request->server->control);
	const char *missing = "unknown address";
	request->address = address;
	request->route = route;
	request->place = (struct place){ 0 };
	if (!route || (route->find && !route->find(rack, address, &request->place, &missing)))
		reply_error(request, missing);
	else if ((route->flags & ROUTE_LOCAL) && !request->peer->local)
		reply_error(request, "only over the local socket");
	else if ((route->flags & ROUTE_WRITES) && !request->server->sockets)
		reply_error(request, "refused: it would change files in the preset folder");
	else if (route->body && value_is_question(request->message))
		reply_value(request);
	else if (!route->handle)
		reply_error(request, "can be asked only: it takes no arguments");
	else if (!(route->flags & ROUTE_PRESS) || !is_release(request->message))
		handle(request);
}

/* A pattern is compared with every address: a datagram full of them would take a large rack a second. */
static bool may_match(struct server *server, const struct peer *peer)
{
	uint32_t tokens = (uint32_t)(server->subjects.n / MATCHES_A_TOKEN);
	bool may = !server->sockets || limit_spend(&server->limit, peer, tokens, clock_now_us());
	server->malformed += !may;
	return may;
}

/* The addresses are copied, because handlers may change the list. */
static void dispatch_pattern(struct request *request, const char *pattern)
{
	if (!may_match(request->server, request->peer))
		return;
	const struct subjects *subjects = &request->server->subjects;
	char base[ADDRESS_SIZE], meant[MEANT_MAX][ADDRESS_SIZE + 8];
	int n = 0;
	const char *fault = pattern_fault(pattern);
	snprintf(base, sizeof base, "%s", pattern);
	enum form form = form_split(base);
	for (size_t i = 0; !fault && i < subjects->n; i++) {
		const struct subject *subject = &subjects->list[i];
		bool possible = form == FORM_VALUE || (subject->route->flags & ROUTE_FORMS);
		if (!possible || !pattern_matches(base, subject->address))
			continue;
		if (n == MEANT_MAX)
			fault = "the pattern matches more than 64 addresses";
		else
			snprintf(meant[n++], sizeof meant[0], "%s%s", subject->address, form_suffix(form));
	}
	request->address = pattern;
	if (fault || n == 0)
		reply_error(request, fault ? fault : "unknown address: nothing matches the pattern");
	control_begin(request->server->control, 0); /* one transaction, or part of the bundle's */
	for (int i = 0; !fault && i < n; i++)
		dispatch_address(request, meant[i]);
	control_end(request->server->control);
}

void dispatch(struct request *request)
{
	const char *address = request->message->address;
	/* An error is never answered: two racks that complain to each other would not end. */
	if (strcmp(address, "/error") == 0)
		return;
	if (pattern_has_wildcards(address))
		dispatch_pattern(request, address);
	else
		dispatch_address(request, address);
}
