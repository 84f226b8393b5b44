/* Which connections are made, kept, forgotten and made again, on a graph of pretended ports. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/wires.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PORTS_MAX = 80 };

/* A port's handle is its place, which a later port may take over, as in JACK. */
struct graph {
	char names[PORTS_MAX][64];
	bool connected[N_PORTS][PORTS_MAX];
	unsigned made; /* connections made by the wires */
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

static bool find(void *user, const char *client, unsigned port, unsigned nth, char *name, size_t size)
{
	struct graph *g = user;
	(void)port;
	for (int i = 0; i < PORTS_MAX; i++)
		if (!strncmp(g->names[i], client, strlen(client)) && g->names[i][strlen(client)] == ':' && nth-- == 0)
			return snprintf(name, size, "%s", g->names[i]) > 0;
	return false;
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
	wires_port(r->wires, r->graph.names[place], r->graph.names[place]);
}

static void go(struct rig *r, int place)
{
	r->graph.names[place][0] = '\0';
	for (int port = 0; port < N_PORTS; port++)
		r->graph.connected[port][place] = false;
	wires_port(r->wires, r->graph.names[place], NULL);
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
	r->calls = (struct wires_graph){ &r->graph, connections, release, lookup, exists, find, connect_port };
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

static void pins_are_read(void **state)
{
	struct rig *r = *state;
	static const char *const bad[] = { "", ",", "a:b,", ",a:b", "a:b", "a,b", "a:b,c", "a:b,c:d,e:f" };
	struct reason reason;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(wires_pin(r->wires, true, bad[i], &reason), STATUS_BAD_VALUE);
	assert_null(wires_missing(r->wires, 0));
	assert_int_equal(wires_pin(r->wires, true, "a:b c,d:e", &reason), STATUS_OK);
	assert_int_equal(wires_pin(r->wires, false, "daw", &reason), STATUS_OK);
	assert_string_equal(wires_missing(r->wires, 0), "a:b c");
	assert_string_equal(wires_missing(r->wires, 1), "d:e");
	assert_string_equal(wires_missing(r->wires, 2), "daw");
}

static void pinned_are_made_whenever_they_come(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, true, "daw:l,daw:r", NULL);
	update(r);
	assert_int_equal(r->graph.made, 0);
	come(r, 5, "daw:l");
	come(r, 6, "daw:r");
	update(r);
	assert_true(r->graph.connected[PORT_IN_L][5] && r->graph.connected[PORT_IN_R][6]);
	assert_null(wires_missing(r->wires, 0));
	go(r, 5);
	update(r);
	come(r, 9, "daw:l");
	update(r);
	assert_true(r->graph.connected[PORT_IN_L][9]);
	go(r, 9); /* back in the same place before anybody looked */
	come(r, 9, "daw:l");
	update(r);
	assert_true(r->graph.connected[PORT_IN_L][9]);
}

static void pinned_client_means_its_first_two(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, false, "amp", NULL);
	come(r, 1, "amplifier:a");
	come(r, 2, "amp:x");
	come(r, 3, "amp:y");
	come(r, 4, "amp:z");
	update(r);
	assert_true(r->graph.connected[PORT_OUT_L][2] && r->graph.connected[PORT_OUT_R][3]);
	assert_int_equal(r->graph.made, 2);
	update(r);
	assert_int_equal(r->graph.made, 2);
}

static void deliberate_disconnection_is_respected(void **state)
{
	struct rig *r = *state;
	wires_pin(r->wires, true, "daw:l,daw:r", NULL);
	come(r, 5, "daw:l");
	come(r, 6, "daw:r");
	update(r);
	r->graph.connected[PORT_IN_L][5] = false;
	update(r);
	update(r);
	assert_false(r->graph.connected[PORT_IN_L][5]);
	restart(r, "daw:l", "daw:r"); /* asked for: again with the server */
	assert_true(r->graph.connected[PORT_IN_L][10] && r->graph.connected[PORT_IN_R][11]);
}

static void others_are_restored_with_the_server(void **state)
{
	struct rig *r = *state;
	come(r, 5, "amp:l");
	come(r, 6, "amp:r");
	r->graph.connected[PORT_OUT_L][5] = r->graph.connected[PORT_OUT_L][6] = r->graph.connected[PORT_OUT_R][6] =
		true;
	update(r);
	r->graph.connected[PORT_OUT_L][6] = false; /* taken away: forgotten */
	update(r);
	restart(r, "amp:l", "amp:r");
	assert_true(r->graph.connected[PORT_OUT_L][10] && r->graph.connected[PORT_OUT_R][11]);
	assert_false(r->graph.connected[PORT_OUT_L][11]);
	assert_int_equal(r->graph.made, 2);
}

