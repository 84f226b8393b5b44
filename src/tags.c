/* Tags and chunks beside the sound, by libsndfile's commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/tags.h"

#include "src/measurement.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY_MAX = 16384, CUES_MAX = 2500, TEXTS = SF_STR_LAST + 1, UNDEFINED = 0x7fff };

/* libsndfile gives sizes, not names. */
typedef SF_BROADCAST_INFO_VAR(HISTORY_MAX) broadcast;
typedef SF_CUES_VAR(CUES_MAX) cues;

struct tags {
	bool has_broadcast, has_texts;
	broadcast broadcast;
	cues cues; /* cue_count 0: none */
	char *texts[TEXTS];
};

static void read_texts(struct tags *t, SNDFILE *file)
{
	for (int i = SF_STR_FIRST; i <= SF_STR_LAST; i++) {
		const char *text = sf_get_string(file, i);
		t->texts[i] = text ? strdup(text) : NULL;
		t->has_texts |= t->texts[i] != NULL;
	}
}

struct tags *tags_read(SNDFILE *file)
{
	struct tags *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->has_broadcast = sf_command(file, SFC_GET_BROADCAST_INFO, &t->broadcast, sizeof t->broadcast) == SF_TRUE;
	if (sf_command(file, SFC_GET_CUE, &t->cues, sizeof t->cues) != SF_TRUE)
		t->cues.cue_count = 0;
	read_texts(t, file);
	if (t->has_broadcast || t->has_texts || t->cues.cue_count)
		return t;
	tags_free(t);
	return NULL;
}

void tags_free(struct tags *t)
{
	if (!t)
		return;
	for (int i = 0; i < TEXTS; i++)
		free(t->texts[i]);
	free(t);
}

void tags_rescale(struct tags *t, double ratio)
{
	double reference = (double)((uint64_t)t->broadcast.time_reference_high << 32 | t->broadcast.time_reference_low);
	uint64_t moved = (uint64_t)llround(reference * ratio);
	t->broadcast.time_reference_low = (uint32_t)moved;
	t->broadcast.time_reference_high = (uint32_t)(moved >> 32);
	for (uint32_t i = 0; i < t->cues.cue_count; i++) {
		SF_CUE_POINT *cue = &t->cues.cue_points[i];
		cue->position = (uint32_t)llround(cue->position * ratio);
		cue->sample_offset = (uint32_t)llround(cue->sample_offset * ratio);
	}
}

static int16_t hundredths(double value)
{
	return (int16_t)(isfinite(value) && fabs(value) < 100 ? lround(value * 100) : UNDEFINED);
}

bool tags_set_loudness(struct tags *t, const struct measurement *m)
{
	t->broadcast.version = 2;
	t->broadcast.loudness_value = hundredths(m->integrated_lufs);
	t->broadcast.loudness_range = hundredths(m->range_lu);
	t->broadcast.max_true_peak_level = hundredths(m->true_peak_dbtp);
	t->broadcast.max_momentary_loudness = hundredths(m->momentary_max_lufs);
	t->broadcast.max_shortterm_loudness = hundredths(m->short_term_max_lufs);
	return t->has_broadcast;
}

bool tags_write_texts(const struct tags *t, SNDFILE *file)
{
	bool all = true;
	for (int i = SF_STR_FIRST; i <= SF_STR_LAST; i++)
		all &= !t->texts[i] || sf_set_string(file, i, t->texts[i]) == 0;
	return all;
}

bool tags_write_cues(const struct tags *t, SNDFILE *file)
{
	cues copy = t->cues;
	return !t->cues.cue_count || sf_command(file, SFC_SET_CUE, &copy, sizeof copy) == SF_TRUE;
}

/* libsndfile wants the size that is used; it adds its own line to the history. */
bool tags_write_broadcast(const struct tags *t, SNDFILE *file)
{
	broadcast copy = t->broadcast;
	uint32_t history = copy.coding_history_size < HISTORY_MAX / 2 ? copy.coding_history_size : HISTORY_MAX / 2;
	copy.coding_history_size = history;
	int size = (int)(offsetof(broadcast, coding_history) + history);
	return !t->has_broadcast || sf_command(file, SFC_SET_BROADCAST_INFO, &copy, size) == SF_TRUE;
}
