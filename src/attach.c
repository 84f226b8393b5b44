/* lacquer attach: the terminal UI for a rack that is already running. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/instance.h"
#include "src/screen_options.h"

struct attach_choice {
	const char *name; /* of the local rack */
	struct tui_options tui;
};

static int attach_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 'n', "name", "NAME", "The local rack of this name (default lacquer)", options_set_text,
		offsetof(struct attach_choice, name) },
	SCREEN_OPTIONS(struct attach_choice, tui),
	{ .name = NULL },
};

const struct subcommand subcommand_attach = {
	.name = "attach",
	.operands = "[HOST[:PORT]]",
	.operands_max = 1,
	.summary = "Open the terminal UI for a rack that is already running",
	.help = "Opens the terminal UI for a rack that is already running: over the local socket, or over UDP when a HOST "
		"is given (port 3345 by default).",
	.options = options,
	.main = attach_main,
};

static int attach_main(int argc, char **argv)
{
	int status;
	struct attach_choice choice = { .name = "lacquer" };
	tui_options_init(&choice.tui);
	char **operands = options_read(&subcommand_attach, argc, argv, &choice, &status);
	if (!operands)
		return status;
	const char *target = *operands;
	struct remote *remote;
	struct reason reason;
	enum tui_end end;
	choice.tui.may_stop = target == NULL;
	if (remote_open(&remote, target, choice.name, &reason) != STATUS_OK) {
		options_error("attach", "%s", reason.text);
		return EXIT_FAILED;
	}
	enum status result = tui_run(remote, &choice.tui, &end, &reason);
	bool stop = result == STATUS_OK && end == TUI_STOPPED;
	if (stop)
		remote_quit(remote);
	remote_close(remote);
	if (result != STATUS_OK)
		options_error("attach", "%s", reason.text);
	else if (stop && !instance_await_end(choice.name, INSTANCE_END_MS))
		options_error("attach", "the rack '%s' did not stop in time", choice.name);
	else
		return EXIT_DONE;
	return EXIT_FAILED;
}
