/* The engine's process: model, OSC server and JACK client held together by one poll loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_HOST_H
#define SRC_HOST_H

#include "src/wires.h"

#include <stdbool.h>

struct host_options {
	const char *name;     /* of the JACK client, the sockets and the saved state */
	const char *server;   /* JACK's; NULL: its default */
	const char *rack;     /* file or preset; NULL: the saved state */
	const char *osc_bind; /* NULL: loopback */
	const char *osc_allow, *osc_surfaces;
	int osc_port;
	bool headless, wait, no_restore, check_ports;
	const struct resume *resume; /* what this process's former program left; NULL: this is a start like any other */
	struct wires *wires;
};

/* Runs until a signal or /quit ends it; returns an enum exit_status and has told every error on stderr. ready_fd: gets
 * one byte once audio runs (or is waited for), then stdout and stderr go to NAME.log in the state folder; a reader that
 * has gone by then ends the program. -1: none. */
int host_run(const struct host_options *, int ready_fd);

#endif
