/* The ports of the JACK client: their registration, their names, their connections. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/clock.h"
#include "rack/base/ring.h"
#include "src/jack_private.h"

#include <errno.h>
#include <jack/metadata.h>
#include <stdio.h>
#include <string.h>

static unsigned long flags_of(unsigned port)
{
	return bus_rows[port / BUS_CHANNELS].output ? JackPortIsOutput : JackPortIsInput;
}

void jack_ports_name(struct jack_link *c)
{
	char name[64];
	atomic_store(&c->naming, true);
	for (unsigned i = 0; i < BUS_PORTS; i++) {
		if (!c->ports[i])
			continue;
		snprintf(name, sizeof name, "%s %s", bus_rows[i / BUS_CHANNELS].label,
			i % BUS_CHANNELS ? "right" : "left");
		jack_set_property(c->jack, jack_port_uuid(c->ports[i]), JACK_METADATA_PRETTY_NAME, name, "text/plain");
	}
	atomic_store(&c->naming, false);
}

bool jack_ports_register(struct jack_link *c)
{
	char name[32];
	for (unsigned i = 0; i < BUS_PORTS; i++) {
		if (!c->has_bus[i / BUS_CHANNELS])
			continue;
		wires_print_port(i, name, sizeof name);
		c->ports[i] = jack_port_register(c->jack, name, JACK_DEFAULT_AUDIO_TYPE, flags_of(i), 0);
		if (!c->ports[i])
			return false;
	}
	return true;
}

void jack_ports_forget_names(struct jack_link *c)
{
	for (unsigned i = 0; i < BUS_PORTS; i++)
		if (c->ports[i])
			jack_remove_properties(c->jack, jack_port_uuid(c->ports[i]));
}

/* ---- JACK's notification thread */

static void rewire(struct jack_link *c)
{
	atomic_store(&c->rewire, true);
	jack_link_wake(c);
}

void jack_on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *arg)
{
	(void)a, (void)b, (void)connected;
	rewire(arg);
}

void jack_on_registration(jack_port_id_t port, int registered, void *arg)
{
	struct jack_link *c = arg;
	ring_write(c->port_events, &(struct port_event){ port, registered },
		1); /* when full, the graph itself still tells */
	rewire(c);
}

/* ---- The control thread: connections */

static const char **graph_connections(void *user, unsigned port)
{
	const struct jack_link *c = user;
	return jack_port_get_all_connections(c->jack, c->ports[port]);
}

static void graph_release(void *user, const char **names)
{
	(void)user;
	jack_free(names);
}

/* Names are looked up only where the answer is sure: a search in vain touches, and so makes resident, the buffers of
 * all ports that the server could have. */
static const void *graph_lookup(void *user, const char *name)
{
	const struct jack_link *c = user;
	return jack_port_by_name(c->jack, name);
}

static bool graph_exists(void *user, const void *handle, const char *name)
{
	(void)user;
	const char *now = jack_port_name(handle);
	return now && !strcmp(now, name);
}

static bool is_own(const struct jack_link *c, const char *name)
{
	size_t length = strlen(c->name);
	return !strncmp(name, c->name, length) && name[length] == ':';
}

static const char **graph_candidates(void *user, unsigned port)
{
	const struct jack_link *c = user;
	unsigned long flags = flags_of(port) == JackPortIsInput ? JackPortIsOutput : JackPortIsInput;
	const char **names = jack_get_ports(c->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, flags), **to = names;
	for (const char **from = names; from && *from; from++)
		if (!is_own(c, *from))
			*to++ = *from;
	if (names)
		*to = NULL;
	return names;
}

static bool graph_connect(void *user, unsigned port, const char *name)
{
	const struct jack_link *c = user;
	const char *own = jack_port_name(c->ports[port]);
	if (is_own(c, name))
		return false;
	int failed =
		flags_of(port) == JackPortIsInput ? jack_connect(c->jack, name, own) : jack_connect(c->jack, own, name);
	return !failed || failed == EEXIST;
}

static void graph_disconnect(void *user, unsigned port, const char *name)
{
	const struct jack_link *c = user;
	const char *own = jack_port_name(c->ports[port]);
	if (flags_of(port) == JackPortIsInput)
		jack_disconnect(c->jack, name, own);
	else
		jack_disconnect(c->jack, own, name);
}

static void read_port_events(struct jack_link *c, struct wires *wires)
{
	struct port_event event;
	while (ring_read(c->port_events, &event, 1)) {
		jack_port_t *port = jack_port_by_id(c->jack, event.port);
		if (port)
			wires_port_event(wires, port, event.registered ? jack_port_name(port) : NULL);
	}
}

void jack_link_update_wires(
	struct jack_link *c, struct wires *wires, void (*say)(void *user, const char *text), void *user)
{
	read_port_events(c, wires);
	const struct wires_graph graph = {
		.user = c,
		.connections = graph_connections,
		.candidates = graph_candidates,
		.release = graph_release,
		.lookup = graph_lookup,
		.exists = graph_exists,
		.connect = graph_connect,
		.disconnect = graph_disconnect,
		.now_ms = clock_now_ms(),
		.say = say,
		.say_user = user,
	};
	wires_update(wires, &graph);
}

bool jack_link_is_connected(const struct jack_link *c, unsigned port)
{
	return c->ports[port] && jack_port_connected(c->ports[port]) > 0;
}

static bool is_from_program(const struct jack_link *c, const char *name)
{
	const jack_port_t *port = jack_port_by_name(c->jack, name);
	return port && !(jack_port_flags(port) & JackPortIsPhysical);
}

bool jack_link_has_front(const struct jack_link *c)
{
	bool found = false;
	for (unsigned i = 0; i < BUS_PORTS && !found; i++) {
		bool input = c->ports[i] && flags_of(i) == JackPortIsInput;
		const char **names = input ? jack_port_get_all_connections(c->jack, c->ports[i]) : NULL;
		for (const char **name = names; name && *name && !found; name++)
			found = is_from_program(c, *name);
		jack_free(names);
	}
	return found;
}

bool jack_link_take_rewire(struct jack_link *c)
{
	return atomic_exchange(&c->rewire, false);
}
