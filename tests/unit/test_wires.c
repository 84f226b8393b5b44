/* Which connections are made, kept, forgotten and made again, on a graph of pretended ports. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/jack.h"
#include "src/pair.h"
#include "src/subcommands.h"
#include "src/wires.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PORTS_MAX = 80 };

#define IN_L wires_port(BUS_IN, 0)
#define IN_R wires_port(BUS_IN, 1)
#define OUT_L wires_port(BUS_OUT, 0)
#define OUT_R wires_port(BUS_OUT, 1)

/* A port's handle is its place, which a later port may take over, as in JACK. */
struct graph {
	char names[PORTS_MAX][64];
	bool connected[BUS_PORTS][PORTS_MAX];
	unsigned made, undone; /* connections, by the wires */
	char said[300];        /* last */
};

struct rig {
	struct graph graph;
	struct wires *wires;
	struct wires_graph calls;
};

static int find_port(const struct graph *g, const char *name)
{
	for (int i = 0; i < PORTS_MAX; i++)
		if (g->names[i][0] && !strcmp(g->names[i], name))
			return i;
	return -1;
}

static const char **connections(void *user, unsigned port)
{
	struct graph *g = user;
	const char **names = calloc(PORTS_MAX + 1, sizeof *names);
	for (int i = 0, n = 0; i < PORTS_MAX; i++)
		if (g->connected[port][i])
			names[n++] = g->names[i];
	return names;
}

static void release(void *user, const char **names)
{
	(void)user;
	free(names);
}

static const void *lookup(void *user, const char *name)
{
	struct graph *g = user;
	int port = find_port(g, name);
	assert_true(port >= 0); /* only asked for what is there */
	return g->names[port];
}

static bool exists(void *user, const void *handle, const char *name)
{
	(void)user;
	return !strcmp(handle, name);
}

static const char **candidates(void *user, unsigned port)
{
	struct graph *g = user;
	const char **names = calloc(PORTS_MAX + 1, sizeof *names);
	(void)port;
	for (int i = 0, n = 0; i < PORTS_MAX; i++)
		if (g->names[i][0])
			names[n++] = g->names[i];
	return names;
}

static void disconnect_port(void *user, unsigned port, const char *name)
{
	struct graph *g = user;
	int other = find_port(g, name);
	assert_true(other >= 0 && g->connected[port][other]);
	g->connected[port][other] = false;
	g->undone++;
}

static void say(void *user, const char *text)
{
	struct graph *g = user;
	snprintf(g->said, sizeof g->said, "%s", text);
}

static bool connect_port(void *user, unsigned port, const char *name)
{
	struct graph *g = user;
	int other = find_port(g, name);
	if (other < 0)
		return false;
	g->connected[port][other] = true;
	g->made++;
	return true;
}

static void come(struct rig *r, int place, const char *name)
{
	snprintf(r->graph.names[place], sizeof r->graph.names[place], "%s", name);
	wires_port_event(r->wires, r->graph.names[place], r->graph.names[place]);
}

static void go(struct rig *r, int place)
{
	r->graph.names[place][0] = '\0';
	for (int port = 0; port < BUS_PORTS; port++)
		r->graph.connected[port][place] = false;
	wires_port_event(r->wires, r->graph.names[place], NULL);
}

static void update(struct rig *r)
{
	wires_update(r->wires, &r->calls);
}

/* The server dies and comes back with no ports but these. */
static void restart(struct rig *r, const char *a, const char *b)
{
	wires_lost(r->wires);
	memset(&r->graph, 0, sizeof r->graph);
	come(r, 10, a);
	come(r, 11, b);
	update(r);
}

static int setup(void **state)
{
	struct rig *r = calloc(1, sizeof *r);
	r->wires = wires_new();
	r->calls = (struct wires_graph){
		.user = &r->graph,
		.connections = connections,
		.candidates = candidates,
		.release = release,
		.lookup = lookup,
		.exists = exists,
		.connect = connect_port,
		.disconnect = disconnect_port,
		.say = say,
		.say_user = &r->graph,
	};
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;
	wires_free(r->wires);
	free(r);
	return 0;
}

