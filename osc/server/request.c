/* Answers and errors, and the checks of arguments that end in them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/request.h"

#include "osc/server/serving.h"

#include <math.h>
#include <stdio.h>

/* Frees body. */
static lo_message as_numbers(lo_message body)
{
	lo_message numbers = message_with_numbers(body);
	lo_message_free(body);
	return numbers;
}

static void send_body(struct server *server, const struct peer *peer, const char *address, lo_message body)
{
	if (body && message_has_switches(body) &&
		leases_wants_numbers(&server->leases, leases_origin(&server->leases, peer)))
		body = as_numbers(body);
	size_t size = body && server->sockets ? message_write(address, body, server->out, sizeof server->out) : 0;
	if (size)
		sockets_send(server->sockets, peer, server->out, size);
	if (body)
		lo_message_free(body);
}

static void send_list(
	struct server *server, const struct peer *peer, const char *address, const char *types, va_list values)
{
	lo_message body = lo_message_new();
	if (body)
		message_add_list(body, types, values);
	send_body(server, peer, address, body);
}

void send_to(struct server *server, const struct peer *peer, const char *address, const char *types, ...)
{
	va_list values;
	va_start(values, types);
	send_list(server, peer, address, types, values);
	va_end(values);
}

void send_error(struct server *server, const struct peer *peer, const char *address, const char *reason)
{
	if (!server->sockets) {
		reason_set(server->refusal, STATUS_BAD_VALUE, "%s", reason);
		return;
	}
	/* Both may hold what came from outside. */
	char place[ADDRESS_SIZE], text[256];
	snprintf(place, sizeof place, "%s", address);
	snprintf(text, sizeof text, "%s", reason);
	message_clean(place);
	message_clean(text);
	send_to(server, peer, "/error", "ss", place, text);
	const struct subscriber *surface = leases_surface(&server->leases, leases_origin(&server->leases, peer));
	if (surface && !surface->surface.closed && !peer_equal(&surface->peer, peer))
		send_to(server, &surface->peer, "/error", "ss", place, text);
}

void reply(const struct request *request, const char *address, const char *types, ...)
{
	va_list values;
	va_start(values, types);
	if (!request->over_rate)
		send_list(request->server, request->peer, address, types, values);
	va_end(values);
}

void reply_body(const struct request *request, const char *address, lo_message body)
{
	if (!request->over_rate)
		send_body(request->server, request->peer, address, body);
	else if (body)
		lo_message_free(body);
}

void reply_value(const struct request *request)
{
	lo_message body = request->over_rate ? NULL : lo_message_new();
	if (!body)
		return;
	request->route->body(request->server, &request->place, body);
	reply_body(request, request->address, body);
}

void reply_error(const struct request *request, const char *reason)
{
	if (!request->over_rate)
		send_error(request->server, request->peer, request->address, reason);
}

bool expect_number(const struct request *request, int index, double min, double max, double *number)
{
	char text[80];
	if (!message_number(request->message, index, number) || !isfinite(*number)) {
		snprintf(text, sizeof text, "argument %d must be a finite number", index + 1);
		reply_error(request, text);
		return false;
	}
	*number = fmax(min, fmin(max, *number));
	return true;
}

const char *expect_text(const struct request *request, int index)
{
	char text[80];
	const char *found = message_text(request->message, index);
	snprintf(text, sizeof text, "argument %d must be text (s)", index + 1);
	if (!found)
		reply_error(request, text);
	return found;
}
