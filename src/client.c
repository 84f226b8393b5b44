/* lacquer get, set, watch: one-shot clients of a running rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/client.h"

#include "osc/remote/link.h"
#include "osc/server/router.h"
#include "osc/wire/pattern.h"
#include "rack/base/clock.h"
#include "src/answer.h"
#include "src/options.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_MS = 1000,  /* a rack that says nothing for so long is not there */
	PRESET_MS = 10000, /* disks may be slow */
	RENEW_MS = 4000,   /* of 10 s that a lease lasts */
	LOST_MS = 3000,
	LOOK_MS = 250, /* the link may have to ask again */
	SYNC = 1,
};

struct client_options {
	const char *target, *name;
	bool json;
};

static const struct cli_option options[] = {
	{ 'n', "name", "NAME", "The local rack of this name (default lacquer)", options_set_text,
		offsetof(struct client_options, name) },
	{ 0, "to", "HOST[:PORT]", "A rack on the network, by UDP (default port 3345)", options_set_text,
		offsetof(struct client_options, target) },
	{ 0, "json", NULL, "One JSON object a line: address and values", options_set_flag,
		offsetof(struct client_options, json) },
	{ .name = NULL },
};

struct client {
	struct link *link;
	const char *address;
	const struct route *route; /* of the address; NULL: this version knows none */
	struct client_options options;
	enum answer_style style;
	bool print;   /* answers as they come */
	bool setting; /* a parameter: what is answered to that was clamped */
	bool synced;  /* everything sent has been dealt with */
	bool notices; /* /error is what is watched */
	bool failed;  /* an error came, and was reported */
	int answers;
};

static void report_clamped(const struct message *m)
{
	double number;
	if (message_text(m, 0))
		options_error(m->address, "clamped to %s", message_text(m, 0));
	else if (message_number(m, 0, &number))
		options_error(m->address, "clamped to %g", number);
}

static void on_message(void *user, const struct message *m)
{
	struct client *c = user;
	double number;
	if (strcmp(m->address, "/synced") == 0) {
		c->synced |= message_number(m, 0, &number) && (int)number == SYNC;
	} else if (!c->notices && strcmp(m->address, "/error") == 0 && message_text(m, 0) && message_text(m, 1)) {
		options_error(message_text(m, 0), "%s", message_text(m, 1));
		c->failed = true;
	} else {
		c->answers++;
		if (c->setting)
			report_clamped(m);
		if (c->print)
			answer_print(m, c->style);
	}
}

/* The operands behind the address; NULL: *status is what to end with. */
static char **start(struct client *c, const struct subcommand *subcommand, int argc, char **argv, int *status)
{
	*c = (struct client){ .options.name = "lacquer", .print = true };
	char **operands = options_read(subcommand, argc, argv, &c->options, status);
	if (!operands)
		return NULL;
	c->address = operands[0];
	const char *fault = pattern_fault(c->address);
	if (fault) {
		*status = options_wrong(subcommand->name, "'%s' is not an OSC address: %s", c->address, fault);
		return NULL;
	}
	c->route = router_find(c->address);
	c->style = c->options.json ? ANSWER_JSON : pattern_has_wildcards(c->address) ? ANSWER_ADDRESS : ANSWER_VALUES;
	struct reason reason;
	enum status opened = link_open(&c->link, c->options.target, c->options.name, &reason);
	if (opened == STATUS_OK)
		return operands + 1;
	options_error(c->address, "%s", reason.text);
	*status = opened == STATUS_BAD_VALUE ? EXIT_USAGE : EXIT_FAILED;
	return NULL;
}

static int nobody(const struct client *c)
{
	options_error(c->address, "no rack answers at %s", link_target(c->link));
	return EXIT_FAILED;
}

/* Reads until the condition is true or the time is over; false: it is over. */
static bool wait_for(struct client *c, const bool *condition, int ms)
{
	for (int64_t end = clock_now_ms() + ms, left; !*condition && (left = end - clock_now_ms()) > 0;) {
		struct pollfd fd = { .fd = link_fd(c->link), .events = POLLIN };
		poll(&fd, 1, left < LOOK_MS ? (int)left : LOOK_MS);
		link_receive(c->link, on_message, c);
	}
	return *condition;
}

static enum status sync_rack(struct client *c)
{
	c->synced = false;
	return link_send(c->link, "/sync", "i", (int32_t)SYNC);
}

static int ask(struct client *c)
{
	if (link_send(c->link, c->address, "") != STATUS_OK || sync_rack(c) != STATUS_OK ||
		!wait_for(c, &c->synced, ANSWER_MS))
		return nobody(c);
	return c->failed ? EXIT_FAILED : EXIT_DONE;
}

static int get_main(int argc, char **argv);

const struct subcommand subcommand_get = {
	.name = "get",
	.operands = "ADDRESS",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Ask a running rack for the value at an OSC address",
	.help = "Sends ADDRESS as a question to a running rack and prints the answer. What acts (/undo) is refused.",
	.options = options,
	.main = get_main,
};

/* What acts would act when it is asked. */
static bool refuse_action(const struct client *c, const char *subcommand, int *status)
{
	if (!c->route || c->route->body)
		return false;
	*status = options_wrong(subcommand, "%s has no value; it acts: lacquer set %s%s%s", c->address, c->address,
		*c->route->arguments ? " " : "", c->route->arguments);
	return true;
}