static const char *missing(const struct wires *wires, unsigned nth)
{
	unsigned port;
	return wires_missing(wires, nth, &port);
}

static bool has(const struct rig *r, unsigned port, const char *name)
{
	int other = find_port(&r->graph, name);
	return other >= 0 && r->graph.connected[port][other];
}

static void pins_are_read(void **state)
{
	struct rig *r = *state;
	static const char *const bad[] = { "", ",", "a:b,", ",a:b", "a:b", "a,b", "a:b,c", "a:b,c:d,e:f" };
	struct reason reason;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(wires_pin(r->wires, BUS_IN, bad[i], &reason), STATUS_BAD_VALUE);
	assert_null(missing(r->wires, 0));
	assert_int_equal(wires_pin(r->wires, BUS_IN, "a:b c,d:e", &reason), STATUS_OK);
	assert_int_equal(wires_pin(r->wires, BUS_OUT, "daw", &reason), STATUS_OK);
	assert_string_equal(missing(r->wires, 0), "a:b c");
	assert_string_equal(missing(r->wires, 1), "d:e");
	assert_string_equal(missing(r->wires, 2), "daw");
}

static void commas_in_names_are_escaped(void **state)
{
	struct rig *r = *state;
	char text[64];
	assert_int_equal(wires_pin(r->wires, BUS_IN, "a\\,b:l\\, 1,a\\,b:back\\slash\\\\", NULL), STATUS_OK);
	assert_string_equal(missing(r->wires, 0), "a,b:l, 1");
	assert_string_equal(missing(r->wires, 1), "a,b:back\\slash\\");
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "a\\,b:l\\, 1, a\\,b:back\\slash\\\\");         /* as they were written */
	assert_int_equal(wires_pin(r->wires, BUS_OUT, "x\\,y", NULL), STATUS_OK); /* a client */
	come(r, 3, "x,y:l");
	come(r, 4, "x,y:r");
	update(r);
	assert_true(has(r, OUT_L, "x,y:l") && has(r, OUT_R, "x,y:r"));
}

static void a_long_name_is_an_error(void **state)
{
	struct rig *r = *state;
	struct reason reason;
	char text[WIRES_NAME_SIZE + 32];
	memset(text, 'x', sizeof text);
	snprintf(text + WIRES_NAME_SIZE, 32, ":a,b:c");
	assert_int_equal(wires_pin(r->wires, BUS_IN, text, &reason), STATUS_BAD_VALUE);
}

static void the_rack_itself_is_found(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_IN, "daw:l,lacquer:out_L", NULL);
	wires_pin(r->wires, BUS_REF, "lacquered", NULL);
	assert_int_equal(wires_find_client(r->wires, "lacquer"), BUS_IN);
	assert_int_equal(wires_find_client(r->wires, "lacquered"), BUS_REF);
	assert_int_equal(wires_find_client(r->wires, "lacq"), N_BUSES);
}

static void pinned_are_made_whenever_they_come(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_IN, "daw:l,daw:r", NULL);
	update(r);
	assert_int_equal(r->graph.made, 0);
	come(r, 5, "daw:l");
	come(r, 6, "daw:r");
	update(r);
	assert_true(r->graph.connected[IN_L][5] && r->graph.connected[IN_R][6]);
	assert_null(missing(r->wires, 0));
	go(r, 5);
	update(r);
	come(r, 9, "daw:l");
	update(r);
	assert_true(r->graph.connected[IN_L][9]);
	go(r, 9); /* back in the same place before anybody looked */
	come(r, 9, "daw:l");
	update(r);
	assert_true(r->graph.connected[IN_L][9]);
}

static void pinned_client_means_its_first_two(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_OUT, "amp", NULL);
	come(r, 1, "amplifier:a");
	come(r, 2, "amp:x");
	come(r, 3, "amp:y");
	come(r, 4, "amp:z");
	update(r);
	assert_true(r->graph.connected[OUT_L][2] && r->graph.connected[OUT_R][3]);
	assert_int_equal(r->graph.made, 2);
	update(r);
	assert_int_equal(r->graph.made, 2);
}

