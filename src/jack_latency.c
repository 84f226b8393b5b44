/* What the rack tells JACK of latencies: those of the other side and its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/jack_private.h"

/* The rack mixes its channels, so both ports of a bus carry the range of both; one that hangs in the air says nothing.
 */
static jack_latency_range_t range_of(struct jack_link *c, enum bus bus, jack_latency_callback_mode_t mode)
{
	jack_latency_range_t all = { 0, 0 };
	bool any = false;
	for (unsigned i = 0; i < BUS_CHANNELS; i++) {
		jack_port_t *port = c->ports[wires_port(bus, i)];
		jack_latency_range_t one;
		if (!jack_port_connected(port))
			continue;
		jack_port_get_latency_range(port, mode, &one);
		all.min = any && all.min < one.min ? all.min : one.min;
		all.max = any && all.max > one.max ? all.max : one.max;
		any = true;
	}
	return all;
}

/* What comes in and goes out the main way decides: all that leaves the rack is as old as the input and the rack's delay
 * (the monitor hears what the output does), and all that enters it is heard when the input is. */
static void tell_latency(struct jack_link *c, jack_latency_callback_mode_t mode)
{
	bool capture = mode == JackCaptureLatency;
	jack_latency_range_t range = range_of(c, capture ? BUS_IN : BUS_OUT, mode);
	uint32_t frames = atomic_load(&c->latency);
	range.min += frames;
	range.max += frames;
	for (unsigned i = 0; i < BUS_PORTS; i++)
		if (c->ports[i] && bus_rows[i / BUS_CHANNELS].output == capture)
			jack_port_set_latency_range(c->ports[i], mode, &range);
}

/* jackd wants to be told from here. PipeWire's libjack (0.3.65) runs other callbacks inside the telling, and then keeps
 * its loop locked for ever: there the control thread does it. */
void jack_on_latency(jack_latency_callback_mode_t mode, void *arg)
{
	struct jack_link *c = arg;
	if (!c->defer_latency) {
		tell_latency(c, mode);
		return;
	}
	atomic_store(&c->relatency, true);
	jack_link_wake(c);
}

void jack_link_set_latency(struct jack_link *c, uint32_t frames, bool active)
{
	if (atomic_exchange(&c->latency, frames) != frames && active)
		jack_recompute_total_latencies(c->jack);
}

void jack_link_update_latency(struct jack_link *c)
{
	if (!atomic_exchange(&c->relatency, false))
		return;
	tell_latency(c, JackCaptureLatency);
	tell_latency(c, JackPlaybackLatency);
}
