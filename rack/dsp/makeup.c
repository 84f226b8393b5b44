/* Make-up by loudness: one section of 10 ms after the other. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/makeup.h"

#include "rack/dsp/decibel.h"
#include "rack/dsp/k_weighting.h"

#include <string.h>

#define SECTION_S 0.01
#define MEAN_S 3.0
#define FOLLOW_S 2.0
#define SECTIONS_MAX 1000 /* that are counted: beyond it nothing depends on it */
#define FIRST_SECTIONS 15 /* of mean and following, at the start: 0.15 s, and by and by more */
#define GATE 1.1724653e-7 /* power at -70 LUFS: 10^((-70 + 0.691) / 10) */

/* As sections that keep their precision at high rates. */
static void design_weighting(struct makeup *m, double rate)
{
	struct k_weighting_stage stages[2];
	k_weighting(rate, stages);
	m->shelf = svf_from_bilinear(stages[0].n, stages[0].d1, stages[0].d0);
	m->highpass = svf_from_bilinear(stages[1].n, stages[1].d1, stages[1].d0);
}

void makeup_init(struct makeup *m, double rate)
{
	design_weighting(m, rate);
	m->mean_part = 1 - exp(-SECTION_S / MEAN_S);
	m->follow_part = 1 - exp(-SECTION_S / FOLLOW_S);
	m->section = (uint32_t)lround(rate * SECTION_S);
	makeup_reset(m);
}

void makeup_reset(struct makeup *m) RT
{
	memset(m->shelf_past, 0, sizeof m->shelf_past);
	memset(m->highpass_past, 0, sizeof m->highpass_past);
	m->before = m->after = m->mean_before = m->mean_after = 0;
	m->db = m->step = 0;
	m->age = 0;
	m->target = m->gain = 1;
	m->left = m->section;
}

static void follow(struct makeup *m) RT
{
	double fast = 1.0 / (m->age + FIRST_SECTIONS);
	double mean_part = fmax(m->mean_part, fast), follow_part = fmax(m->follow_part, fast);
	m->mean_before += (m->before / m->section - m->mean_before) * mean_part;
	m->mean_after += (m->after / m->section - m->mean_after) * mean_part;
	double goal = 10 * log10(m->mean_before / m->mean_after);
	m->db += (fmax(0, fmin(goal, MAKEUP_MAX_DB)) - m->db) * follow_part;
	if (m->age < SECTIONS_MAX)
		m->age++;
	m->target = decibel_to_gain(m->db);
}

static void end_section(struct makeup *m) RT
{
	m->gain = m->target; /* exactly, whatever the additions rounded */
	if (m->before > GATE * m->section)
		follow(m);
	m->step = (m->target - m->gain) / m->section;
	m->before = m->after = 0;
	m->left = m->section;
}

void makeup_hear(struct makeup *m, const double x[2], const double gains[2]) RT
{
	for (int c = 0; c < 2; c++) {
		double y = svf_tick(&m->shelf, m->shelf_past[c], x[c]);
		y = svf_tick(&m->highpass, m->highpass_past[c], y);
		double turned_down = y * gains[c];
		m->before += y * y;
		m->after += turned_down * turned_down;
	}
	if (--m->left == 0)
		end_section(m);
}
