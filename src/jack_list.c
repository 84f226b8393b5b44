/* The audio ports of a JACK server, seen once by a client that comes and goes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/jack_list.h"

#include "src/background.h"
#include "src/jack.h"

#include <jack/jack.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

struct jack_list {
	char server[64];
	bool open;
	char **names[2]; /* that take, that give; NULL where there is no memory for them */
};

/* JACK's names are in the server's memory, and gone with the client. */
static char **copy_names(jack_client_t *jack, unsigned long flags)
{
	const char **names = jack_get_ports(jack, NULL, JACK_DEFAULT_AUDIO_TYPE, flags);
	size_t n = 0;
	while (names && names[n])
		n++;
	char **copies = calloc(n + 1, sizeof *copies);
	for (size_t i = 0; copies && i < n; i++)
		if (!(copies[i] = strdup(names[i])))
			break;
	jack_free(names);
	return copies;
}

static void free_names(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}

/* Background thread: on a server that hangs, libjack does too. */
static void read_ports(void *arg)
{
	static const char *const names[] = { "lacquer_ports", "lacquer_list" };
	struct jack_list *l = arg;
	const char *name = names[jack_name_shuts_server(names[0], l->server)];
	jack_client_t *jack = jack_client_open(name, JackNoStartServer | JackServerName, NULL, l->server);
	if (!jack)
		return;
	l->open = true;
	l->names[false] = copy_names(jack, JackPortIsInput);
	l->names[true] = copy_names(jack, JackPortIsOutput);
	jack_client_close(jack);
}

/* False: it hangs, and has what it was given. */
static bool run_with_patience(struct jack_list *l)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct background *reading = fd < 0 ? NULL : background_start(read_ports, l, fd);
	if (!reading) {
		close(fd);
		return false;
	}
	for (int ms = 0; ms < PATIENCE_MS && !background_done(reading); ms += 10)
		poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 10);
	bool ended = background_end(reading);
	if (ended)
		close(fd);
	return ended;
}

struct jack_list *jack_list_read(const char *server, struct reason *reason)
{
	struct jack_list *l = calloc(1, sizeof *l);
	if (!l) {
		reason_set(reason, STATUS_NO_MEMORY, "out of memory");
		return NULL;
	}
	snprintf(l->server, sizeof l->server, "%s", jack_server_name(server));
	jack_be_quiet();
	if (!run_with_patience(l)) {
		reason_set(reason, STATUS_UNAVAILABLE, "the server '%s' does not answer", l->server);
		return NULL;
	}
	if (l->open)
		return l;
	reason_set(reason, STATUS_UNAVAILABLE, "no server called '%s'", l->server);
	jack_list_free(l);
	return NULL;
}

void jack_list_free(struct jack_list *l)
{
	if (!l)
		return;
	free_names(l->names[false]);
	free_names(l->names[true]);
	free(l);
}

const char *const *jack_list_names(const struct jack_list *l, bool giving)
{
	static const char *const none[] = { NULL };
	return l->names[giving] ? (const char *const *)l->names[giving] : none;
}