static void chosen(
	const char *const *names, const char *client, enum pair_kind kind, const char *left, const char *right)
{
	struct pair pair = pair_choose(names, client);
	assert_int_equal(pair.kind, kind);
	assert_true(!left == !pair.names[0] && !right == !pair.names[1]);
	if (left)
		assert_string_equal(pair.names[0], left);
	if (right)
		assert_string_equal(pair.names[1], right);
}

static void pairs_are_named_alike(void **state)
{
	(void)state;
	static const char *const names[] = { "ardour:LTC-Out", "ardour:Click/audio_out 1", "ardour:Click/audio_out 2",
		"ardour:Audio 1/audio_out 1", "ardour:Audio 1/audio_out 2", "ardour:Master/audio_out 1",
		"ardour:Master/audio_out 2", "system:capture_1", "system:capture_2", "play:out_L", "play:out_R",
		"card:playback_FL", "card:playback_FR", "probe:right", "probe:left", "zero:out0", "zero:out1",
		"odd:in_2", "odd:in_3", "odd:in_4", "kill:kill", "kill:kirl", "mono:out", "sync:LTC", "sync:click out",
		"aux:talkback", "aux:main L", "aux:main R", "a:b", "ab:l", "ab:r", NULL };
	chosen(names, "ardour", PAIR_MAIN, "ardour:Master/audio_out 1", "ardour:Master/audio_out 2");
	chosen(names, "system", PAIR_ALIKE, "system:capture_1", "system:capture_2");
	chosen(names, "play", PAIR_ALIKE, "play:out_L", "play:out_R");
	chosen(names, "card", PAIR_ALIKE, "card:playback_FL", "card:playback_FR");
	chosen(names, "probe", PAIR_ALIKE, "probe:left", "probe:right");
	chosen(names, "zero", PAIR_ALIKE, "zero:out0", "zero:out1");
	chosen(names, "odd", PAIR_ALIKE, "odd:in_3", "odd:in_4");
	chosen(names, "kill", PAIR_UNLIKE, "kill:kill", "kill:kirl");
	chosen(names, "mono", PAIR_LONE, "mono:out", NULL);
	chosen(names, "sync", PAIR_SERVICE, NULL, NULL);
	chosen(names, "aux", PAIR_MAIN, "aux:main L", "aux:main R");
	chosen(names, "nobody", PAIR_NONE, NULL, NULL);
	chosen(NULL, "nobody", PAIR_NONE, NULL, NULL);
}

/* As a DAW starts: time code first, then tracks, one of them mono, and the master at last. */
static void a_better_pair_that_comes_later_is_taken(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_IN, "daw", NULL);
	come(r, 1, "daw:LTC-Out");
	update(r);
	assert_int_equal(r->graph.made, 0);
	assert_non_null(strstr(r->graph.said, "time code"));
	come(r, 2, "daw:vocal");
	update(r);
	assert_true(has(r, IN_L, "daw:vocal"));
	assert_non_null(strstr(r->graph.said, "one port"));
	come(r, 3, "daw:drums");
	update(r);
	assert_true(has(r, IN_L, "daw:vocal") && has(r, IN_R, "daw:drums") && r->graph.undone == 0);
	assert_non_null(strstr(r->graph.said, "daw:vocal and daw:drums"));
	come(r, 4, "daw:out_1");
	come(r, 5, "daw:out_2");
	update(r);
	assert_true(has(r, IN_L, "daw:out_1") && has(r, IN_R, "daw:out_2") && r->graph.undone == 2);
	assert_false(has(r, IN_L, "daw:vocal") || has(r, IN_R, "daw:drums"));
	r->calls.now_ms += 10000;
	come(r, 6, "daw:master_1"); /* a pair that has played for a while stays */
	come(r, 7, "daw:master_2");
	update(r);
	assert_true(has(r, IN_L, "daw:out_1") && has(r, IN_R, "daw:out_2") && r->graph.undone == 2);
	go(r, 4);
	go(r, 5);
	update(r);
	assert_true(has(r, IN_L, "daw:master_1") && has(r, IN_R, "daw:master_2"));
}

