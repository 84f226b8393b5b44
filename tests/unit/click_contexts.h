/* Where each row of each module can be heard: settings, ends and sounds for tests/unit/test_clicks.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_CLICK_CONTEXTS_H
#define TESTS_CLICK_CONTEXTS_H

#include "rack/model/registry.h"
#include "tests/unit/click.h"

#include <ctype.h>

/* Steady, and moving for what needs a gain that moves; the others for rows that act in neither. */
enum { TONE, MOVING, LOW, HIGH, N_MATERIALS };

static const struct {
	const char *name;
	struct click_material of;
} contexts_materials[N_MATERIALS] = {
	[TONE] = { "tone", { 1000, -6, 0 } },
	[MOVING] = { "moving", { 1000, -6, 24 } },
	[LOW] = { "low", { 100, -6, 0 } },
	[HIGH] = { "high", { 8000, -6, 0 } },
};

/* row: NULL for all, else an id, without its band if it has one. # in param: the band of the row, else 2. */
struct context {
	const char *module, *row, *param;
	float value;
};

static const struct context contexts[] = {
	{ "trim", NULL, "gain", -6 },
	{ "eq", NULL, "band#/on", 1 },
	{ "eq", NULL, "band#/type", 0 },
	{ "eq", NULL, "band#/freq", 1000 },
	{ "eq", NULL, "band#/gain", 12 },
	{ "eq", "q", "band#/freq", 1400 },
	{ "eq", "slope", "band#/type", 4 },
	{ "compressor", NULL, "threshold", -30 },
	{ "compressor", NULL, "ratio", 3 },
	{ "compressor", "knee", "threshold", -7 },
	{ "compressor", "range", "threshold", -60 },
	{ "compressor", "range", "ratio", 20 },
	{ "compressor", "link", "link", 50 },
	{ "multiband", NULL, "bands", 3 },
	{ "multiband", NULL, "link", 50 },
	{ "multiband", NULL, "band#/threshold", -40 },
	{ "multiband", NULL, "band#/ratio", 2 },
	{ "multiband", "mode", "band#/threshold", -20 },
	{ "multiband", "knee", "band#/threshold", -8 },
	{ "multiband", "range", "band#/threshold", -60 },
	{ "multiband", "range", "band#/ratio", 20 },
	{ "transient", NULL, "bands", 3 },
	{ "transient", NULL, "band#/attack", 60 },
	{ "transient", NULL, "band#/sustain", -60 },
	{ "imager", NULL, "band1/width", 50 },
	{ "imager", NULL, "band2/width", 150 },
	{ "imager", NULL, "band3/width", 30 },
	{ "imager", NULL, "band4/width", 130 },
	{ "clipper", NULL, "gain", 6 },
	{ "clipper", NULL, "ceiling", -6 },
	{ "clipper", "oversampling", "gain", 18 },
	{ "clipper", "oversampling", "hardness", 100 },
	{ "limiter", NULL, "gain", 6 },
	{ "limiter", NULL, "ceiling", -6 },
	{ "limiter", NULL, "link", 50 },
	{ "dither", NULL, "bits", 1 },
};

static const struct {
	const char *module, *row;
	float low, high;
} ends[] = {
	{ "compressor", "highpass", 125, 500 },
	{ "compressor", "range", 20, 40 },
	{ "imager", "mono_below", 125, 500 },
	{ "imager", "guard", 0.9f, 1 },
};

/* Rows that shall do so little that even a bare switch is below the bar. They act when they change more than this, in
 * dB re the sound. */
static const struct {
	const char *module, *row;
	double acts_from;
	const char *reason;
} softer[] = {
	{ "clipper", "oversampling", -80, "the next higher factor only takes away the aliases that the last one left" },
	{ "dither", "bits", -110, "works on the last bits" },
	{ "dither", "shape", -110, "works on the last bits" },
	{ "dither", "bypass", -110, "works on the last bits" },
};

/* Rows for which no sound of a tone's kind will do. */
static const struct {
	const char *module, *row, *reason;
} excuses[] = {
	{ "dither", "blank", "acts on digital silence alone, by the last bit" },
};

static inline const char *own_part(const char *id)
{
	const char *slash = strchr(id, '/');
	return slash ? slash + 1 : id;
}

/* 1 and up; 0: none. */
static inline int band_of(const char *id)
{
	return strncmp(id, "band", 4) == 0 && isdigit((unsigned char)id[4]) && strchr(id, '/') ? atoi(id + 4) : 0;
}

/* The tone is where the row's band is; a crossover that moves has those before it below, those behind it above. */
static inline void place_crossovers(struct rig *rig, const struct module *m, const char *row)
{
	int moving = strncmp(row, "crossover", 9) == 0 ? atoi(row + 9) : 0, band = band_of(row) ? band_of(row) : 2;
	for (int k = 1; k < 9; k++) {
		char id[32];
		snprintf(id, sizeof id, "crossover%d", k);
		if (module_find_param(m, id) < 0)
			break;
		float below = moving ? 200 : 500, above = moving ? 6000 : 2000;
		rig_set(rig, m->id, id, k < (moving ? moving : band) ? below : above);
	}
}

static inline void contexts_set(struct rig *rig, const struct module *m, const struct param *row)
{
	int band = band_of(row->id) ? band_of(row->id) : 2;
	place_crossovers(rig, m, row->id);
	for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
		const struct context *c = &contexts[i];
		if (strcmp(c->module, m->id) != 0 || (c->row && strcmp(c->row, own_part(row->id)) != 0))
			continue;
		char id[64];
		const char *mark = strchr(c->param, '#');
		snprintf(id, sizeof id, "%s", c->param);
		if (mark)
			snprintf(id, sizeof id, "%.*s%d%s", (int)(mark - c->param), c->param, band, mark + 1);
		rig_set(rig, m->id, id, c->value);
	}
}

static inline bool contexts_find_ends(const struct module *m, const struct param *row, float *low, float *high)
{
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(ends[i].module, m->id) == 0 && strcmp(ends[i].row, row->id) == 0) {
			*low = ends[i].low;
			*high = ends[i].high;
			return true;
		}
	return false;
}

/* 0: no such row. */
static inline double contexts_softer(const struct module *m, const char *row)
{
	for (size_t i = 0; i < sizeof softer / sizeof softer[0]; i++)
		if (strcmp(softer[i].module, m->id) == 0 && strcmp(softer[i].row, row) == 0)
			return softer[i].acts_from;
	return 0;
}

static inline const char *contexts_excuse(const struct module *m, const char *row)
{
	for (size_t i = 0; i < sizeof excuses / sizeof excuses[0]; i++)
		if (strcmp(excuses[i].module, m->id) == 0 && strcmp(excuses[i].row, row) == 0)
			return excuses[i].reason;
	return NULL;
}

#endif
