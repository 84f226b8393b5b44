/* The table of subcommands with every word of their help. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/subcommands.h"

#include <string.h>

static const struct cli_option run_options[] = {
	{ 'H', "headless", NULL, "No terminal UI, also on a terminal" },
	{ 'n', "name", "NAME", "JACK client name, and the name by which 'attach' finds the rack (default lacquer)" },
	{ 's', "server", "NAME", "JACK server (default: JACK's own)" },
	{ 'w', "wait", NULL, "Wait for a JACK server instead of failing without one" },
	{ 'i', "input", "PORTS",
		"Connect the inputs to LEFT,RIGHT (ports) or to a client's first two, now and whenever they come "
		"back" },
	{ 'o', "output", "PORTS", "Connect the outputs, likewise" },
	{ KEY_OSC, "osc", "PORT", "UDP port for OSC (default 3345; 0: local socket only)" },
	{ KEY_OSC_BIND, "osc-bind", "ADDR",
		"Address to listen on (default 127.0.0.1); one beyond loopback needs --osc-allow" },
	{ KEY_OSC_ALLOW, "osc-allow", "CIDR,...", "Networks that may send OSC, e.g. 192.168.1.0/24" },
	{ KEY_OSC_SURFACE, "osc-surface", "HOST:PORT,...",
		"Surfaces (8 at most) that are sent every change and the main meters without asking; HOST:PORT/norm: "
		"values as 0..1 and as text, at /norm and /str" },
	{ KEY_NO_RESTORE, "no-restore", NULL, "Start from the rack file or from nothing, not from the last state" },
	{ 0, NULL, NULL, NULL },
};

static const struct cli_option attach_options[] = {
	{ 'n', "name", "NAME", "The local rack of this name (default lacquer)" },
	{ KEY_ASCII, "ascii", NULL, "Draw with ASCII characters only" },
	{ KEY_NO_COLOR, "no-color", NULL, "No colours (as with NO_COLOR in the environment)" },
	{ KEY_MOUSE, "mouse", NULL, "Take the mouse: a click selects, the wheel steps" },
	{ KEY_FPS, "fps", "N", "Draw N times a second at most (1 to 60, default 25)" },
	{ 0, NULL, NULL, NULL },
};

static const struct cli_option render_options[] = {
	{ KEY_BITS, "bits", "16|24|32f", "Sample format of OUT (default: as IN)" },
	{ KEY_EVENTS, "events", "FILE", "Lines of SECONDS ADDRESS VALUE...: OSC messages, each on its exact frame" },
	{ KEY_JSON, "json", NULL, "Print loudness, peaks and latency of the result as one JSON object" },
	{ 0, NULL, NULL, NULL },
};

static const struct cli_option measure_options[] = {
	{ KEY_JSON, "json", NULL, "One JSON object a line, null where a value is undefined" },
	{ 0, NULL, NULL, NULL },
};

static const struct cli_option client_options[] = {
	{ 'n', "name", "NAME", "The local rack of this name (default lacquer)" },
	{ KEY_TO, "to", "HOST[:PORT]", "A rack on the network, by UDP (default port 3345)" },
	{ KEY_JSON, "json", NULL, "One JSON object a line: address and values" },
	{ 0, NULL, NULL, NULL },
};

static const struct cli_option describe_options[] = {
	{ KEY_JSON, "json", NULL, "One JSON object with all modules, their parameters and meters" },
	{ KEY_MARKDOWN, "markdown", NULL,
		"A page of Markdown, with curves measured as the presets that use a module have it; rack/modules/README.md is "
		"one" },
	{ KEY_MAN, "man", NULL, "The manual page, in the man(7) language" },
	{ 0, NULL, NULL, NULL },
};

static const struct cli_option check_options[] = {
	{ KEY_STRICT, "strict", NULL,
		"Warnings too make the status 4: unknown modules and keys, keys that stand twice" },
	{ 0, NULL, NULL, NULL },
};

const struct subcommand subcommands[] = {
	{ .name = "run",
		.operands = "[RACK]",
		.summary = "Host a rack on JACK, with the terminal UI if on a terminal",
		.help = "Hosts RACK on JACK: a rack file or a preset's name. Without RACK the last state is taken up "
			"again. "
			"On a terminal the terminal UI opens; leaving it can leave the rack running.",
		.options = run_options,
		.main = run_main },
	{ .name = "attach",
		.operands = "[HOST[:PORT]]",
		.summary = "Open the terminal UI for a rack that runs already",
		.help = "Opens the terminal UI for a rack that runs already: over the local socket, or over UDP when a "
			"HOST "
			"is given (port 3345 by default).",
		.options = attach_options,
		.main = attach_main },
	{ .name = "render",
		.operands = "RACK IN OUT",
		.summary = "Run a sound file through a rack, offline",
		.help = "Runs the sound file IN through RACK and writes OUT: the same bits as playing it through JACK, "
			"with "
			"IN's length and the latency removed. OUT of 16 or 24 bits gets TPDF dither from the first "
			"frame on that is between two steps, unless the rack ends in a dither module.",
		.options = render_options,
		.main = render_main },
	{ .name = "measure",
		.operands = "FILE...",
		.summary = "Measure loudness and peaks of sound files",
		.help = "Measures loudness (EBU R 128), true peak and sample peak of sound files.",
		.options = measure_options,
		.main = measure_main },
	{ .name = "get",
		.operands = "ADDRESS",
		.summary = "Ask a running rack for the value at an OSC address",
		.help = "Sends ADDRESS as a question to a running rack and prints the answer.",
		.options = client_options,
		.main = get_main },
	{ .name = "set",
		.operands = "ADDRESS VALUE...",
		.summary = "Set what is at an OSC address of a running rack",
		.help = "Sends ADDRESS with the values to a running rack and prints the values that are in force then.",
		.options = client_options,
		.negative_operands = true,
		.main = set_main },
	{ .name = "watch",
		.operands = "ADDRESS",
		.summary = "Print what changes at matching OSC addresses of a running rack",
		.help = "Subscribes to the addresses that match the pattern ADDRESS and prints each change and meter "
			"value "
			"until it is interrupted.",
		.options = client_options,
		.main = watch_main },
	{ .name = "describe",
		.operands = "[MODULE]",
		.summary = "Print every module and parameter, and the OSC map",
		.help = "Prints every module with its parameters and meters, and the OSC map; or MODULE alone. Needs "
			"no "
			"running rack.",
		.options = describe_options,
		.main = describe_main },
	{ .name = "check",
		.operands = "RACK...",
		.summary = "Validate rack files",
		.help = "Reads rack files (or presets by name) as 'run' would, and tells every error and warning with "
			"its "
			"line. The status is 4 when one of them cannot be used.",
		.options = check_options,
		.main = check_main },
};

const size_t n_subcommands = sizeof subcommands / sizeof subcommands[0];

const struct subcommand *subcommand_find(const char *name)
{
	for (size_t i = 0; i < n_subcommands; i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}