/* A DAW's tracks, then its master, all within the time that it takes to start; later changes are left to the user. */
static void the_main_output_of_a_starting_client_is_taken(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_IN, "daw", NULL);
	r->calls.now_ms = 1000000;
	come(r, 1, "daw:out_1");
	come(r, 2, "daw:out_2");
	update(r);
	assert_true(has(r, IN_L, "daw:out_1") && has(r, IN_R, "daw:out_2"));
	r->calls.now_ms += 9999;
	come(r, 3, "daw:master_1");
	update(r);
	assert_true(has(r, IN_L, "daw:out_1") && has(r, IN_R, "daw:out_2"));
	come(r, 4, "daw:master_2");
	update(r);
	assert_true(has(r, IN_L, "daw:master_1") && has(r, IN_R, "daw:master_2") && r->graph.undone == 2);
	come(r, 5, "daw:main_L");
	come(r, 6, "daw:main_R");
	update(r);
	assert_true(has(r, IN_L, "daw:master_1") && has(r, IN_R, "daw:master_2") && r->graph.undone == 2);
}

/* What somebody else has connected is not taken away for it. */
static void a_better_pair_does_not_undo_what_others_made(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_IN, "daw", NULL);
	come(r, 2, "daw:vocal");
	r->graph.connected[IN_L][2] = true;
	update(r);
	come(r, 4, "daw:out_1");
	come(r, 5, "daw:out_2");
	update(r);
	assert_true(has(r, IN_L, "daw:vocal") && has(r, IN_L, "daw:out_1") && has(r, IN_R, "daw:out_2"));
	assert_int_equal(r->graph.undone, 0);
}

/* One side of a chosen pair goes: it is waited for, and not another kind put beside the other side. */
static void half_a_pair_is_not_made_good_by_another_kind(void **state)
{
	struct rig *r = *state;
	char text[64];
	wires_pin(r->wires, BUS_IN, "daw", NULL);
	come(r, 1, "daw:a_L");
	come(r, 2, "daw:a_R");
	come(r, 3, "daw:b_L");
	come(r, 4, "daw:b_R");
	update(r);
	for (int side = 1; side <= 2; side++) {
		char name[16];
		snprintf(name, sizeof name, "%s", r->graph.names[side]);
		go(r, side);
		update(r);
		assert_false(has(r, IN_R, "daw:b_R") || has(r, IN_L, "daw:b_L"));
		wires_awaited(r->wires, BUS_IN, text, sizeof text);
		assert_string_equal(text, "daw");
		come(r, side, name);
		update(r);
		assert_true(has(r, IN_L, "daw:a_L") && has(r, IN_R, "daw:a_R"));
	}
}

static void every_bus_has_its_wires(void **state)
{
	struct rig *r = *state;
	char text[64];
	assert_true(wires_has_bus(r->wires, BUS_IN) && wires_has_bus(r->wires, BUS_OUT));
	come(r, 1, "daw:l");
	come(r, 2, "daw:r");
	come(r, 3, "amp:l");
	r->graph.connected[wires_port(BUS_MONITOR, 0)][3] = true; /* of no concern: there is no such port */
	update(r);
	wires_connected(r->wires, wires_port(BUS_MONITOR, 0), text, sizeof text);
	assert_string_equal(text, "");
	assert_false(wires_has_bus(r->wires, BUS_KEY));
	wires_pin(r->wires, BUS_KEY, "daw", NULL);
	wires_add_bus(r->wires, BUS_MONITOR);
	assert_true(wires_has_bus(r->wires, BUS_KEY) && wires_has_bus(r->wires, BUS_MONITOR));
	update(r);
	assert_true(has(r, wires_port(BUS_KEY, 0), "daw:l") && has(r, wires_port(BUS_KEY, 1), "daw:r"));
	wires_connected(r->wires, wires_port(BUS_MONITOR, 0), text, sizeof text);
	assert_string_equal(text, "amp:l");
	restart(r, "daw:l", "daw:r");
	assert_true(has(r, wires_port(BUS_KEY, 0), "daw:l") && has(r, wires_port(BUS_KEY, 1), "daw:r"));
	wires_print_port(wires_port(BUS_KEY, 1), text, sizeof text);
	assert_string_equal(text, "key_R");
}

