/* lacquer run: options, then the engine here (headless) or behind a terminal UI. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/endpoint.h"
#include "rack/base/name.h"
#include "src/jack.h"
#include "src/launch.h"
#include "src/ports.h"
#include "src/resume.h"
#include "src/screen_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A setter for the ports that a bus is to be connected to. */
#define BUS_SETTER(bus)                                                                                                \
	static enum status set_##bus(void *field, const char *argument, struct reason *reason)                         \
	{                                                                                                              \
		struct wires **wires = field;                                                                          \
		return wires_pin(*wires, bus, argument, reason);                                                       \
	}
BUS_SETTER(BUS_IN)
BUS_SETTER(BUS_OUT)
BUS_SETTER(BUS_MONITOR)
BUS_SETTER(BUS_REF)
BUS_SETTER(BUS_KEY)

static int find_optional_bus(const char *name, size_t length)
{
	for (int bus = 0; bus < N_BUSES; bus++)
		if (bus_rows[bus].optional && strlen(bus_rows[bus].option) == length &&
			!strncmp(bus_rows[bus].option, name, length))
			return bus;
	return -1;
}

static enum status set_ports(void *field, const char *argument, struct reason *reason)
{
	struct wires **wires = field;
	for (const char *name = argument;; name++) {
		size_t length = strcspn(name, ",");
		int bus = find_optional_bus(name, length);
		if (bus < 0)
			return reason_set(
				reason, STATUS_BAD_VALUE, "'%.*s' is not monitor, ref or key", (int)length, name);
		wires_add_bus(*wires, (enum bus)bus);
		name += length;
		if (!*name)
			return STATUS_OK;
	}
}

static enum status set_name(void *field, const char *argument, struct reason *reason)
{
	enum status status = name_check(NAME_OF_RACK, argument, reason);
	return status == STATUS_OK ? options_set_text(field, argument, reason) : status;
}

static enum status set_port(void *field, const char *argument, struct reason *reason)
{
	long port;
	if (!options_number(argument, 0, 65535, &port))
		return reason_set(reason, STATUS_BAD_VALUE, "'%s' is not a port (0 to 65535)", argument);
	*(int *)field = (int)port;
	return STATUS_OK;
}

/* The host's come first: its rows count from there. */
struct run_choice {
	struct host_options host;
	struct tui_options tui;
};
_Static_assert(offsetof(struct run_choice, host) == 0, "rows of the host's options count from the whole");

static int run_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 'H', "headless", NULL, "No terminal UI, even on a terminal", options_set_flag,
		offsetof(struct host_options, headless) },
	{ 'n', "name", "NAME", "JACK client name, and the name by which 'attach' finds the rack (default lacquer)",
		set_name, offsetof(struct host_options, name) },
	{ 's', "server", "NAME", "JACK server (default: JACK's own)", options_set_text,
		offsetof(struct host_options, server) },
	{ 'w', "wait", NULL, "Wait for a JACK server instead of failing without one", options_set_flag,
		offsetof(struct host_options, wait) },
	{ 'i', "input", "PORTS",
		"Connect the inputs to LEFT,RIGHT (ports, a comma in a name written \\,) or to a pair of a client's, now and "
		"whenever they come back; 'lacquer ports' lists them",
		set_BUS_IN, offsetof(struct host_options, wires) },
	{ 'o', "output", "PORTS", "Connect the outputs, likewise", set_BUS_OUT, offsetof(struct host_options, wires) },
	{ 0, "monitor", "PORTS", "Create the ports monitor_L and monitor_R and connect them, likewise", set_BUS_MONITOR,
		offsetof(struct host_options, wires) },
	{ 0, "ref", "PORTS", "Create the ports ref_L and ref_R and connect them, likewise", set_BUS_REF,
		offsetof(struct host_options, wires) },
	{ 0, "key", "PORTS", "Create the ports key_L and key_R and connect them, likewise", set_BUS_KEY,
		offsetof(struct host_options, wires) },
	{ 0, "ports", "LIST", "Create the ports of monitor, ref or key (separated by commas) without connecting them",
		set_ports, offsetof(struct host_options, wires) },
	{ 0, "check-ports", NULL,
		"Print the ports that --input, --output and the others mean, and exit: 0, or 5 if one is missing",
		options_set_flag, offsetof(struct host_options, check_ports) },
	{ 0, "osc", "PORT", "UDP port for OSC (default 3345; 0: local socket only)", set_port,
		offsetof(struct host_options, osc_port) },
	{ 0, "osc-bind", "ADDR", "Address to listen on (default 127.0.0.1); one beyond loopback needs --osc-allow",
		options_set_text, offsetof(struct host_options, osc_bind) },
	{ 0, "osc-allow", "CIDR,...", "Networks that may send OSC, e.g. 192.168.1.0/24", options_set_text,
		offsetof(struct host_options, osc_allow) },
	{ 0, "osc-surface", "HOST:PORT,...",
		"Surfaces (8 at most) that are sent every change and the main meters without asking; HOST:PORT/norm: values as "
		"0..1 and as text, at /norm and /str; HOST:PORT/numbers: switches as 1 and 0",
		options_set_text, offsetof(struct host_options, osc_surfaces) },
	{ 0, "no-restore", NULL, "Start from the rack file or neutral, not from the last state", options_set_flag,
		offsetof(struct host_options, no_restore) },
	SCREEN_OPTIONS(struct run_choice, tui),
	{ .name = NULL },
};

const struct subcommand subcommand_run = {
	.name = "run",
	.operands = "[RACK]",
	.operands_max = 1,
	.summary = "Host a rack on JACK, with the terminal UI if on a terminal",
	.help = "Hosts RACK on JACK: a rack file or a preset's name. Without RACK the last state is restored. On a terminal "
		"the terminal UI opens; leaving it can leave the rack running.",
	.options = options,
	.implied = true,
	.main = run_main,
};

/* What only all options together show to be wrong. */
static bool is_consistent(const struct host_options *o, int *status)
{
	const char *server = jack_server_name(o->server);
	enum bus bus = wires_find_client(o->wires, o->name);
	*status = EXIT_USAGE;
	if (jack_name_shuts_server(o->name, o->server))
		options_wrong("run",
			"--name: a client '%s' would make the JACK server '%s' unreachable for all programs; choose another "
			"name",
			o->name, server);
	else if (bus != N_BUSES)
		options_wrong("run", "--%s: '%s' is this rack itself", bus_rows[bus].option, o->name);
	else
		return true;
	return false;
}

static int run(const struct run_choice *choice)
{
	const struct host_options *o = &choice->host;
	bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (terminal && !o->headless && !o->resume)
		return launch_run(o, &choice->tui);
	if (!o->headless && !o->resume)
		options_error("run", "not a terminal, so there is no terminal UI ('lacquer attach' opens one)");
	return host_run(o, -1);
}

static int run_main(int argc, char **argv)
{
	int status;
	struct run_choice choice = {
		.host = { .name = "lacquer", .osc_port = OSC_DEFAULT_PORT, .wires = wires_new() },
	};
	struct host_options *o = &choice.host;
	if (!o->wires) {
		options_error("run", "out of memory");
		return EXIT_FAILED;
	}
	struct resume resume;
	tui_options_init(&choice.tui);
	char **operands = options_read(&subcommand_run, argc, argv, &choice, &status);
	if (operands) {
		o->rack = *operands;
		o->resume = resume_take(&resume, o->wires) ? &resume : NULL;
		if (is_consistent(o, &status))
			status = o->check_ports ? ports_check(o->wires, o->name, o->server) : run(&choice);
	}
	wires_free(o->wires);
	return status;
}
