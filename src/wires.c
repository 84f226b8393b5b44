/* The connections that the rack should have: asked for, or there when the server went. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/wires.h"

#include "src/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program registers its ports one by one, and its main output may come after tracks: so long after the first pair of
 * a client is chosen, its main output takes over. */
enum { STARTING_MS = 10000 };

struct wire {
	unsigned port;       /* of ours */
	bool pinned;         /* asked for on the command line */
	bool wanted;         /* to be made as soon as the other end is there */
	bool connected;      /* at the last look */
	bool made;           /* by us, and not by somebody else */
	enum pair_kind kind; /* of the ports chosen, in the left wire of a client */
	int64_t alike_ms;    /* when a pair named alike was chosen, likewise */
	const void *end;     /* the graph's handle of the other end when it was connected last */
	char other[WIRES_NAME_SIZE];
	char chosen[WIRES_NAME_SIZE]; /* the client's port, when other is a client; "": none is there */
};

struct wires {
	bool has_bus[N_BUSES];
	unsigned n;
	struct wire list[WIRES_MAX]; /* the two wires of a pin stand side by side */
};

struct wires *wires_new(void)
{
	struct wires *w = calloc(1, sizeof *w);
	for (int bus = 0; w && bus < N_BUSES; bus++)
		w->has_bus[bus] = !bus_rows[bus].optional;
	return w;
}

void wires_free(struct wires *w)
{
	free(w);
}

void wires_add_bus(struct wires *w, enum bus bus)
{
	w->has_bus[bus] = true;
}

bool wires_has_bus(const struct wires *w, enum bus bus)
{
	return w->has_bus[bus];
}

void wires_print_port(unsigned port, char *name, size_t size)
{
	snprintf(name, size, "%s_%c", bus_rows[port / BUS_CHANNELS].id, port % BUS_CHANNELS ? 'R' : 'L');
}

static bool is_client(const struct wire *wire)
{
	return !strchr(wire->other, ':');
}

static enum bus bus_of(const struct wire *wire)
{
	return (enum bus)(wire->port / BUS_CHANNELS);
}

static void drop(struct wires *w, unsigned index)
{
	w->n--;
	memmove(&w->list[index], &w->list[index + 1], (w->n - index) * sizeof *w->list);
}

/* Room for one more: at the limit the oldest that stands for nothing present goes; NULL if there is none such. */
static struct wire *add(struct wires *w, unsigned port, const char *other)
{
	size_t length = strlen(other);
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

/* ---- What is asked for */

/* Copies a name up to a comma or the end, without its escapes; gives what stands behind it. NULL: too long. */
static const char *read_name(const char *text, char *name)
{
	size_t n = 0;
	for (; *text && *text != ','; text++) {
		text += *text == '\\' && (text[1] == ',' || text[1] == '\\');
		if (n == WIRES_NAME_SIZE - 1)
			return NULL;
		name[n++] = *text;
	}
	name[n] = '\0';
	return text;
}

void wires_escape(const char *name, char *text, size_t size)
{
	size_t n = 0;
	for (; *name && n + 2 < size; name++) {
		if (*name == ',' || (*name == '\\' && (name[1] == ',' || name[1] == '\\' || !name[1])))
			text[n++] = '\\';
		text[n++] = *name;
	}
	text[n] = '\0';
}

/* False: the reason says what is wrong. One name means a client, whose both sides are taken. */
static enum status read_names(const char *text, char names[2][WIRES_NAME_SIZE], struct reason *reason)
{
	const char *rest = read_name(text, names[0]);
	bool two = rest && *rest == ',';
	if (two)
		rest = read_name(rest + 1, names[1]);
	else
		memcpy(names[1], names[0], WIRES_NAME_SIZE);
	if (!rest)
		return reason_set(reason, STATUS_BAD_VALUE, "port name too long");
	if (*rest || !names[0][0] || !names[1][0])
		return reason_set(reason, STATUS_BAD_VALUE, "'%s' is not LEFT,RIGHT (a comma in a name: \\,)", text);
	if (!two && strchr(names[0], ':'))
		return reason_set(
			reason, STATUS_BAD_VALUE, "'%s' is one port; give LEFT,RIGHT or a client's name", text);
	if (two && (!strchr(names[0], ':') || !strchr(names[1], ':')))
		return reason_set(reason, STATUS_BAD_VALUE, "'%s': ports are called CLIENT:PORT", text);
	return STATUS_OK;
}

enum status wires_pin(struct wires *w, enum bus bus, const char *text, struct reason *reason)
{
	char names[2][WIRES_NAME_SIZE];
	enum status status = read_names(text, names, reason);
	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < 2; i++) {
		struct wire *wire = add(w, wires_port(bus, i), names[i]);
		if (!wire)
			return reason_set(reason, STATUS_BAD_VALUE, "too many ports");
		wire->pinned = wire->wanted = true;
	}
	w->has_bus[bus] = true;
	return STATUS_OK;
}

