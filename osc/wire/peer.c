/* Compares the senders of datagrams. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/peer.h"

#include "osc/wire/allow.h"

#include <netinet/in.h>
#include <string.h>

bool peer_equal(const struct peer *a, const struct peer *b)
{
	return a->size == b->size && memcmp(&a->name, &b->name, a->size) == 0;
}

bool peer_same_machine(const struct peer *a, const struct peer *b)
{
	struct peer same = *a;
	if (a->local || b->local)
		return false;
	if (allow_is_loopback((const struct sockaddr *)&a->name))
		return allow_is_loopback((const struct sockaddr *)&b->name);
	/* at the same place for IPv6 */
	((struct sockaddr_in *)&same.name)->sin_port = ((const struct sockaddr_in *)&b->name)->sin_port;
	return peer_equal(&same, b);
}
