/* The buses: pairs of ports between the rack and the outside, one row each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_BUS_H
#define RACK_BUS_H

#include "rack/base/realtime.h"

#include <stdbool.h>

enum bus { BUS_IN, BUS_OUT, BUS_MONITOR, BUS_REF, BUS_KEY, N_BUSES };

enum { BUS_CHANNELS = 2, BUS_PORTS = N_BUSES * BUS_CHANNELS };

struct bus_row {
	const char *id;     /* ports are called <id>_L and <id>_R */
	const char *label;  /* for people: "Input", with " left" and " right" for the ports */
	const char *option; /* of the command line: --input */
	bool output;        /* sound leaves the rack here */
	bool optional;      /* there only where asked for */
	const char *help;   /* one sentence, no full stop */
};

extern const struct bus_row bus_rows[N_BUSES];

/* The sound of one call of engine_process: planar stereo. Both pointers of a bus that is not there are NULL; in and out
 * always are there. */
struct buses {
	const float *in[BUS_CHANNELS], *ref[BUS_CHANNELS], *key[BUS_CHANNELS];
	float *out[BUS_CHANNELS], *monitor[BUS_CHANNELS];
};

/* The same from the buffers of all ports, in the order of the rows. */
static inline struct buses buses_of_ports(float *ports[N_BUSES][BUS_CHANNELS]) RT
{
	struct buses buses;
	for (int c = 0; c < BUS_CHANNELS; c++) {
		buses.in[c] = ports[BUS_IN][c];
		buses.out[c] = ports[BUS_OUT][c];
		buses.monitor[c] = ports[BUS_MONITOR][c];
		buses.ref[c] = ports[BUS_REF][c];
		buses.key[c] = ports[BUS_KEY][c];
	}
	return buses;
}

#endif