static void deliberate_disconnection_is_respected(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, BUS_IN, "daw:l,daw:r", NULL);
	come(r, 5, "daw:l");
	come(r, 6, "daw:r");
	update(r);
	r->graph.connected[IN_L][5] = false;
	update(r);
	update(r);
	assert_false(r->graph.connected[IN_L][5]);
	restart(r, "daw:l", "daw:r"); /* asked for: again with the server */
	assert_true(r->graph.connected[IN_L][10] && r->graph.connected[IN_R][11]);
}

static void others_are_restored_with_the_server(void **state)
{
	struct rig *r = *state;
	come(r, 5, "amp:l");
	come(r, 6, "amp:r");
	r->graph.connected[OUT_L][5] = r->graph.connected[OUT_L][6] = r->graph.connected[OUT_R][6] = true;
	update(r);
	r->graph.connected[OUT_L][6] = false; /* taken away: forgotten */
	update(r);
	restart(r, "amp:l", "amp:r");
	assert_true(r->graph.connected[OUT_L][10] && r->graph.connected[OUT_R][11]);
	assert_false(r->graph.connected[OUT_L][11]);
	assert_int_equal(r->graph.made, 2);
}

/* A server that ends takes its ports away first: that is not somebody's disconnection. */
static void ports_that_go_before_the_server_count(void **state)
{
	struct rig *r = *state;
	come(r, 5, "amp:l");
	r->graph.connected[OUT_L][5] = true;
	update(r);
	go(r, 5);
	update(r);
	restart(r, "amp:l", "amp:r");
	assert_true(r->graph.connected[OUT_L][10]);
}

/* A program that comes back unconnected, on a server that stayed, has its own mind. */
static void others_are_not_made_again_in_between(void **state)
{
	struct rig *r = *state;
	come(r, 5, "amp:l");
	r->graph.connected[OUT_L][5] = true;
	update(r);
	go(r, 5);
	update(r);
	come(r, 7, "amp:l");
	update(r);
	assert_int_equal(r->graph.made, 0);
	restart(r, "amp:l", "amp:r");
	assert_int_equal(r->graph.made, 0);
}

static void late_ports_are_waited_for(void **state)
{
	struct rig *r = *state;
	come(r, 5, "daw:l");
	r->graph.connected[IN_L][5] = true;
	update(r);
	restart(r, "system:a", "system:b");
	assert_int_equal(r->graph.made, 0);
	come(r, 12, "daw:l");
	update(r);
	assert_true(r->graph.connected[IN_L][12]);
}

static void crowds_do_not_overflow(void **state)
{
	struct rig *r = *state;
	char name[32];
	wires_pin(r->wires, BUS_OUT, "amp:l,amp:r", NULL);
	for (int i = 0; i < PORTS_MAX - 2; i++) {
		snprintf(name, sizeof name, "daw:%d", i);
		come(r, i, name);
		r->graph.connected[IN_L][i] = true;
	}
	update(r);
	come(r, PORTS_MAX - 1, "amp:l");
	update(r);
	assert_true(r->graph.connected[OUT_L][PORTS_MAX - 1]);
}

static void what_inputs_wait_for_is_told(void **state)
{
	struct rig *r = *state;
	char text[64];
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "");
	wires_pin(r->wires, BUS_IN, "daw:l,daw:r", NULL);
	wires_pin(r->wires, BUS_OUT, "amp:l,amp:r", NULL);
	update(r);
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "daw:l, daw:r");
	wires_awaited(r->wires, BUS_IN, text, 10);
	assert_string_equal(text, "daw:l, da");
	come(r, 5, "daw:l");
	update(r);
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "daw:r");
	come(r, 6, "daw:r");
	update(r);
	r->graph.connected[IN_L][5] = false; /* taken away on purpose: nothing is waited for */
	update(r);
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "");
	go(r, 5);
	update(r);
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "daw:l");
}

static void a_client_that_is_waited_for_is_told_once(void **state)
{
	struct rig *r = *state;
	char text[64];
	wires_pin(r->wires, BUS_IN, "daw", NULL);
	update(r);
	wires_awaited(r->wires, BUS_IN, text, sizeof text);
	assert_string_equal(text, "daw");
}

