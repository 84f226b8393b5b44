/* Networks of IPv4 and IPv6 as one list of 128-bit prefixes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/allow.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void from_ipv4(const struct in_addr *in, uint8_t address[16])
{
	memcpy(address, mapped, sizeof mapped);
	memcpy(address + 12, in, 4);
}

static bool from_socket(const struct sockaddr *name, uint8_t address[16])
{
	if (name->sa_family == AF_INET)
		from_ipv4(&((const struct sockaddr_in *)name)->sin_addr, address);
	else if (name->sa_family == AF_INET6)
		memcpy(address, &((const struct sockaddr_in6 *)name)->sin6_addr, 16);
	else
		return false;
	return true;
}

static bool same_prefix(const uint8_t a[16], const uint8_t b[16], int bits)
{
	if (memcmp(a, b, (size_t)bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8)) == 0;
}

bool allow_is_loopback(const struct sockaddr *name)
{
	static const uint8_t ipv6[16] = { [15] = 1 };
	uint8_t ipv4[16] = { [12] = 127 }, address[16];
	memcpy(ipv4, mapped, sizeof mapped);
	return from_socket(name, address) && (same_prefix(address, ipv4, 104) || same_prefix(address, ipv6, 128));
}

bool allow_has(const struct allow *allow, const struct sockaddr *name)
{
	uint8_t address[16];
	if (allow_is_loopback(name))
		return true;
	if (!from_socket(name, address))
		return false;
	for (int i = 0; i < allow->n; i++)
		if (same_prefix(address, allow->networks[i].address, allow->networks[i].bits))
			return true;
	return false;
}

static bool parse_bits(const char *text, int max, int *bits)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 3 || text[digits] || atoi(text) > max)
		return false;
	*bits = atoi(text);
	return true;
}

static bool parse_network(char *text, uint8_t address[16], int *bits)
{
	struct in_addr ipv4;
	char *slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	bool is_ipv4 = inet_pton(AF_INET, text, &ipv4) == 1;
	if (is_ipv4)
		from_ipv4(&ipv4, address);
	else if (inet_pton(AF_INET6, text, address) != 1)
		return false;
	int max = is_ipv4 ? 32 : 128;
	*bits = max;
	if (slash && !parse_bits(slash, max, bits))
		return false;
	*bits += is_ipv4 ? 96 : 0;
	return true;
}

enum status allow_parse(struct allow *allow, const char *list, struct reason *reason)
{
	allow->n = 0;
	for (const char *at = list ? list : ""; *at;) {
		char text[64];
		size_t length = strcspn(at, ",");
		snprintf(text, sizeof text, "%.*s", (int)length, at);
		if (allow->n == ALLOW_MAX)
			return reason_set(reason, STATUS_BAD_VALUE, "--osc-allow: more than %d networks", ALLOW_MAX);
		if (length >= sizeof text ||
			!parse_network(text, allow->networks[allow->n].address, &allow->networks[allow->n].bits))
			return reason_set(reason, STATUS_BAD_VALUE,
				"--osc-allow: '%.*s' is not an address or network (192.168.1.0/24)",
				length < 60 ? (int)length : 60, at);
		allow->n++;
		at += length + (at[length] == ',');
	}
	return STATUS_OK;
}
