/* The rows of levels and meters in words: range, width, what they are over. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/describe_level.h"

#include <stdio.h>
#include <string.h>

void describe_level(const struct level *row, char *text, size_t size)
{
	uint32_t width = level_width(row);
	char values[32] = "";
	if (width > 1)
		snprintf(values, sizeof values, ", %u values", width);
	if (width == 2)
		snprintf(values, sizeof values, ", left and right");
	snprintf(text, size, "%g .. %g%s%s%s%s", (double)row->min, (double)row->max, row->unit == UNIT_NONE ? "" : " ",
		unit_text(row->unit), values, row->integrated ? ", since the last reset" : "");
}

void describe_taps(const struct analyser *analyser, char *text, size_t size)
{
	text[0] = '\0';
	for (int tap = 0; tap < N_TAPS; tap++) {
		size_t used = strlen(text);
		if (analyser->taps & TAPS_RACK & 1u << tap)
			snprintf(text + used, size - used, "%s%s", used ? ", " : "", tap_id((enum tap)tap));
	}
}
