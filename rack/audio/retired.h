/* What the audio thread needs no more and gives back to be freed, on the return ring. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_RETIRED_H
#define RACK_RETIRED_H

struct chain;
struct kernel;

enum retired_type { RETIRED_CHAIN, RETIRED_KERNEL };

struct retired {
	enum retired_type type;
	union {
		struct chain *chain;
		struct kernel *kernel; /* without users */
	};
};

/* Control thread. */
void retired_free(const struct retired *);

#endif
