/* What each bus is connected to: kept as it should be, and told when it changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/connections.h"

#include "src/jack.h"

#include <stdio.h>
#include <string.h>

void connections_init(struct connections *c, struct wires *wires, void (*say)(void *user, const char *text), void *user)
{
	memset(c, 0, sizeof *c);
	c->wires = wires;
	c->say = say;
	c->user = user;
	for (int bus = 0; bus < N_BUSES; bus++)
		c->buses[bus].there = wires_has_bus(wires, (enum bus)bus);
}

/* "Input: left play:out_L, right play:out_R", where that is news. */
static void tell(struct connections *c, enum bus bus)
{
	char ends[BUS_CHANNELS][CONNECTIONS_TOLD_SIZE / 4], awaited[CONNECTIONS_TOLD_SIZE / 4],
		text[CONNECTIONS_TOLD_SIZE];
	const bool *connected = c->buses[bus].connected;
	for (unsigned i = 0; i < BUS_CHANNELS; i++) {
		wires_connected(c->wires, wires_port(bus, i), ends[i], sizeof ends[i]);
		if (!ends[i][0])
			snprintf(ends[i], sizeof ends[i], connected[i] ? "connected" : "not connected");
	}
	wires_awaited(c->wires, bus, awaited, sizeof awaited);
	bool any = connected[0] || connected[1];
	snprintf(text, sizeof text, "%s: %s%s%s%s%s%s", bus_rows[bus].label, any ? "left " : "", ends[0],
		any ? ", right " : "", any ? ends[1] : "", awaited[0] ? "; waiting for " : "", awaited);
	if (!strcmp(text, c->told[bus]))
		return;
	snprintf(c->told[bus], sizeof c->told[bus], "%s", text);
	c->say(c->user, text);
}

void connections_update(struct connections *c, struct jack_link *link)
{
	jack_link_update_wires(link, c->wires, c->say, c->user);
	for (int bus = 0; bus < N_BUSES; bus++) {
		if (!c->buses[bus].there)
			continue;
		for (unsigned i = 0; i < BUS_CHANNELS; i++)
			c->buses[bus].connected[i] = jack_link_is_connected(link, wires_port((enum bus)bus, i));
		tell(c, (enum bus)bus);
	}
}

void connections_lost(struct connections *c)
{
	wires_lost(c->wires);
	for (int bus = 0; bus < N_BUSES; bus++)
		memset(c->buses[bus].connected, 0, sizeof c->buses[bus].connected);
	memset(c->told, 0, sizeof c->told);
}

void connections_read(const struct connections *c, struct host_bus buses[N_BUSES])
{
	memcpy(buses, c->buses, sizeof c->buses);
	for (int bus = 0; bus < N_BUSES; bus++)
		wires_awaited(c->wires, (enum bus)bus, buses[bus].awaited, sizeof buses[bus].awaited);
}