/* A server that ends takes its ports away first: that is not somebody's disconnection. */
static void ports_that_go_before_the_server_count(void **state)
{
	struct rig *r = *state;
	come(r, 5, "amp:l");
	r->graph.connected[PORT_OUT_L][5] = true;
	update(r);
	go(r, 5);
	update(r);
	restart(r, "amp:l", "amp:r");
	assert_true(r->graph.connected[PORT_OUT_L][10]);
}

/* A program that comes back unconnected, on a server that stayed, has its own mind. */
static void others_are_not_made_again_in_between(void **state)
{
	struct rig *r = *state;
	come(r, 5, "amp:l");
	r->graph.connected[PORT_OUT_L][5] = true;
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
	r->graph.connected[PORT_IN_L][5] = true;
	update(r);
	restart(r, "system:a", "system:b");
	assert_int_equal(r->graph.made, 0);
	come(r, 12, "daw:l");
	update(r);
	assert_true(r->graph.connected[PORT_IN_L][12]);
}

static void crowds_do_not_overflow(void **state)
{
	struct rig *r = *state;
	char name[32];
	wires_pin(r->wires, false, "amp:l,amp:r", NULL);
	for (int i = 0; i < PORTS_MAX - 2; i++) {
		snprintf(name, sizeof name, "daw:%d", i);
		come(r, i, name);
		r->graph.connected[PORT_IN_L][i] = true;
	}
	update(r);
	come(r, PORTS_MAX - 1, "amp:l");
	update(r);
	assert_true(r->graph.connected[PORT_OUT_L][PORTS_MAX - 1]);
}

static void what_inputs_wait_for_is_told(void **state)
{
	struct rig *r = *state;
	char text[64];
	wires_awaited(r->wires, text, sizeof text);
	assert_string_equal(text, "");
	wires_pin(r->wires, true, "daw:l,daw:r", NULL);
	wires_pin(r->wires, false, "amp:l,amp:r", NULL);
	update(r);
	wires_awaited(r->wires, text, sizeof text);
	assert_string_equal(text, "daw:l, daw:r");
	wires_awaited(r->wires, text, 10);
	assert_string_equal(text, "daw:l, da");
	come(r, 5, "daw:l");
	update(r);
	wires_awaited(r->wires, text, sizeof text);
	assert_string_equal(text, "daw:r");
	come(r, 6, "daw:r");
	update(r);
	r->graph.connected[PORT_IN_L][5] = false; /* taken away on purpose: nothing is waited for */
	update(r);
	wires_awaited(r->wires, text, sizeof text);
	assert_string_equal(text, "");
	go(r, 5);
	update(r);
	wires_awaited(r->wires, text, sizeof text);
	assert_string_equal(text, "daw:l");
}

static void a_client_that_is_waited_for_is_told_once(void **state)
{
	struct rig *r = *state;
	char text[64];
	wires_pin(r->wires, true, "daw", NULL);
	update(r);
	wires_awaited(r->wires, text, sizeof text);
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
	wires_pin(r->wires, true, "daw:l,daw:r", NULL); /* on its command line too */
	come(r, 5, "amp:l");
	come(r, 6, "daw:l");
	come(r, 7, "amp:r\nlock 5"); /* no line holds it */
	r->graph.connected[PORT_OUT_L][5] = r->graph.connected[PORT_OUT_R][5] = r->graph.connected[PORT_OUT_R][7] =
		true;
	update(r);
	r->graph.connected[PORT_OUT_R][5] = false; /* forgotten */
	update(r);
	wires_lost(r->wires);
	wires_hand_over(r->wires, hand_to_successor, successor);
	wires_want(successor, N_PORTS, "no:port");
	wires_free(r->wires);
	r->wires = successor;
	memset(&r->graph, 0, sizeof r->graph);
	come(r, 10, "amp:l");
	come(r, 11, "daw:l");
	come(r, 12, "amp:r\nlock 5");
	update(r);
	assert_true(r->graph.connected[PORT_OUT_L][10]);
	assert_int_equal(r->graph.made, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pins_are_read, setup, teardown),
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
