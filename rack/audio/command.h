/* What the control thread tells the audio thread: transactions of changes on the command ring. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_COMMAND_H
#define RACK_COMMAND_H

#include <stdint.h>

struct chain;

enum command_type {
	COMMAND_BEGIN, /* opens a transaction: n changes follow, all applied on one frame */
	COMMAND_SET,   /* one row of one slot, or of the rack (uid 0) */
	COMMAND_MATCH, /* gains of the processed and unprocessed path */
	COMMAND_CHAIN, /* another chain, cross-faded; the old one comes back on the return ring */
};

struct command {
	uint8_t type;
	uint16_t param;    /* SET */
	uint32_t uid;      /* SET: of the slot; BEGIN: n */
	uint32_t glide_ms; /* SET: how long a row that glides may take; 0: as fast as it is smooth */
	union {
		float value;         /* SET */
		struct chain *chain; /* CHAIN */
		struct {
			float processed, unprocessed;
		} match;       /* MATCH, linear */
		uint64_t mark; /* BEGIN: this transaction's number, rising */
	};
	uint64_t frame; /* BEGIN: engine frame to apply it on; one that has passed: at once */
};

/* The gain and the limiter of the safe bypass stand in slots of these uids, which no slot of the model has. */
#define COMMAND_SAFE_GAIN_UID 0xfffffffeu
#define COMMAND_SAFE_LIMITER_UID 0xffffffffu

enum {
	COMMAND_RING_SIZE = 4096, /* holds every row of a full rack in one transaction */
	COMMANDS_A_BLOCK =
		256, /* the audio thread starts no further transaction after so many for each BLOCK_MAX frames */
	COMMAND_CHAINS_MAX = 16, /* chains under way to the audio thread and back */
};

#endif
