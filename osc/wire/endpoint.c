/* Takes written addresses apart and looks hosts up. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/endpoint.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool endpoint_split(const char *text, const char *usual, char host[ENDPOINT_HOST_SIZE], char port[ENDPOINT_PORT_SIZE])
{
	const char *colon = strrchr(text, ':'), *end = text + strlen(text);
	if (text[0] == '[') {
		const char *bracket = strchr(text++, ']');
		if (!bracket || (bracket[1] && bracket[1] != ':'))
			return false;
		end = bracket;
		colon = bracket[1] ? bracket + 1 : NULL;
	} else if (colon && strchr(text, ':') == colon) {
		end = colon;
	} else {
		colon = NULL;
	}
	if (end == text || end - text >= ENDPOINT_HOST_SIZE || (!colon && !usual))
		return false;
	snprintf(host, ENDPOINT_HOST_SIZE, "%.*s", (int)(end - text), text);
	const char *number = colon ? colon + 1 : usual;
	size_t digits = strspn(number, "0123456789");
	return number[digits] == '\0' && digits > 0 && digits <= 5 && atoi(number) > 0 && atoi(number) <= 65535 &&
	       snprintf(port, ENDPOINT_PORT_SIZE, "%s", number) > 0;
}

static void take(const struct addrinfo *found, struct sockaddr_storage *name, socklen_t *size)
{
	memset(name, 0, sizeof *name);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): getaddrinfo gives an address where it gives no error */
	memcpy(name, found->ai_addr, found->ai_addrlen);
	*size = found->ai_addrlen;
}

bool endpoint_parse(const char *address, int port, struct sockaddr_storage *name, socklen_t *size)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)name;
	struct addrinfo want = { .ai_family = AF_INET6, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST }, *found;
	memset(name, 0, sizeof *name);
	*size = sizeof *ipv4;
	ipv4->sin_family = AF_INET;
	ipv4->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, strcmp(address, "localhost") == 0 ? "127.0.0.1" : address, &ipv4->sin_addr) == 1)
		return true;
	if (getaddrinfo(address, NULL, &want, &found) != 0)
		return false;
	take(found, name, size);
	((struct sockaddr_in6 *)name)->sin6_port = htons((uint16_t)port);
	freeaddrinfo(found);
	return true;
}

const char *endpoint_find(
	const char *host, const char *port, int family, struct sockaddr_storage *name, socklen_t *size)
{
	struct addrinfo want = { .ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV }, *found;
	want.ai_flags |= family == AF_INET6 ? AI_V4MAPPED | AI_ALL : 0;
	int error = getaddrinfo(host, port, &want, &found);
	if (error)
		return gai_strerror(error);
	const struct addrinfo *best = found, *ipv4 = found;
	while (ipv4 && ipv4->ai_family != AF_INET)
		ipv4 = ipv4->ai_next;
	if (ipv4)
		best = ipv4;
	take(best, name, size);
	freeaddrinfo(found);
	return NULL;
}
