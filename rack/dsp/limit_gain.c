/* The limiter's gain, block by block. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/limit_gain.h"

#include <math.h>

/* Where its memories are within the caller's: three delay lines, two stages, the hold. */
struct memories {
	double *needs, *slows, *bases;
	struct gain_stage_memory stages[LIMIT_GAIN_STAGES];
	float *held;
};

static struct memories find_memories(void *memory, struct limit_gain_limits most) RT
{
	uint32_t line = delay_line_length(most.ahead);
	double *lines = memory;
	char *middle = (char *)(lines + 3 * line), *last = middle + gain_stage_bytes(most.ahead, most.middle_hold);
	return (struct memories){ lines, lines + line, lines + 2 * line,
		{ gain_stage_memory(middle, most.ahead), gain_stage_memory(last, most.ahead) },
		(float *)(void *)(last + gain_stage_bytes(most.ahead, 0)) };
}

size_t limit_gain_bytes(struct limit_gain_limits most)
{
	return 3 * delay_line_length(most.ahead) * sizeof(double) + gain_stage_bytes(most.ahead, most.middle_hold) +
	       gain_stage_bytes(most.ahead, 0) + (most.hold + 1) / 2 * 2 * sizeof(float);
}

static void reset_line(struct delay_line *line, double *values, uint32_t ahead_max) RT
{
	*line = (struct delay_line){ .mask = delay_line_length(ahead_max) - 1 };
	for (uint32_t i = 0; i <= line->mask; i++)
		values[i] = 1;
}

void limit_gain_reset(
	struct limit_gain *g, void *memory, uint32_t ahead, uint32_t last_ahead, struct limit_gain_limits most) RT
{
	struct memories m = find_memories(memory, most);
	*g = (struct limit_gain){
		.limits = most,
		.last_need = 1,
		.last_slow_need = 1,
		.group = 1,
		.slow = 1,
		.last_slow = 1,
		.slow_target = 1,
	};
	gain_stage_reset(&g->stages[LIMIT_GAIN_MIDDLE], m.stages[LIMIT_GAIN_MIDDLE], ahead - last_ahead);
	gain_stage_reset(&g->stages[LIMIT_GAIN_LAST], m.stages[LIMIT_GAIN_LAST], last_ahead);
	reset_line(&g->needs, m.needs, most.ahead);
	reset_line(&g->slows, m.slows, most.ahead);
	reset_line(&g->bases, m.bases, most.ahead);
}

/* End of a group: where the slow stage goes within the next one. */
static void steer_slow(struct limit_gain *g, float *held_memory, const struct limit_gain_settings *s) RT
{
	float held = sliding_min_next(&g->held, held_memory, g->group);
	double goal = s->is_auto ? held : 1, from = g->slow_target;
	double to = from + (goal - from) * (goal < from ? s->slow_attack : s->slow_release);
	if (goal < from)
		to = fmax(to - s->slow_finish, goal);
	else if (goal < 1 && goal - from < s->slow_rest)
		to = from;
	g->slow = from;
	g->slow_target = to > 1 - 1e-9 ? 1 : to;
	g->slow_step = (g->slow_target - from) / LIMIT_GAIN_GROUP;
	g->group = 1;
}

/* The slow stage's gain for each frame. */
static void run_slow(struct limit_gain *g, float *held_memory, const struct limit_gain_settings *s, const double *needs,
	double *slow, uint32_t n) RT
{
	if (g->held.length != s->hold)
		sliding_min_resize(&g->held, held_memory, s->hold);
	for (uint32_t i = 0; i < n; i++) {
		g->group = lower(g->group, (float)needs[i]);
		slow[i] = g->slow += g->slow_step;
		g->group_at = (g->group_at + 1) % LIMIT_GAIN_GROUP;
		if (g->group_at == 0)
			steer_slow(g, held_memory, s);
	}
}

/* How far the gain has fallen at each frame, as a factor. */
static void find_falls(const double *gains, double *last, double *falls, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		double before = i ? gains[i - 1] : *last;
		falls[i] = (before > gains[i] ? before : gains[i]) / gains[i];
	}
	*last = gains[n - 1]; /* NOLINT(clang-analyzer-core.uninitialized.Assign): n is not 0 */
}

/* A frame has an interval on each side. */
static void find_frame_needs(const float *intervals, float *last, double *needs, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++)
		needs[i] = lower(intervals[i], i ? intervals[i - 1] : *last);
	*last = intervals[n - 1];
}

void limit_gain_run(struct limit_gain *g, void *memory, const struct limit_gain_settings *s,
	const float *interval_needs, const float *slow_interval_needs, const float *rarity, double *gains,
	uint32_t n) RT
{
	struct memories m = find_memories(memory, g->limits);
	double needs[BLOCK_MAX], slow_needs[BLOCK_MAX], slow[BLOCK_MAX], falls[BLOCK_MAX], bases[BLOCK_MAX];
	float left_over[BLOCK_MAX];
	bool apart = slow_interval_needs != interval_needs;
	find_frame_needs(interval_needs, &g->last_need, needs, n);
	if (apart)
		find_frame_needs(slow_interval_needs, &g->last_slow_need, slow_needs, n);
	else
		g->last_slow_need = g->last_need;
	run_slow(g, m.held, s, apart ? slow_needs : needs, slow, n);
	for (uint32_t i = 0; i < n; i++) {
		double need = needs[i] * (double)(1 + (s->share - 1) * rarity[i]);
		left_over[i] = (float)(need / (need > slow[i] ? need : slow[i]));
	}
	gain_stage_hold(&g->stages[LIMIT_GAIN_MIDDLE], m.stages[LIMIT_GAIN_MIDDLE], s->middle_hold);
	struct gain_stage middle = g->stages[LIMIT_GAIN_MIDDLE], last = g->stages[LIMIT_GAIN_LAST];
	delay_line_run(&g->needs, m.needs, middle.ahead, needs, n);
	delay_line_run(&g->slows, m.slows, middle.ahead, slow, n);
	find_falls(slow, &g->last_slow, falls, n);
	for (uint32_t i = 0; i < n; i++) {
		/* As far as the slow stage goes down where it is heard, the middle one comes up: not sooner, as its own
		 * needs are still those over the slow gain of then. */
		middle.released *= falls[i];
		bases[i] = slow[i] * gain_stage_next(&middle, m.stages[LIMIT_GAIN_MIDDLE], s->middle_release,
					     left_over[i], s->middle_finish);
		float rest = (float)(needs[i] / (needs[i] > bases[i] ? needs[i] : bases[i]));
		gains[i] = gain_stage_next(&last, m.stages[LIMIT_GAIN_LAST], s->last_release, rest, 0);
	}
	delay_line_run(&g->bases, m.bases, last.ahead, bases, n);
	for (uint32_t i = 0; i < n; i++)
		gains[i] *= bases[i];
	g->stages[LIMIT_GAIN_MIDDLE] = middle;
	g->stages[LIMIT_GAIN_LAST] = last;
}
