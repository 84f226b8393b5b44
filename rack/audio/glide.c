/* The Hann-window smoother of parameters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/glide.h"

#include "rack/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_S 0.01067
#define SWEEP_S 0.14 /* over the whole range; 80 octaves a second for a frequency of 10 Hz to 22 kHz */
#define SWEEP_DB_S 1200

static double to_scale(const struct param *row, float value) RT
{
	return row->scale == SCALE_LOG ? log((double)value) : (double)value;
}

static float from_scale(const struct param *row, double x) RT
{
	return param_clamp(row, (float)(row->scale == SCALE_LOG ? exp(x) : x));
}

static void make_window(struct glide *g)
{
	double sum = 0;
	for (uint32_t i = 0; i < g->length; i++) {
		double s = sin(3.14159265358979323846 * (i + 0.5) / g->length);
		sum += g->window[i] = s * s;
	}
	for (uint32_t i = 0; i < g->length; i++)
		g->window[i] /= sum;
}

bool glide_init(
	struct glide *g, const struct param *rows, uint32_t n_rows, const struct spec *spec, const float *values)
{
	uint32_t length = (uint32_t)(spec->rate * WINDOW_S / (double)SET_FRAMES + 0.5);
	*g = (struct glide){ .rows = rows, .n_rows = n_rows, .length = length < 3 ? 3 : length };
	g->ticks_s = spec->rate / (double)SET_FRAMES;
	g->window = memory_new((g->length + (size_t)n_rows * (g->length + 2)) * sizeof(double));
	g->left = memory_new(n_rows * sizeof *g->left);
	if (!g->window || !g->left) {
		glide_drop(g);
		return false;
	}
	g->history = g->window + g->length;
	g->target = g->history + (size_t)n_rows * g->length;
	g->step = g->target + n_rows;
	make_window(g);
	for (uint32_t r = 0; r < n_rows; r++) {
		g->target[r] = to_scale(&rows[r], values[r]);
		for (uint32_t i = 0; i < g->length; i++)
			g->history[(size_t)r * g->length + i] = g->target[r];
	}
	return true;
}

void glide_drop(struct glide *g)
{
	free(g->window);
	free(g->left);
	g->window = NULL;
	g->left = NULL;
}

/* The shortest ramp, in ticks, over a distance in the row's scale. */
static uint32_t shortest(const struct glide *g, const struct param *row, double distance) RT
{
	if (row->unit == UNIT_DB || row->unit == UNIT_DBFS || row->unit == UNIT_DBTP) {
		double ticks = distance / SWEEP_DB_S * g->ticks_s;
		return ticks > g->length ? (uint32_t)ticks - g->length : 0; /* the window lasts as well */
	}
	double range = to_scale(row, row->max) - to_scale(row, row->min);
	return (uint32_t)(distance / range * SWEEP_S * g->ticks_s);
}

void glide_to(struct glide *g, uint32_t row, float value, uint32_t ticks) RT
{
	double x = to_scale(&g->rows[row], value);
	bool moving = g->left[row] > 0;
	if (x == g->target[row] && !(moving && ticks == 0))
		return;
	double from = g->history[(size_t)row * g->length + g->at];
	uint32_t least = shortest(g, &g->rows[row], fabs(x - from));
	ticks = ticks < least ? least : ticks;
	g->target[row] = x;
	g->step[row] = ticks ? (x - from) / ticks : 0;
	g->n_moving += !moving;
	g->left[row] = g->length + ticks;
}

static double smoothed(const struct glide *g, const double *history) RT
{
	double sum = 0;
	uint32_t newer = g->at + 1; /* history[0 .. at] is newest-last, the rest is older */
	for (uint32_t i = 0; i < newer; i++)
		sum += g->window[g->length - newer + i] * history[i];
	for (uint32_t i = newer; i < g->length; i++)
		sum += g->window[i - newer] * history[i];
	return sum;
}

void glide_tick(struct glide *g, float *values) RT
{
	g->at = g->at + 1 == g->length ? 0 : g->at + 1;
	for (uint32_t r = 0; r < g->n_rows; r++) {
		if (!g->left[r])
			continue;
		double *history = g->history + (size_t)r * g->length;
		g->left[r]--;
		/* What is left of a ramp counts back from its end, so that nothing adds up on the way. */
		double ramp_left = g->left[r] > g->length ? g->left[r] - g->length : 0;
		history[g->at] = g->target[r] - g->step[r] * ramp_left;
		g->n_moving -= g->left[r] == 0;
		values[r] = from_scale(&g->rows[r], g->left[r] ? smoothed(g, history) : g->target[r]);
	}
}

void glide_adopt(struct glide *to, const struct glide *from) RT
{
	memcpy(to->history, from->history,
		(size_t)to->n_rows * (to->length + 2) * sizeof(double)); /* target and step too */
	memcpy(to->left, from->left, to->n_rows * sizeof *to->left);
	to->at = from->at;
	to->n_moving = from->n_moving;
}