static int get_main(int argc, char **argv)
{
	struct client c;
	int status;
	if (!start(&c, &subcommand_get, argc, argv, &status))
		return status;
	if (!refuse_action(&c, "get", &status))
		status = ask(&c);
	link_close(c.link);
	return status;
}

/* ---- set */

static enum status send_words(struct client *c, char **words)
{
	int n = 0;
	while (words[n])
		n++;
	struct word *list = calloc((size_t)n + 1, sizeof *list);
	if (!list)
		return STATUS_NO_MEMORY;
	for (int i = 0; i < n; i++)
		list[i].text = words[i];
	enum status status = link_send_words(c->link, c->address, c->route ? c->route->arguments : "", list, n);
	free(list);
	return status;
}

/* Presets are answered when the file has been read or written, which is after the audio's answer. */
static int set_preset(struct client *c)
{
	for (int64_t end = clock_now_ms() + PRESET_MS; !c->answers && !c->failed && clock_now_ms() < end;)
		wait_for(c, &c->failed, 10);
	if (!c->answers && !c->failed)
		options_error(c->address, "not done within %d s", PRESET_MS / 1000);
	return c->answers && !c->failed ? EXIT_DONE : EXIT_FAILED;
}

static int set(struct client *c, char **words)
{
	c->setting = c->route && c->route->flags & ROUTE_FORMS;
	c->print = !c->setting;
	if (send_words(c, words) != STATUS_OK)
		return nobody(c);
	bool answered = sync_rack(c) == STATUS_OK && wait_for(c, &c->synced, ANSWER_MS);
	/* A rack that quits may be gone before it has answered. */
	if (!answered && !(link_is_local(c->link) && strcmp(c->address, "/quit") == 0))
		return nobody(c);
	if (c->failed)
		return EXIT_FAILED;
	bool ask_again = c->setting;
	c->setting = false;
	c->print = true;
	if (c->route && c->route->flags & ROUTE_LATER)
		return set_preset(c);
	return ask_again ? ask(c) : EXIT_DONE;
}

int client_set(const char *name, const char *address, char **words)
{
	struct client c = { .address = address, .route = router_find(address), .print = true };
	struct reason reason;
	if (link_open(&c.link, NULL, name, &reason) != STATUS_OK) {
		options_error(address, "%s", reason.text);
		return EXIT_FAILED;
	}
	int status = set(&c, words);
	link_close(c.link);
	return status;
}

static int set_main(int argc, char **argv);

const struct subcommand subcommand_set = {
	.name = "set",
	.operands = "ADDRESS VALUE...",
	.operands_min = 1,
	.operands_max = OPERANDS_ANY,
	.summary = "Set what is at an OSC address of a running rack",
	.help = "Sends ADDRESS with the values to a running rack and prints the resulting values. Units may be written "
		"(3 dB); a value beyond the range of a parameter is clamped, and reported.",
	.options = options,
	.negative_operands = true,
	.main = set_main,
};

static int set_main(int argc, char **argv)
{
	struct client c;
	int status;
	char **words = start(&c, &subcommand_set, argc, argv, &status);
	if (!words)
		return status;
	/* Without a value it would be a question. */
	if (!*words && c.route && c.route->flags & ROUTE_FORMS)
		status = options_wrong("set", "%s needs a value", c.address);
	else
		status = set(&c, words);
	link_close(c.link);
	return status;
}

/* ---- watch */

static volatile sig_atomic_t interrupted; /* the one thing that a signal may touch */

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static bool renew(struct client *c)
{
	c->synced = false;
	return link_send(c->link, "/subscribe", "s", c->address) == STATUS_OK && sync_rack(c) == STATUS_OK;
}

/* A lease on an address that does not exist would wait for it in silence; a question tells. */
static int probe(struct client *c)
{
	if (pattern_has_wildcards(c->address) || c->notices)
		return EXIT_DONE;
	c->print = false;
	int status = ask(c);
	c->print = true;
	return status;
}

static int watch(struct client *c)
{
	bool never = false;
	c->notices = pattern_matches(c->address, "/error");
	int status;
	if (refuse_action(c, "watch", &status) || (status = probe(c)) != EXIT_DONE)
		return status;
	if (!renew(c) || !wait_for(c, &c->synced, ANSWER_MS))
		return nobody(c);
	for (int64_t renewed = clock_now_ms(); !interrupted && !c->failed;) {
		wait_for(c, &never, 100);
		fflush(stdout);
		if (clock_now_ms() - renewed >= RENEW_MS && c->synced) {
			renewed = clock_now_ms();
			renew(c);
		} else if (clock_now_ms() - renewed >= LOST_MS && !c->synced) {
			return nobody(c);
		}
	}
	link_send(c->link, "/unsubscribe", "s", c->address);
	return c->failed ? EXIT_FAILED : EXIT_DONE;
}

static int watch_main(int argc, char **argv);

const struct subcommand subcommand_watch = {
	.name = "watch",
	.operands = "ADDRESS",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Print what changes at matching OSC addresses of a running rack",
	.help = "Subscribes to the addresses that match the pattern ADDRESS and prints each change and meter value until it "
		"is interrupted.",
	.options = options,
	.main = watch_main,
};

static int watch_main(int argc, char **argv)
{
	struct client c;
	int status;
	if (!start(&c, &subcommand_watch, argc, argv, &status))
		return status;
	if (!c.options.json)
		c.style = ANSWER_ADDRESS;
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	status = watch(&c);
	link_close(c.link);
	return status;
}
