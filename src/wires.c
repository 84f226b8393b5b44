/* The connections that the rack should have: asked for, or there when the server went. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/wires.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wire {
	unsigned port;   /* of ours */
	unsigned nth;    /* of the client's ports, when other is a client */
	bool pinned;     /* asked for on the command line */
	bool wanted;     /* to be made as soon as the other end is there */
	bool connected;  /* at the last look */
	const void *end; /* the graph's handle of the other end when it was connected last */
	char other[WIRES_NAME_SIZE];
};

struct wires {
	unsigned n;
	struct wire list[WIRES_MAX];
};

struct wires *wires_new(void)
{
	return calloc(1, sizeof(struct wires));
}

void wires_free(struct wires *w)
{
	free(w);
}

static bool is_client(const struct wire *wire)
{
	return !strchr(wire->other, ':');
}

static void drop(struct wires *w, unsigned index)
{
	w->n--;
	memmove(&w->list[index], &w->list[index + 1], (w->n - index) * sizeof *w->list);
}

/* Room for one more: at the limit the oldest that stands for nothing present goes; NULL if there is none such. */
static struct wire *add(struct wires *w, unsigned port, const char *other, size_t length)
{
	for (unsigned i = 0; w->n == WIRES_MAX && i < w->n; i++)
		if (!w->list[i].pinned && !w->list[i].connected)
			drop(w, i);
	if (w->n == WIRES_MAX || length >= WIRES_NAME_SIZE)
		return NULL;
	struct wire *wire = &w->list[w->n++];
	*wire = (struct wire){ .port = port };
	memcpy(wire->other, other, length);
	return wire;
}

enum status wires_pin(struct wires *w, bool inputs, const char *text, struct reason *reason)
{
	const char *comma = strchr(text, ',');
	size_t lengths[2] = { comma ? (size_t)(comma - text) : strlen(text), comma ? strlen(comma + 1) : strlen(text) };
	const char *names[2] = { text, comma ? comma + 1 : text };
	if (!lengths[0] || !lengths[1] || (comma && strchr(comma + 1, ',')))
		return reason_set(reason, STATUS_BAD_VALUE, "'%s' is not LEFT,RIGHT", text);
	if (!comma && strchr(text, ':'))
		return reason_set(
			reason, STATUS_BAD_VALUE, "'%s' is one port; give LEFT,RIGHT or a client's name", text);
	if (comma && (!memchr(names[0], ':', lengths[0]) || !strchr(names[1], ':')))
		return reason_set(reason, STATUS_BAD_VALUE, "'%s': ports are called CLIENT:PORT", text);
	for (unsigned i = 0; i < 2; i++) {
		struct wire *wire = add(w, (inputs ? PORT_IN_L : PORT_OUT_L) + i, names[i], lengths[i]);
		if (!wire)
			return reason_set(reason, STATUS_BAD_VALUE, "port name too long");
		wire->nth = i;
		wire->pinned = wire->wanted = true;
	}
	return STATUS_OK;
}

/* The other end's name as it is now; false: that client has no such port. */
static bool resolve(const struct wire *wire, const struct wires_graph *graph, char *name)
{
	if (is_client(wire))
		return graph->find(graph->user, wire->other, wire->port, wire->nth, name, WIRES_NAME_SIZE);
	memcpy(name, wire->other, WIRES_NAME_SIZE);
	return true;
}

static void set_connected(struct wire *wire, const struct wires_graph *graph, const char *name)
{
	wire->connected = true;
	wire->wanted = false;
	wire->end = graph->lookup(graph->user, name);
}

static void learn(struct wires *w, const struct wires_graph *graph, unsigned port, const char *other)
{
	char name[WIRES_NAME_SIZE];
	struct wire *found = NULL;
	for (unsigned i = 0; !found && i < w->n; i++)
		if (w->list[i].port == port && resolve(&w->list[i], graph, name) && !strcmp(name, other))
			found = &w->list[i];
	if (!found)
		found = add(w, port, other, strlen(other));
	if (found)
		set_connected(found, graph, other);
}

static void learn_port(struct wires *w, const struct wires_graph *graph, unsigned port)
{
	const char **names = graph->connections(graph->user, port);
	for (unsigned i = 0; names && names[i]; i++)
		learn(w, graph, port, names[i]);
	if (names)
		graph->release(graph->user, names);
}

/* False: somebody took this connection away while both ends were there, so it is to be forgotten. */
static bool settle(struct wire *wire, const struct wires_graph *graph)
{
	char name[WIRES_NAME_SIZE];
	if (wire->connected)
		return true;
	bool there = resolve(wire, graph, name);
	if (!wire->wanted && there && wire->end && graph->exists(graph->user, wire->end, name))
		return wire->pinned;
	wire->wanted |= wire->pinned;
	if (wire->wanted && there && graph->connect(graph->user, wire->port, name))
		set_connected(wire, graph, name);
	return true;
}

void wires_port(struct wires *w, const void *handle, const char *name)
{
	for (unsigned i = 0; i < w->n; i++)
		if (name && !w->list[i].connected && !strcmp(w->list[i].other, name))
			w->list[i].end = handle;
		else if (!name && w->list[i].end == handle)
			w->list[i].end = NULL;
}

void wires_update(struct wires *w, const struct wires_graph *graph)
{
	for (unsigned i = 0; i < w->n; i++)
		w->list[i].connected = false;
	for (unsigned port = 0; port < N_PORTS; port++)
		learn_port(w, graph, port);
	for (unsigned i = 0; i < w->n;)
		if (settle(&w->list[i], graph))
			i++;
		else
			drop(w, i);
}

void wires_lost(struct wires *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		w->list[i].wanted = true;
		w->list[i].connected = false;
		w->list[i].end = NULL;
	}
}

const char *wires_missing(const struct wires *w, unsigned nth)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->list[i].pinned && w->list[i].wanted && nth-- == 0)
			return w->list[i].other;
	return NULL;
}

void wires_awaited(const struct wires *w, char *text, size_t size)
{
	const char *last = NULL;
	size_t used = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < w->n && used < size; i++) {
		const struct wire *wire = &w->list[i];
		bool same = last && !strcmp(last, wire->other); /* a client stands for both its ports */
		if (!wire->pinned || !wire->wanted || wire->port > PORT_IN_R || same)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", last ? ", " : "", wire->other);
		last = wire->other;
	}
}

void wires_hand_over(const struct wires *w, wires_tell *tell, void *user)
{
	for (unsigned i = 0; i < w->n; i++)
		if (!w->list[i].pinned && (w->list[i].connected || w->list[i].wanted) &&
			!strchr(w->list[i].other, '\n'))
			tell(user, w->list[i].port, w->list[i].other);
}

void wires_want(struct wires *w, unsigned port, const char *other)
{
	struct wire *wire = port < N_PORTS ? add(w, port, other, strlen(other)) : NULL;
	if (wire)
		wire->wanted = true;
}
