/* lacquer attach: the terminal UI for a rack that runs already. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/instance.h"
#include "src/options.h"
#include "tui/tui.h"

#include <getopt.h>
#include <string.h>

enum { FPS_MAX = 60 };

struct attach_choice {
	const char *name; /* of the local rack */
	struct tui_options tui;
};

/* True: *status is what to end with. */
static bool read_options(int argc, char **argv, struct attach_choice *choice, int *status)
{
	for (int key; (key = options_next("attach", argc, argv, status)) != OPTIONS_END;) {
		long fps;
		switch (key) {
		case 'n':
			choice->name = optarg;
			break;
		case KEY_ASCII:
			choice->tui.ascii = true;
			break;
		case KEY_NO_COLOR:
			choice->tui.color = false;
			break;
		case KEY_MOUSE:
			choice->tui.mouse = true;
			break;
		case KEY_FPS:
			if (options_number(optarg, 1, FPS_MAX, &fps)) {
				choice->tui.fps = (int)fps;
				break;
			}
			*status = options_wrong(
				"attach", "--fps wants a whole number from 1 to %d, not '%s'", FPS_MAX, optarg);
			return true;
		default:
			return true;
		}
	}
	return !options_operands("attach", argc, argv, 0, 1, status);
}

int attach_main(int argc, char **argv)
{
	int status = EXIT_DONE;
	struct attach_choice choice = { .name = "lacquer" };
	tui_options_init(&choice.tui);
	if (read_options(argc, argv, &choice, &status))
		return status;
	const char *target = optind < argc ? argv[optind] : NULL;
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
