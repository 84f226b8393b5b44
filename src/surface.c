/* lacquer surface: lists the OSC surfaces of a running rack, adds and removes them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/endpoint.h"
#include "src/client.h"
#include "src/options.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = ENDPOINT_HOST_SIZE + ENDPOINT_PORT_SIZE + 30 };

struct surface_options {
	const char *name;
};

static const struct cli_option options[] = {
	{ 'n', "name", "NAME", "The local rack of this name (default lacquer)", options_set_text,
		offsetof(struct surface_options, name) },
	{ .name = NULL },
};

static int surface_main(int argc, char **argv);

const struct subcommand subcommand_surface = {
	.name = "surface",
	.operands = "list | add SURFACE | remove SURFACE",
	.operands_min = 1,
	.operands_max = 2,
	.summary = "List the OSC surfaces of a running rack, add or remove one",
	.help = "SURFACE is HOST:PORT[/norm][/numbers]. A listed surface is sent all values and the usual meters without asking for them: as 0..1 with /norm, "
		"switches as 1 and 0 with /numbers. What is added is kept until it is removed; --osc-surface of "
		"'lacquer run' lists one for that run only.",
	.options = options,
	.main = surface_main,
};

/* The rack takes IP addresses: it does not wait for the network while it runs. False: reported. */
static bool look_up(const char *text, char numeric[TEXT_SIZE])
{
	char place[TEXT_SIZE], host[ENDPOINT_HOST_SIZE], port[ENDPOINT_PORT_SIZE], address[INET6_ADDRSTRLEN + 20];
	const char *rest = strchr(text, '/');
	struct sockaddr_storage name;
	socklen_t size;
	snprintf(place, sizeof place, "%.*s", rest ? (int)(rest - text) : (int)strlen(text), text);
	if (!endpoint_split(place, NULL, host, port)) {
		options_wrong("surface", "'%s' is not HOST:PORT[/norm][/numbers]", text);
		return false;
	}
	const char *fault = endpoint_find(host, port, AF_UNSPEC, &name, &size);
	if (!fault && getnameinfo((struct sockaddr *)&name, size, address, sizeof address, NULL, 0, NI_NUMERICHOST))
		fault = "no address";
	if (fault) {
		options_error(host, "%s", fault);
		return false;
	}
	snprintf(numeric, TEXT_SIZE, name.ss_family == AF_INET6 ? "[%s]:%s%s" : "%s:%s%s", address, port,
		rest ? rest : "");
	return true;
}

static int surface_main(int argc, char **argv)
{
	struct surface_options given = { .name = "lacquer" };
	char text[TEXT_SIZE], *words[] = { text, NULL };
	int status;
	char **operands = options_read(&subcommand_surface, argc, argv, &given, &status);
	if (!operands)
		return status;
	const char *verb = operands[0], *surface = operands[1];
	if (strcmp(verb, "list") == 0 && !surface)
		return client_set(given.name, "/surface/list", words + 1);
	bool add = strcmp(verb, "add") == 0;
	if ((!add && strcmp(verb, "remove") != 0) || !surface)
		return options_wrong("surface", "list, add HOST:PORT or remove HOST:PORT");
	if (!look_up(surface, text))
		return EXIT_USAGE;
	return client_set(given.name, add ? "/surface/add" : "/surface/remove", words);
}
