/* What the audio thread tells the control thread after every block, through a triple buffer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_TELEMETRY_H
#define RACK_TELEMETRY_H

#include "rack/model/rack.h"

struct telemetry {
	uint64_t frame;    /* processed so far */
	uint64_t time_us;  /* CLOCK_MONOTONIC at frame - period; 0: no clock */
	uint64_t at_frame; /* the frame that was due at time_us */
	uint64_t applied;  /* every transaction up to this sequence is applied */
	uint64_t poisoned;
	uint64_t silent_frames; /* since input or output was above -120 dBFS */
	int overload;           /* enum overload_step */
	float load_mean, load_worst;
	uint32_t n_slots;
	struct {
		uint32_t uid;
		float meters[MODULE_METERS_MAX];
	} slots[RACK_SLOTS_MAX];
};

#endif