static void hand_to_successor(void *user, unsigned port, const char *other)
{
	wires_want(user, port, other);
}

static void a_successor_makes_what_is_handed_over(void **state)
{
	struct rig *r = *state;
	struct wires *successor = wires_new();
	wires_pin(r->wires, BUS_IN, "daw:l,daw:r", NULL); /* on its command line too */
	come(r, 5, "amp:l");
	come(r, 6, "daw:l");
	come(r, 7, "amp:r\nlock 5"); /* no line holds it */
	r->graph.connected[OUT_L][5] = r->graph.connected[OUT_R][5] = r->graph.connected[OUT_R][7] = true;
	update(r);
	r->graph.connected[OUT_R][5] = false; /* forgotten */
	update(r);
	wires_lost(r->wires);
	wires_hand_over(r->wires, hand_to_successor, successor);
	wires_want(successor, BUS_PORTS, "no:port");
	wires_free(r->wires);
	r->wires = successor;
	memset(&r->graph, 0, sizeof r->graph);
	come(r, 10, "amp:l");
	come(r, 11, "daw:l");
	come(r, 12, "amp:r\nlock 5");
	update(r);
	assert_true(r->graph.connected[OUT_L][10]);
	assert_int_equal(r->graph.made, 1);
}

/* The command line has an option for the ports of each bus. */
static void each_bus_has_its_option(void **state)
{
	(void)state;
	for (int bus = 0; bus < N_BUSES; bus++) {
		const struct cli_option *o = subcommand_find("run")->options;
		while (o->name && strcmp(o->name, bus_rows[bus].option) != 0)
			o++;
		assert_non_null(o->name);
		struct wires *wires = wires_new();
		assert_int_equal(o->set(&wires, "a:b,c:d", NULL), STATUS_OK);
		assert_int_equal(wires_find_client(wires, "a"), bus);
		assert_true(wires_has_bus(wires, (enum bus)bus));
		wires_free(wires);
	}
}

static void names_that_shut_a_server_are_known(void **state)
{
	(void)state;
	setenv("JACK_DEFAULT_SERVER", "studio", 1);
	assert_true(jack_name_shuts_server("studio", NULL) && jack_name_shuts_server("box", "box"));
	assert_true(jack_name_shuts_server("a_b", "a/b"));          /* as libjack makes a file name of it */
	assert_true(jack_name_shuts_server("studio", "studio-01")); /* when another client has the name */
	assert_false(jack_name_shuts_server("lacquer", NULL) || jack_name_shuts_server("studio", "box"));
	assert_false(jack_name_shuts_server("stud", NULL) || jack_name_shuts_server("studios", NULL));
	assert_false(jack_name_shuts_server("studio", "studio-1") || jack_name_shuts_server("studio", "studio-001"));
	unsetenv("JACK_DEFAULT_SERVER");
	assert_true(jack_name_shuts_server("default", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pins_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(commas_in_names_are_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_name_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(the_rack_itself_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(pairs_are_named_alike, setup, teardown),
		cmocka_unit_test_setup_teardown(a_better_pair_that_comes_later_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(the_main_output_of_a_starting_client_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(a_better_pair_does_not_undo_what_others_made, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_pair_is_not_made_good_by_another_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(every_bus_has_its_wires, setup, teardown),
		cmocka_unit_test(each_bus_has_its_option),
		cmocka_unit_test(names_that_shut_a_server_are_known),
		cmocka_unit_test_setup_teardown(pinned_are_made_whenever_they_come, setup, teardown),
		cmocka_unit_test_setup_teardown(pinned_client_means_its_first_two, setup, teardown),
		cmocka_unit_test_setup_teardown(deliberate_disconnection_is_respected, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_restored_with_the_server, setup, teardown),
		cmocka_unit_test_setup_teardown(ports_that_go_before_the_server_count, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_not_made_again_in_between, setup, teardown),
		cmocka_unit_test_setup_teardown(late_ports_are_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(crowds_do_not_overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(what_inputs_wait_for_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_client_that_is_waited_for_is_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_successor_makes_what_is_handed_over, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
