/* The true-peak guard, block by block. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/peak_guard.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Look-ahead: two peaks of a tone of 3 kHz and more. Held for those of a lower one. */
#define AHEAD_MS 0.35
#define HOLD_MS 1.5
#define RELEASE_MS 30.0

/* How high a peak of a tone is found to be depends on where it lies between the points, and that drifts. So the gain
 * falls by a little more than it has to, and only a rise by REST that lasts is followed, up to STOP below: then it
 * stands still. */
#define FALL (1 - 1e-3f)
#define REST 6e-3f
#define STOP 2e-3f
#define LAST_MS 10.0

/* What is let through, 0.03 dB: the flat top of what was clipped shall not make the gain move. Between the 8 points
 * that are looked at a peak may be higher by as much again. */
#define LET_THROUGH 0.9965f
/* Times what the detector misses at the upper edge of the band, as in the limiter. */
#define EDGE_SHARE 2.3f

static uint32_t frames_of(double rate, double ms) RT
{
	return (uint32_t)(rate * ms * 1e-3 + 0.5);
}

uint32_t peak_guard_delay(double rate) RT
{
	return TRUE_PEAK_DELAY + frames_of(rate, AHEAD_MS);
}

static struct gain_stage_memory stage_memory(struct peak_guard *g) RT
{
	return gain_stage_memory(g->stage_memory, g->ahead);
}

void peak_guard_init(struct peak_guard *g, double rate)
{
	g->release = 1 - exp(-1000 / (RELEASE_MS * rate));
	g->ahead = frames_of(rate, AHEAD_MS);
	g->hold = 1 + frames_of(rate, HOLD_MS);
	g->wait = frames_of(rate, LAST_MS);
	peak_guard_reset(g);
}

void peak_guard_reset(struct peak_guard *g) RT
{
	memset(g->peaks, 0, sizeof g->peaks);
	memset(g->sound, 0, sizeof g->sound);
	for (int c = 0; c < 2; c++)
		g->line[c] = (struct delay_line){ .mask = PEAK_GUARD_LINE - 1 };
	g->last_need = 1;
	g->waited = 0;
	g->calm = 0;
	sliding_min_reset(&g->held, g->held_memory, g->hold);
	gain_stage_reset(&g->stage, stage_memory(g), g->ahead);
}

/* Of both channels, of TRUE_PEAK_DELAY frames ago. */
static void find_peaks(struct peak_guard *g, const struct true_peak_filter *f, double *const x[2],
	const double *ceilings, float *highest, uint32_t n) RT
{
	for (int c = 0; c < 2; c++) {
		float in[PEAK_GUARD_BLOCK_MAX], peaks[PEAK_GUARD_BLOCK_MAX], missed[PEAK_GUARD_BLOCK_MAX];
		for (uint32_t i = 0; i < n; i++)
			in[i] = (float)(x[c][i] / ceilings[i]);
		true_peak_edge(&g->peaks[c], f, in, missed, EDGE_SHARE, n);
		true_peak_process(&g->peaks[c], f, in, peaks, n);
		for (uint32_t i = 0; i < n; i++) {
			float peak = (peaks[i] + missed[i]) * LET_THROUGH;
			highest[i] = c && highest[i] > peak ? highest[i] : peak;
		}
	}
}

/* What the gain goes to from where it is now. */
static float steady(struct peak_guard *g, float goal, float now) RT
{
	bool rises = g->waited >= g->wait;
	g->waited = goal >= 1 ? g->wait : goal - now < (rises ? STOP : REST) ? 0 : g->waited + !rises;
	if (g->waited >= g->wait)
		return goal;
	return goal < now ? goal * FALL : now;
}

/* Needs in place of the peaks; true when all are 1. */
static bool find_needs(struct peak_guard *g, float *peaks, uint32_t n) RT
{
	bool calm = true;
	for (uint32_t i = 0; i < n; i++) {
		/* Of what is no number a very high one, so that needs are never zero. */
		float peak = peaks[i] < 1e9f ? peaks[i] : 1e9f, need = 1 / (peak > 1 ? peak : 1);
		peaks[i] = lower(need, g->last_need);
		g->last_need = need;
		calm = calm && peaks[i] >= 1;
	}
	return calm;
}

static void find_gains(struct peak_guard *g, const float *needs, double *gains, uint32_t n) RT
{
	struct gain_stage_memory memory = stage_memory(g);
	struct gain_stage stage = g->stage;
	struct sliding_min held = g->held;
	for (uint32_t i = 0; i < n; i++) {
		float goal = sliding_min_next(&held, g->held_memory, needs[i]);
		gains[i] = gain_stage_next(&stage, memory, g->release, steady(g, goal, (float)stage.released), 0);
	}
	g->stage = stage;
	g->held = held;
}

double peak_guard_run(struct peak_guard *g, const struct true_peak_filter *f, double *const x[2],
	const double *ceilings, uint32_t n) RT
{
	float peaks[PEAK_GUARD_BLOCK_MAX];
	double gains[PEAK_GUARD_BLOCK_MAX], lowest = 1;
	find_peaks(g, f, x, ceilings, peaks, n);
	for (int c = 0; c < 2; c++)
		delay_line_run(&g->line[c], g->sound[c], TRUE_PEAK_DELAY + g->ahead, x[c], n);
	/* At rest, with nothing but ones in all memories, there is nothing to do. */
	bool rests = g->calm > g->hold + 2 * g->ahead;
	g->calm = find_needs(g, peaks, n) ? g->calm + (rests ? 0 : n) : 0;
	if (rests && g->calm)
		return 1;
	find_gains(g, peaks, gains, n);
	if (g->stage.released <= 1 - 1e-9) /* nearer counts as 1 */
		g->calm = 0;
	for (uint32_t i = 0; i < n; i++) {
		lowest = gains[i] < lowest ? gains[i] : lowest;
		for (int c = 0; c < 2; c++)
			x[c][i] *= gains[i];
	}
	return lowest;
}
