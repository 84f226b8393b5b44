/* The table of analysers, twice from analysers.def: their names and the array; and the rows of all taps in order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analysers.h"

#include "rack/base/visible.h"

#include <string.h>

#define ANALYSER(id) extern const struct analyser analyser_##id;
#include "rack/meters/analysers.def"
#undef ANALYSER

static const struct analyser *const analysers[] = {
#define ANALYSER(id) &analyser_##id,
#include "rack/meters/analysers.def"
#undef ANALYSER
};

enum { N_ANALYSERS = sizeof analysers / sizeof analysers[0] };

const struct analyser *analysers_at(uint32_t index)
{
	for (uint32_t i = 0; i < N_ANALYSERS; i++)
		if (id_visible(analysers[i]->id) && index-- == 0)
			return analysers[i];
	return NULL;
}

static bool measures(const struct analyser *analyser, unsigned taps, enum tap tap)
{
	return taps & analyser->taps & 1u << tap;
}

/* Taps are the outer order, analysers the inner one, then the rows of one. */
bool levels_next(struct level_place *at, unsigned taps)
{
	if (at->row) {
		at->first += level_width(at->row);
		at->index++;
	}
	for (; at->tap < N_TAPS; at->tap++, at->analyser = 0) {
		const struct analyser *analyser;
		for (; (analyser = analysers_at(at->analyser)); at->analyser++, at->index = 0)
			if (measures(analyser, taps, at->tap) && at->index < analyser->n_rows) {
				at->row = &analyser->rows[at->index];
				return true;
			}
	}
	at->row = NULL;
	return false;
}

bool levels_find(struct level_place *at, unsigned taps, enum tap tap, const char *id)
{
	*at = (struct level_place){ 0 };
	while (levels_next(at, taps))
		if (at->tap == tap && strcmp(at->row->id, id) == 0)
			return true;
	return false;
}

bool levels_find_role(struct level_place *at, unsigned taps, enum tap tap, enum role role)
{
	*at = (struct level_place){ 0 };
	while (levels_next(at, taps))
		if (at->tap == tap && at->row->role == role)
			return true;
	return false;
}

uint32_t levels_count_values(unsigned taps)
{
	struct level_place at = { 0 };
	while (levels_next(&at, taps))
		;
	return at.first;
}
