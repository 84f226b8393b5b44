/* Values that were sent to the audio thread for a later frame: where something overtook one, the model takes it when
 * its frame has come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_DUE_H
#define RACK_DUE_H

#include <stdbool.h>
#include <stdint.h>

enum { DUE_MAX = 1024 };

struct due_value {
	uint64_t frame;
	uint32_t uid, param; /* uid 0: of the rack */
	float value;
};

/* By frame, and those of one frame in order of arrival. Zeroed: none. */
struct due {
	struct due_value values[DUE_MAX];
	uint32_t n;
};

/* Beyond DUE_MAX a value is not kept: the audio thread has it all the same. */
void due_expect(struct due *, const struct due_value *);

/* The next one from before frame `now`, unless the same row has another behind it, which will end the matter. False:
 * none has come. */
bool due_take(struct due *, uint64_t now, struct due_value *);

#endif
