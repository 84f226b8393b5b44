/* A rack, its OSC server and two clients in one process: what OSC tests stand on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_OSC_RIG_H
#define TESTS_OSC_RIG_H

#include "osc/remote/link.h"
#include "osc/server.h"
#include "osc/wire/packet.h"
#include "rack/audio/engine.h"
#include "rack/base/file.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { RIG_LINES = 4096, RIG_LINE = 200, RIG_PATIENCE_MS = 5000, RIG_FRAMES = 64 };

/* A client and every message that it got, as lines such as "/rack/trim/gain f -1". */
struct client {
	struct link *link;
	int total; /* messages, also those for which there was no line left */
	int n;
	char lines[RIG_LINES][RIG_LINE];
};

struct rig {
	struct control *control;
	struct server *server;
	struct client local, udp;
	int port;
	int quits;
	uint64_t frames; /* processed */
	int32_t syncs;
};

static inline void rig_quit(void *user)
{
	((struct rig *)user)->quits++;
}

static inline void rig_report(void *user, const struct message *m)
{
	struct client *client = user;
	client->total++;
	char *line = client->lines[client->n < RIG_LINES - 1 ? client->n++ : client->n];
	int used = snprintf(line, RIG_LINE, "%s %s", m->address, m->types);
	for (int i = 0; i < m->n && used < RIG_LINE; i++) {
		double number;
		if (message_text(m, i))
			used += snprintf(line + used, (size_t)(RIG_LINE - used), " %s", message_text(m, i));
		else if (m->types[i] != 'T' && m->types[i] != 'F' && message_number(m, i, &number))
			used += snprintf(line + used, (size_t)(RIG_LINE - used), " %g", number);
	}
}

static inline long rig_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One turn of everything: the control thread's loop, a block of audio, the clients' ears. */
static inline void rig_turn(struct rig *rig)
{
	struct pollfd fds[SERVER_FDS_MAX];
	struct timespec now;
	poll(fds, (nfds_t)server_fds(rig->server, fds), 1);
	control_tick(rig->control);
	server_poll(rig->server);
	control_tick(rig->control);
	if (control_engine(rig->control)) {
		float silence[RIG_FRAMES] = { 0 }, left[RIG_FRAMES], right[RIG_FRAMES];
		const struct buses buses = { .in = { silence, silence }, .out = { left, right } };
		clock_gettime(CLOCK_MONOTONIC, &now);
		engine_process(control_engine(rig->control), &buses, RIG_FRAMES,
			(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
		rig->frames += RIG_FRAMES;
	}
	server_poll(rig->server);
	link_receive(rig->local.link, rig_report, &rig->local);
	if (rig->udp.link)
		link_receive(rig->udp.link, rig_report, &rig->udp);
}

static inline int client_count(const struct client *client, const char *line)
{
	int n = 0;
	for (int i = 0; i < client->n; i++)
		n += strcmp(client->lines[i], line) == 0;
	return n;
}

static inline bool client_has(const struct client *client, const char *line)
{
	return client_count(client, line) > 0;
}

/* The newest line of an address, NULL: none. */
static inline const char *client_last(const struct client *client, const char *address)
{
	size_t size = strlen(address);
	for (int i = client->n - 1; i >= 0; i--)
		if (strncmp(client->lines[i], address, size) == 0 && client->lines[i][size] == ' ')
			return client->lines[i];
	return NULL;
}

static inline void client_dump(const struct client *client)
{
	for (int i = 0; i < client->n && i < 40; i++)
		print_message("  got: %s\n", client->lines[i]);
}

/* Turns until the client has the line; fails after a long time. */
static inline void rig_expect(struct rig *rig, struct client *client, const char *line)
{
	long end = rig_ms() + RIG_PATIENCE_MS;
	while (!client_has(client, line)) {
		rig_turn(rig);
		if (rig_ms() > end) {
			client_dump(client);
			fail_msg("never came: %s", line);
		}
	}
}

/* Everything that the client has sent is answered when this returns: answers keep their order. */
static inline void rig_sync(struct rig *rig, struct client *client)
{
	char line[40];
	snprintf(line, sizeof line, "/synced i %d", ++rig->syncs);
	assert_int_equal(link_send(client->link, "/sync", "i", rig->syncs), STATUS_OK);
	rig_expect(rig, client, line);
}

static inline void client_clear(struct client *client)
{
	client->n = 0;
}

/* XDG folders of the test's own, a rack of one slot "trim" and a "testfault", a server on some free port. */
static inline void rig_config(struct rig *rig, struct server_config *config, char path[108])
{
	struct reason reason;
	assert_int_equal(file_place(FILE_RUNTIME, "rig.sock", path, 108, &reason), STATUS_OK);
	*config = (struct server_config){
		.control = rig->control, .local_path = path, .bind = "127.0.0.1", .user = rig, .quit = rig_quit
	};
}

static inline void rig_folders(char folder[40])
{
	snprintf(folder, 40, "/tmp/lacquer-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("XDG_RUNTIME_DIR", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("LACQUER_TEST_MODULES", "1", 1);
}

static inline struct rig *rig_new(bool audio)
{
	struct rig *rig = calloc(1, sizeof *rig);
	struct server_config config;
	struct reason reason;
	char path[108], target[32];
	rig->control = control_new(&reason);
	assert_non_null(rig->control);
	assert_int_equal(control_insert(rig->control, "trim", 0, NULL, ORIGIN_HOST, &reason), STATUS_OK);
	assert_int_equal(control_insert(rig->control, "testfault", 1, NULL, ORIGIN_HOST, &reason), STATUS_OK);
	rig_config(rig, &config, path);
	enum status status = STATUS_UNAVAILABLE;
	for (int i = 0; i < 100 && status != STATUS_OK; i++) {
		config.port = rig->port = 20000 + (int)((unsigned)getpid() * 7 + (unsigned)i) % 30000;
		status = server_new(&rig->server, &config, &reason);
	}
	assert_int_equal(status, STATUS_OK);
	if (audio)
		assert_int_equal(control_start(rig->control, &(struct spec){ .rate = 48000 }, CONTROL_OFFLINE, &reason),
			STATUS_OK);
	snprintf(target, sizeof target, "127.0.0.1:%d", rig->port);
	assert_int_equal(link_open(&rig->local.link, NULL, "rig", &reason), STATUS_OK);
	assert_int_equal(link_open(&rig->udp.link, target, NULL, &reason), STATUS_OK);
	return rig;
}

static inline void rig_free(struct rig *rig)
{
	link_close(rig->local.link);
	link_close(rig->udp.link);
	control_stop(rig->control);
	server_free(rig->server);
	control_free(rig->control);
	free(rig);
}

#endif
