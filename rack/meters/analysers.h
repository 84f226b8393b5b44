/* The analysers that there are, from analysers.def, and the list of all rows of all taps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_ANALYSERS_H
#define RACK_ANALYSERS_H

#include "rack/meters/analyser.h"

/* Analysers whose id starts with "test" exist only where the environment has LACQUER_TEST_MODULES=1. Any thread. NULL
 * beyond the last. */
const struct analyser *analysers_at(uint32_t index);

/* A row at a tap, and where its values stand among those of all rows of a set of taps. */
struct level_place {
	const struct level *row;
	enum tap tap;
	uint32_t first;
	uint32_t analyser, index; /* of the row: where to go on */
};

/* The next row of these taps; the first after { 0 }. False: there is no more. */
bool levels_next(struct level_place *, unsigned taps);

/* False: the tap has no such row. */
bool levels_find(struct level_place *, unsigned taps, enum tap, const char *id);
bool levels_find_role(struct level_place *, unsigned taps, enum tap, enum role);

/* Values of all rows of these taps. */
uint32_t levels_count_values(unsigned taps);

#endif
