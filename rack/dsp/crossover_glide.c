/* The glide of crossovers' corners. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover_glide.h"

#include <math.h>
#include <string.h>

#define PITCH_MS 5.0
#define PITCH_DONE 1e-7

void crossover_glide_init(struct crossover_glide *g, double rate, double ms)
{
	*g = (struct crossover_glide){ .rate = rate, .way = 1 - exp(-1000 * CROSSOVER_PIECE / (ms * rate)) };
}

void crossover_glide_land(struct crossover_glide *g) RT
{
	for (int k = 0; k < CROSSOVERS_MAX; k++) {
		g->pitch[0][k] = g->pitch[1][k] = g->wanted[k];
		crossover_design(g->target[k], exp(g->wanted[k]), g->rate);
	}
	g->moving = false;
}

void crossover_glide_to(struct crossover_glide *g, const double hz[CROSSOVERS_MAX], bool at_once) RT
{
	for (int k = 0; k < CROSSOVERS_MAX; k++)
		g->wanted[k] = log(hz[k]);
	if (at_once) {
		crossover_glide_land(g);
	} else if (!g->moving) {
		memcpy(g->from, g->target, sizeof g->from);
		memset(g->step, 0, sizeof g->step);
		g->moving = true;
	}
}

void crossover_glide_next(struct crossover_glide *g) RT
{
	if (!g->moving)
		return;
	bool moving = false;
	for (int k = 0; k < CROSSOVERS_MAX; k++) {
		for (int i = 0; i < 2; i++)
			g->pitch[i][k] += ((i ? g->pitch[0][k] : g->wanted[k]) - g->pitch[i][k]) * g->way;
		bool done = fabs(g->wanted[k] - g->pitch[1][k]) + fabs(g->wanted[k] - g->pitch[0][k]) < PITCH_DONE;
		if (done)
			g->pitch[0][k] = g->pitch[1][k] = g->wanted[k];
		moving |= memcmp(g->from[k], g->target[k], sizeof g->from[k]) != 0 || !done;
		memcpy(g->from[k], g->target[k], sizeof g->from[k]);
		crossover_design(g->target[k], exp(g->pitch[1][k]), g->rate);
		for (int j = 0; j < CROSSOVER_NUMBERS; j++)
			g->step[k][j] = (g->target[k][j] - g->from[k][j]) / CROSSOVER_PIECE;
	}
	g->moving = moving;
}