enum bus wires_find_client(const struct wires *w, const char *client)
{
	size_t length = strlen(client);
	for (unsigned i = 0; i < w->n; i++) {
		const struct wire *wire = &w->list[i];
		if (wire->pinned && !strncmp(wire->other, client, length) &&
			(wire->other[length] == ':' || wire->other[length] == '\0'))
			return bus_of(wire);
	}
	return N_BUSES;
}

/* ---- Clients: which of their ports are meant */

static bool contains(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static void say_choice(const struct wires_graph *graph, const char *client, const struct pair *pair)
{
	char text[sizeof((struct reason *)0)->text];
	if (pair->kind == PAIR_SERVICE)
		snprintf(text, sizeof text, "'%s' has only ports for time code or a click, which are not taken unasked",
			client);
	else if (pair->kind == PAIR_LONE)
		snprintf(text, sizeof text, "'%s' has one port, taken as left: %s", client, pair->names[0]);
	else if (pair->kind == PAIR_UNLIKE)
		snprintf(text, sizeof text,
			"'%s' has no two ports whose names tell left and right; its first two are taken: %s and %s",
			client, pair->names[0], pair->names[1]);
	else
		return;
	graph->say(graph->say_user, text);
}

/* A wire goes to another port of its client; what we made for the one before is undone, where that is there. */
static void choose(struct wire *wire, const struct wires_graph *graph, const char *name, bool was_there)
{
	if (name && !strcmp(wire->chosen, name))
		return;
	if (was_there && wire->connected && wire->made)
		graph->disconnect(graph->user, wire->port, wire->chosen);
	snprintf(wire->chosen, sizeof wire->chosen, "%s", name ? name : "");
	wire->connected = wire->made = false;
	wire->wanted = true;
	wire->end = NULL;
}

/* A choice whose ports are there is kept, unless it was a makeshift and a pair named alike has come since, or the
 * client is starting and its main output has come. */
static bool is_better(const struct wire *left, enum pair_kind kind, int64_t now_ms)
{
	if (kind <= left->kind)
		return false;
	return left->kind < PAIR_ALIKE || now_ms - left->alike_ms < STARTING_MS;
}

static void choose_pair(struct wire *left, struct wire *right, const struct wires_graph *graph)
{
	const char **names = graph->candidates(graph->user, left->port);
	struct pair pair = pair_choose(names, left->other);
	bool has_left = left->chosen[0] && contains(names, left->chosen);
	bool has_right = right->chosen[0] && contains(names, right->chosen);
	if ((!has_left && !has_right) || is_better(left, pair.kind, graph->now_ms)) {
		if (pair.kind != left->kind)
			say_choice(graph, left->other, &pair);
		if (pair.kind != PAIR_MAIN)
			left->alike_ms = graph->now_ms;
		left->kind = pair.kind;
		choose(left, graph, pair.names[0], has_left);
		choose(right, graph, pair.names[1], has_right);
	} else if (!has_left) {
		bool same = pair.names[1] && !strcmp(pair.names[1], right->chosen);
		choose(left, graph, same ? pair.names[0] : NULL, false);
	} else if (!has_right) {
		bool same = pair.names[1] && !strcmp(pair.names[0], left->chosen);
		choose(right, graph, same ? pair.names[1] : NULL, false);
	}
	if (names)
		graph->release(graph->user, names);
}

static void choose_ports(struct wires *w, const struct wires_graph *graph)
{
	for (unsigned i = 0; i + 1 < w->n; i++)
		if (w->list[i].pinned && w->list[i].port % BUS_CHANNELS == 0 && is_client(&w->list[i]))
			choose_pair(&w->list[i], &w->list[i + 1], graph);
}

/* ---- The graph as it is and as it should be */

/* The other end's name as it is now; "": that client has no such port. */
static const char *end_name(const struct wire *wire)
{
	return is_client(wire) ? wire->chosen : wire->other;
}

static void set_connected(struct wire *wire, const struct wires_graph *graph, const char *name)
{
	wire->connected = true;
	wire->wanted = false;
	wire->end = graph->lookup(graph->user, name);
}

static void learn(struct wires *w, const struct wires_graph *graph, unsigned port, const char *other)
{
	struct wire *found = NULL;
	for (unsigned i = 0; !found && i < w->n; i++)
		if (w->list[i].port == port && !strcmp(end_name(&w->list[i]), other))
			found = &w->list[i];
	if (!found)
		found = add(w, port, other);
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
	const char *name = end_name(wire);
	if (wire->connected)
		return true;
	wire->made = false;
	if (!wire->wanted && name[0] && wire->end && graph->exists(graph->user, wire->end, name))
		return wire->pinned;
	wire->wanted |= wire->pinned;
	if (wire->wanted && name[0] && graph->connect(graph->user, wire->port, name)) {
		wire->made = true;
		set_connected(wire, graph, name);
	}
	return true;
}

void wires_port_event(struct wires *w, const void *handle, const char *name)
{
	for (unsigned i = 0; i < w->n; i++)
		if (name && !w->list[i].connected && !strcmp(w->list[i].other, name))
			w->list[i].end = handle;
		else if (!name && w->list[i].end == handle)
			w->list[i].end = NULL;
}

void wires_update(struct wires *w, const struct wires_graph *graph)
{
	choose_ports(w, graph);
	for (unsigned i = 0; i < w->n; i++)
		w->list[i].connected = false;
	for (unsigned port = 0; port < BUS_PORTS; port++)
		if (w->has_bus[port / BUS_CHANNELS])
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
		w->list[i].connected = w->list[i].made = false;
		w->list[i].end = NULL;
		w->list[i].kind = PAIR_NONE;
		w->list[i].chosen[0] = '\0';
	}
}

