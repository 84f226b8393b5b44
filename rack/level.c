/* What follows from the row of an output value, and the names of the taps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/level.h"

#include <math.h>
#include <string.h>

uint32_t level_width(const struct level *row) RT
{
	return row->width ? row->width : 1;
}

uint32_t level_values(const struct level *rows, uint32_t n) RT
{
	uint32_t values = 0;
	for (uint32_t i = 0; i < n; i++)
		values += level_width(&rows[i]);
	return values;
}

float level_silence(const struct level *row)
{
	bool absolute = row->unit == UNIT_DBFS || row->unit == UNIT_DBTP || row->unit == UNIT_LUFS;
	return absolute ? -INFINITY : 0;
}

const char *level_kind_text(enum level_kind kind)
{
	static const char *const texts[N_LEVEL_KINDS] = {
		[LEVEL_RISING] = "rising",
		[LEVEL_CENTRED] = "centred",
		[LEVEL_FIGURE] = "figure",
	};
	return texts[kind];
}

static const char *const taps[N_TAPS] = {
	[TAP_IN] = "in",
	[TAP_PROCESSED] = "processed",
	[TAP_OUT] = "out",
	[TAP_REF] = "ref",
	[TAP_MONITOR] = "monitor",
};

const char *tap_id(enum tap tap)
{
	return taps[tap];
}

int tap_find(const char *id, size_t length)
{
	for (int i = 0; i < N_TAPS; i++)
		if (strlen(taps[i]) == length && memcmp(taps[i], id, length) == 0)
			return i;
	return -1;
}
