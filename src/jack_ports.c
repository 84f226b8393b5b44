/* The ports of the JACK client: their registration, their names, their connections. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/ring.h"
#include "src/jack_private.h"

#include <errno.h>
#include <jack/metadata.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *pretty;
	unsigned long flags;
} port_rows[N_PORTS] = {
	[PORT_IN_L] = { "in_L", "Input left", JackPortIsInput },
	[PORT_IN_R] = { "in_R", "Input right", JackPortIsInput },
	[PORT_OUT_L] = { "out_L", "Output left", JackPortIsOutput },
	[PORT_OUT_R] = { "out_R", "Output right", JackPortIsOutput },
};

void jack_ports_name(struct jack_link *c)
{
	atomic_store(&c->naming, true);
	for (int i = 0; i < N_PORTS; i++)
		jack_set_property(c->jack, jack_port_uuid(c->ports[i]), JACK_METADATA_PRETTY_NAME, port_rows[i].pretty,
			"text/plain");
	atomic_store(&c->naming, false);
}

bool jack_ports_register(struct jack_link *c)
{
	for (int i = 0; i < N_PORTS; i++) {
		c->ports[i] =
			jack_port_register(c->jack, port_rows[i].name, JACK_DEFAULT_AUDIO_TYPE, port_rows[i].flags, 0);
		if (!c->ports[i])
			return false;
	}
	return true;
}

void jack_ports_forget_names(struct jack_link *c)
{
	for (int i = 0; i < N_PORTS; i++)
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

static bool graph_find(void *user, const char *client, unsigned port, unsigned nth, char *name, size_t size)
{
	const struct jack_link *c = user;
	unsigned long flags = port_rows[port].flags == JackPortIsInput ? JackPortIsOutput : JackPortIsInput;
	const char **names = jack_get_ports(c->jack, NULL, JACK_DEFAULT_AUDIO_TYPE, flags);
	size_t length = strlen(client);
	bool found = false;
	for (const char **p = names; p && *p && !found; p++)
		if (!strncmp(*p, client, length) && (*p)[length] == ':' && nth-- == 0)
			found = snprintf(name, size, "%s", *p) < (int)size;
	jack_free(names);
	return found;
}

static bool graph_connect(void *user, unsigned port, const char *name)
{
	const struct jack_link *c = user;
	const char *own = jack_port_name(c->ports[port]);
	int failed = port_rows[port].flags == JackPortIsInput ? jack_connect(c->jack, name, own)
							      : jack_connect(c->jack, own, name);
	return !failed || failed == EEXIST;
}

static void read_port_events(struct jack_link *c, struct wires *wires)
{
	struct port_event event;
	while (ring_read(c->port_events, &event, 1)) {
		jack_port_t *port = jack_port_by_id(c->jack, event.port);
		if (port)
			wires_port(wires, port, event.registered ? jack_port_name(port) : NULL);
	}
}

void jack_link_update_wires(struct jack_link *c, struct wires *wires)
{
	read_port_events(c, wires);
	const struct wires_graph graph = {
		.user = c,
		.connections = graph_connections,
		.release = graph_release,
		.lookup = graph_lookup,
		.exists = graph_exists,
		.find = graph_find,
		.connect = graph_connect,
	};
	wires_update(wires, &graph);
}

bool jack_link_hears(const struct jack_link *c, unsigned port)
{
	return jack_port_connected(c->ports[port]) > 0;
}

bool jack_link_take_rewire(struct jack_link *c)
{
	return atomic_exchange(&c->rewire, false);
}
