/* Fuzz target for OSC datagrams: any bytes leave the server alive, its values within their rows, its chain in order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server.h"
#include "osc/wire/packet.h"
#include "tests/fuzz/fuzz_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_osc: %s\n", what);
	abort();
}

static void check_rack(const struct rack *rack)
{
	expect(rack->n_slots <= RACK_SLOTS_MAX, "more slots than there is room for");
	for (uint32_t s = 0; s < rack->n_slots; s++) {
		const struct rack_slot *slot = &rack->slots[s];
		expect(rack_id_valid(slot->id) && rack_find_slot(rack, slot->id) == (int)s, "a slot's id");
		for (uint32_t p = 0; p < slot_n_params(slot); p++) {
			const struct param *row = slot_param(slot, p);
			expect(slot->values[p] >= row->min && slot->values[p] <= row->max, "a value beyond its row");
#ifdef PLANTED_FAULT
			expect(slot->values[p] > -1.5f, "the planted fault"); /* no seed goes there */
#endif
		}
	}
}

/* A client that never reads. */
static int open_client(void)
{
	const struct sockaddr_un own = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	expect(fd >= 0 && bind(fd, (const struct sockaddr *)&own, sizeof own.sun_family) == 0, "no client's socket");
	return fd;
}

static void quit(void *user)
{
	(void)user;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct reason reason;
	struct server *server;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof name.sun_path, "/tmp/lacquer-fuzz-%ld.sock", (long)getpid());
	struct control *control = control_new(&reason);
	control_insert(control, "trim", 0, NULL, ORIGIN_HOST, &reason);
	control_insert(control, "testfault", 1, NULL, ORIGIN_HOST, &reason);
	const struct server_config config = { .control = control, .local_path = name.sun_path, .quit = quit };
	expect(server_new(&server, &config, &reason) == STATUS_OK, reason.text);
	int client = open_client();
	if (size <= PACKET_SIZE_MAX && sendto(client, data, size, 0, (struct sockaddr *)&name, sizeof name) >= 0)
		server_poll(server);
	server_poll(server);
	check_rack(control_rack(control));
	close(client);
	server_free(server);
	control_free(control);
	return 0;
}

#ifndef WITH_LIBFUZZER
/* Without a fuzzer: runs the target over files, such as inputs that once failed. */
int main(int argc, char **argv)
{
	static unsigned char data[PACKET_SIZE_MAX + 8];
	return fuzz_files(argc, argv, data, sizeof data);
}
#endif
