/* What a module does to steady sines, measured on the module itself as the engine runs it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_PROBE_H
#define SRC_PROBE_H

#include "rack/model/rack.h"

struct probe;

/* An engine at 48 kHz with the module of this slot and its values; bypass, solo and delta are off. NULL: no memory. */
struct probe *probe_new(const struct rack_slot *);
void probe_free(struct probe *);

/* The module's level in dBFS, of a sine's peak and by the energy of a quarter of a second, half a second after a sine
 * of freq (Hz, taken to the next multiple of 4) and level (dBFS of its peak) began on both channels. What went before
 * is still in its envelopes, so ask for rising levels. */
double probe_level(struct probe *, double freq, double level);

#endif