/* ---- What is told */

static void append(char *text, size_t size, const char *between, const char *name)
{
	size_t used = strlen(text);
	snprintf(text + used, size - used, "%s%s", used ? between : "", name);
}

void wires_connected(const struct wires *w, unsigned port, char *text, size_t size)
{
	text[0] = '\0';
	for (unsigned i = 0; i < w->n; i++)
		if (w->list[i].port == port && w->list[i].connected)
			append(text, size, " + ", end_name(&w->list[i]));
}

const char *wires_missing(const struct wires *w, unsigned nth, unsigned *port)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->list[i].pinned && w->list[i].wanted && nth-- == 0) {
			*port = w->list[i].port;
			return w->list[i].other;
		}
	return NULL;
}

void wires_awaited(const struct wires *w, enum bus bus, char *text, size_t size)
{
	char name[2 * WIRES_NAME_SIZE];
	const char *last = "";
	text[0] = '\0';
	for (unsigned i = 0; i < w->n; i++) {
		const struct wire *wire = &w->list[i];
		if (!wire->pinned || !wire->wanted || bus_of(wire) != bus || !strcmp(last, wire->other))
			continue; /* a client stands for both its ports */
		wires_escape(wire->other, name, sizeof name);
		append(text, size, ", ", name);
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
	struct wire *wire = port < BUS_PORTS && w->has_bus[port / BUS_CHANNELS] ? add(w, port, other) : NULL;
	if (wire)
		wire->wanted = true;
}
