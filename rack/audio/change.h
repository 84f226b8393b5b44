/* What the control thread tells the audio thread: transactions of changes on the change ring. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_CHANGE_H
#define RACK_CHANGE_H

#include <stdint.h>

struct chain;
struct kernel;

enum change_type {
	CHANGE_BEGIN,  /* opens a transaction: n changes follow, all applied on one frame */
	CHANGE_SET,    /* one row of one slot, or of the rack (uid 0) */
	CHANGE_MATCH,  /* gains of the processed and unprocessed path */
	CHANGE_CHAIN,  /* another chain, cross-faded; the old one comes back on the return ring */
	CHANGE_KERNEL, /* what a worker has designed for a slot; faded to, and an old one comes back as chains do */
};

struct change {
	uint8_t type;
	uint16_t param;    /* SET */
	uint32_t uid;      /* SET, KERNEL: of the slot; BEGIN: n */
	uint32_t glide_ms; /* SET: how long a row that glides may take; 0: as fast as it is smooth */
	union {
		float value;           /* SET */
		struct chain *chain;   /* CHAIN */
		struct kernel *kernel; /* KERNEL: the change is a user of it */
		struct {
			float processed, unprocessed;
		} match;           /* MATCH, linear */
		uint64_t sequence; /* BEGIN: this transaction's number, rising */
	};
	uint64_t frame; /* BEGIN: engine frame to apply it on; one that has passed: at once */
};

/* The gain and the limiter of the safe bypass stand in slots of these uids, which no slot of the model has. */
#define CHANGE_SAFE_GAIN_UID 0xfffffffeu
#define CHANGE_SAFE_LIMITER_UID 0xffffffffu

enum {
	CHANGE_RING_SIZE = 4096, /* holds every row of a full rack in one transaction */
	CHANGES_A_BLOCK =
		256, /* the audio thread starts no further transaction after so many for each BLOCK_MAX frames */
	CHANGE_CHAINS_MAX = 16,   /* chains under way to the audio thread and back */
	CHANGE_KERNELS_MAX = 192, /* kernels that there are, in use or under way: 8 for each slot of a full rack */
};

/* What the audio thread needs no more and gives back on the return ring: see rack/audio/retired.h. */
enum retired_type { RETIRED_CHAIN, RETIRED_KERNEL };

struct retired {
	enum retired_type type;
	union {
		struct chain *chain;
		struct kernel *kernel; /* without users */
	};
};

#endif
