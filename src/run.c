/* lacquer run: options, then the engine here (headless) or behind a terminal UI. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/endpoint.h"
#include "rack/model/preset.h"
#include "src/launch.h"
#include "src/options.h"
#include "src/resume.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* JACK's limit for client names is 63 in its server and less what it adds to make them unique. */
enum { NAME_LENGTH_MAX = 48 };

static int set_wires(struct wires *wires, bool inputs, const char *text)
{
	struct reason reason;
	if (wires_pin(wires, inputs, text, &reason) == STATUS_OK)
		return EXIT_DONE;
	return options_wrong("run", "%s: %s", inputs ? "--input" : "--output", reason.text);
}

static int set_name(struct host_options *o, const char *name)
{
	if (!preset_name_valid(name) || strlen(name) > NAME_LENGTH_MAX)
		return options_wrong("run",
			"--name: '%s' is not 1 to %d letters, digits, spaces, '_', '.' or '-', the first no dot", name,
			NAME_LENGTH_MAX);
	o->name = name;
	return EXIT_DONE;
}

static int set_port(struct host_options *o, const char *text)
{
	long port;
	if (!options_number(text, 0, 65535, &port))
		return options_wrong("run", "--osc: '%s' is no port (0 to 65535)", text);
	o->osc_port = (int)port;
	return EXIT_DONE;
}

static int set_option(struct host_options *o, int key, const char *argument)
{
	switch (key) {
	case 'H':
		o->headless = true;
		break;
	case 'n':
		return set_name(o, argument);
	case 's':
		o->server = argument;
		break;
	case 'w':
		o->wait = true;
		break;
	case 'i':
	case 'o':
		return set_wires(o->wires, key == 'i', argument);
	case KEY_OSC:
		return set_port(o, argument);
	case KEY_OSC_BIND:
		o->osc_bind = argument;
		break;
	case KEY_OSC_ALLOW:
		o->osc_allow = argument;
		break;
	case KEY_OSC_SURFACE:
		o->osc_surfaces = argument;
		break;
	case KEY_NO_RESTORE:
		o->no_restore = true;
		break;
	}
	return EXIT_DONE;
}

static bool read_options(struct host_options *o, int argc, char **argv, int *status)
{
	for (int key; (key = options_next("run", argc, argv, status)) != OPTIONS_END;) {
		if (key == OPTIONS_STOP)
			return false;
		*status = set_option(o, key, optarg);
		if (*status != EXIT_DONE)
			return false;
	}
	if (!options_operands("run", argc, argv, 0, 1, status))
		return false;
	o->rack = argv[optind]; /* NULL behind the last word */
	return true;
}

static int run(const struct host_options *o)
{
	bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (terminal && !o->headless && !o->resume)
		return launch_run(o);
	if (!o->headless && !o->resume)
		options_error("run", "this is no terminal, so there is no terminal UI ('lacquer attach' opens one)");
	return host_run(o, -1);
}

int run_main(int argc, char **argv)
{
	int status = EXIT_DONE;
	struct host_options options = { .name = "lacquer", .osc_port = OSC_DEFAULT_PORT, .wires = wires_new() };
	if (!options.wires) {
		options_error("run", "out of memory");
		return EXIT_FAILED;
	}
	struct resume resume;
	if (read_options(&options, argc, argv, &status)) {
		options.resume = resume_take(&resume, options.wires) ? &resume : NULL;
		status = run(&options);
	}
	wires_free(options.wires);
	return status;
}
