/* The rows of the buses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/bus.h"

/* clang-format off */
const struct bus_row bus_rows[N_BUSES] = {
	[BUS_IN] = { "in", "Input", "input", false, false, "The sound to process" },
	[BUS_OUT] = { "out", "Output", "output", true, false, "The processed sound" },
	[BUS_MONITOR] = { "monitor", "Monitor", "monitor", true, true, "The output as it is listened to in the control room" },
	[BUS_REF] = { "ref", "Reference", "ref", false, true, "Another production to compare with" },
	[BUS_KEY] = { "key", "Key", "key", false, true, "The sidechain input of modules that take an external key" },
};
/* clang-format on */
