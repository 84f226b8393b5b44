/* lacquer ports, and run --check-ports: what can be connected, and what would be. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/ports.h"

#include "src/jack_list.h"
#include "src/options.h"
#include "src/pair.h"
#include "src/wires.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What would be connected: a graph in which nothing is, and connecting only looks */

struct pretended {
	const struct jack_list *list;
	const char *own; /* name of the rack, whose ports may be there already */
};

static const char **no_connections(void *user, unsigned port)
{
	(void)user, (void)port;
	return NULL;
}

static bool is_of(const char *client, const char *name)
{
	size_t length = strlen(client);
	return !strncmp(name, client, length) && name[length] == ':';
}

static const char **candidates(void *user, unsigned port)
{
	const struct pretended *p = user;
	const char *const *all = jack_list_names(p->list, !bus_rows[port / BUS_CHANNELS].output);
	size_t n = 0, n_left = 0;
	while (all[n])
		n++;
	const char **left = calloc(n + 1, sizeof *left);
	for (size_t i = 0; left && i < n; i++)
		if (!is_of(p->own, all[i]))
			left[n_left++] = all[i];
	return left;
}

static void release(void *user, const char **names)
{
	(void)user;
	free(names);
}

static const void *lookup(void *user, const char *name)
{
	(void)user;
	return name;
}

static bool exists(void *user, const void *handle, const char *name)
{
	(void)user, (void)handle, (void)name;
	return true;
}

static bool can_connect(void *user, unsigned port, const char *name)
{
	const char **names = candidates(user, port);
	bool there = false;
	for (const char **p = names; p && *p && !there; p++)
		there = !strcmp(*p, name);
	free(names);
	return there;
}

static void disconnect(void *user, unsigned port, const char *name)
{
	(void)user, (void)port, (void)name;
}

static void say(void *user, const char *text)
{
	(void)user;
	options_error("JACK", "%s", text);
}

static int print_checked(const struct wires *wires)
{
	char own[32], text[4 * WIRES_NAME_SIZE];
	unsigned port;
	bool any = false;
	const char *missing;
	int status = EXIT_DONE;
	for (unsigned i = 0; i < BUS_PORTS; i++) {
		wires_connected(wires, i, text, sizeof text);
		wires_print_port(i, own, sizeof own);
		if (text[0])
			printf("%-10s %s\n", own, text);
		any |= text[0] != '\0';
	}
	for (unsigned i = 0; (missing = wires_missing(wires, i, &port)); i++) {
		wires_print_port(port, own, sizeof own);
		printf("%-10s not there: %s\n", own, missing);
		status = EXIT_NOT_PASSED;
	}
	if (!any && status == EXIT_DONE)
		puts("No ports are asked for.");
	return status;
}

static struct jack_list *read_list(const char *server)
{
	struct reason reason;
	struct jack_list *list = jack_list_read(server, &reason);
	if (!list)
		options_error("JACK", "%s", reason.text);
	return list;
}

int ports_check(struct wires *wires, const char *name, const char *server)
{
	struct jack_list *list = read_list(server);
	if (!list)
		return EXIT_NO_SERVER;
	struct pretended pretended = { list, name };
	const struct wires_graph graph = {
		.user = &pretended,
		.connections = no_connections,
		.candidates = candidates,
		.release = release,
		.lookup = lookup,
		.exists = exists,
		.connect = can_connect,
		.disconnect = disconnect,
		.say = say,
	};
	wires_update(wires, &graph);
	int status = print_checked(wires);
	jack_list_free(list);
	return status;
}

/* ---- lacquer ports */

struct settings {
	const char *server;
};

static void print_list(const char *const *names)
{
	char client[WIRES_NAME_SIZE], text[2 * WIRES_NAME_SIZE];
	if (!*names)
		puts("  none");
	for (const char *const *name = names; *name; name++) {
		snprintf(client, sizeof client, "%.*s", (int)strcspn(*name, ":"), *name);
		const struct pair pair = pair_choose(names, client);
		wires_escape(*name, text, sizeof text);
		printf("  %s", text);
		for (int side = 0; side < 2; side++)
			if (pair.names[side] == *name) {
				wires_escape(client, text, sizeof text);
				printf("  (%s of %s)", side ? "right" : "left", text);
			}
		putchar('\n');
	}
}

/* The options whose bus wants ports that give sound, or that take it: "--input, --ref, --key". */
static void print_head(const char *text, bool giving)
{
	const char *between = "";
	printf("%s, for ", text);
	for (int bus = 0; bus < N_BUSES; bus++)
		if (bus_rows[bus].output != giving) {
			printf("%s--%s", between, bus_rows[bus].option);
			between = ", ";
		}
	puts(":");
}

static const struct cli_option options[] = {
	{ 's', "server", "NAME", "JACK server (default: JACK's own)", options_set_text,
		offsetof(struct settings, server) },
	{ .name = NULL },
};

static int ports_main(int argc, char **argv);

const struct subcommand subcommand_ports = {
	.name = "ports",
	.operands = "",
	.summary = "List the JACK ports that a rack can be connected to",
	.help = "Lists the audio ports of the JACK server as --input, --output and the others of 'run' take them, and which "
		"two are the left and the right of each client where only the client is named.",
	.options = options,
	.main = ports_main,
};

static int ports_main(int argc, char **argv)
{
	int status;
	struct settings settings = { NULL };
	if (!options_read(&subcommand_ports, argc, argv, &settings, &status))
		return status;
	struct jack_list *list = read_list(settings.server);
	if (!list)
		return EXIT_NO_SERVER;
	print_head("Ports that give sound", true);
	print_list(jack_list_names(list, true));
	print_head("Ports that take sound", false);
	print_list(jack_list_names(list, false));
	jack_list_free(list);
	return EXIT_DONE;
}
