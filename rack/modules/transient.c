/* Transient: makes attacks and what follows them louder or softer, whatever the level. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/dynamics.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"

#include <math.h>
#include <string.h>

/* Differential envelopes, the method of Tilgner's Transient Designer (SPL; patent DE 199 03 171): two followers of the
 * same level that differ in one time only are apart while the sound changes, and together while it does not. Here they
 * follow the level in dB, so that the difference is the same for loud and soft sound:
 *
 *   onset  fast minus slow attack, same release: what the level rose within the last `speed`
 *   tail   slow minus fast release, same attack: what it fell within the last TAIL * `speed`
 *
 * A difference of d dB gives d MOST / (d + MOST) dB of gain at 100 %: small ones as they are, large ones never more
 * than MOST. The level is the highest of both channels within this and the last HOLD_MS, so steady tones from 40 Hz on
 * have a steady one, looked at every GROUP frames; within a group the gain moves on a straight line. */

enum { ATTACK, SUSTAIN, SPEED, MIX, GAIN, N_PARAMS };
enum { CHANGE, N_METERS };
enum { GROUP = 8 };

#define HOLD_MS 12.5
#define FAST_MS 1.0
#define TAIL 10
#define MOST 15.0
#define LEVEL_MIN (-80.0) /* dBFS: below this is silence, and noise is no onset */
#define DONE 1e-6         /* dB */

static const struct param params[] = {
	[ATTACK] = { .id = "attack",
		.label = "Attack",
		.unit = UNIT_PERCENT,
		.min = -100,
		.max = 100,
		.step = 5,
		.help = "How much louder (above 0) or softer (below 0) onsets become in %" },
	[SUSTAIN] = { .id = "sustain",
		.label = "Sustain",
		.unit = UNIT_PERCENT,
		.min = -100,
		.max = 100,
		.step = 5,
		.help = "How much louder (above 0) or softer (below 0) what rings after them becomes in %" },
	[SPEED] = { .id = "speed",
		.label = "Speed",
		.unit = UNIT_MS,
		.scale = SCALE_LOG,
		.min = 5,
		.max = 100,
		.def = 20,
		.step = 1.1f,
		.help = "Time in ms that an onset takes; what rings after it takes ten times that" },
	[MIX] = { .id = "mix",
		.label = "Mix",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 100,
		.step = 5,
		.help = "Share of the changed sound in %, the rest is the input" },
	[GAIN] = { .id = "gain",
		.label = "Gain",
		.unit = UNIT_DB,
		.min = -12,
		.max = 12,
		.step = 0.5f,
		.help = "Level of the changed sound in dB" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

static const struct meter meters_table[] = {
	[CHANGE] = { "change", "Change", UNIT_DB, -15, 15, "How far the sound is turned up (down below 0) in dB" },
};

enum { R_ATTACK, R_SUSTAIN, R_MIX, R_GAIN, N_RAMPS };
enum { FAST_ATTACK, SLOW_ATTACK, FAST_RELEASE, SLOW_RELEASE, N_FOLLOWERS };

struct state {
	double rate;
	struct ramp_clock clock;
	struct ramp ramp[N_RAMPS];
	double up[N_FOLLOWERS], down[N_FOLLOWERS]; /* part of the way in a group */
	double follower[N_FOLLOWERS];              /* dBFS */
	double peak, peak_before;
	uint32_t hold_left, group_at;
	double change, gain, gain_step, gain_target;
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void forget(struct state *s) RT
{
	for (int i = 0; i < N_FOLLOWERS; i++)
		s->follower[i] = LEVEL_MIN;
	s->peak = s->peak_before = 0;
	s->hold_left = s->group_at = 0;
	s->change = s->gain_step = 0;
	s->gain = s->gain_target = 1;
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->rate = spec->rate;
	forget(s);
}

static double part_of_way(const struct state *s, double ms) RT
{
	return 1 - exp(-1000 * GROUP / (ms * s->rate));
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	double speed = values[SPEED], fast = part_of_way(s, FAST_MS), slow = part_of_way(s, speed);
	ramp_to(&s->ramp[R_ATTACK], values[ATTACK] / 100, at_once);
	ramp_to(&s->ramp[R_SUSTAIN], values[SUSTAIN] / 100, at_once);
	ramp_to(&s->ramp[R_MIX], values[MIX] / 100, at_once);
	ramp_to(&s->ramp[R_GAIN], decibel_to_gain(values[GAIN]), at_once);
	for (int i = 0; i < N_FOLLOWERS; i++) {
		s->up[i] = i == SLOW_ATTACK ? slow : fast;
		s->down[i] = slow;
	}
	s->down[SLOW_RELEASE] = part_of_way(s, TAIL * speed);
}

static void land(struct state *s) RT
{
	for (int i = 0; i < N_RAMPS; i++)
		ramp_land(&s->ramp[i]);
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	land(s);
	forget(s);
}

static void hold(struct state *s) RT
{
	if (s->hold_left > 1) {
		s->hold_left--;
		return;
	}
	s->hold_left = (uint32_t)ceil(HOLD_MS * 1e-3 * s->rate / GROUP);
	s->peak_before = s->peak;
	s->peak = 0;
}

static double bounded(double difference) RT
{
	return difference > DONE ? difference * MOST / (difference + MOST) : 0;
}

static void end_group(struct state *s) RT
{
	double level = fmax(LEVEL_MIN, decibel_from_gain(fmax(s->peak, s->peak_before)));
	hold(s);
	for (int i = 0; i < N_FOLLOWERS; i++) {
		double way = level - s->follower[i];
		s->follower[i] += way * (way > 0 ? s->up[i] : s->down[i]);
	}
	double onset = bounded(s->follower[FAST_ATTACK] - s->follower[SLOW_ATTACK]);
	double tail = bounded(s->follower[SLOW_RELEASE] - s->follower[FAST_RELEASE]);
	s->change = s->ramp[R_ATTACK].value * onset + s->ramp[R_SUSTAIN].value * tail;
	s->gain = s->gain_target;
	s->gain_target = decibel_to_gain(s->change);
	s->gain_step = (s->gain_target - s->gain) / GROUP;
	s->group_at = 0;
}

static void process(void *state, double *const io[2], uint32_t n, float *meters) RT
{
	struct state *s = state;
	double most = s->change;
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < N_RAMPS && s->clock.left; k++)
			ramp_next(&s->ramp[k]);
		if (s->clock.left && --s->clock.left == 0)
			land(s);
		s->peak = dynamics_higher(s->peak, dynamics_higher(fabs(io[0][i]), fabs(io[1][i])));
		double gain = s->gain + s->gain_step * (s->group_at + 1);
		double wet = gain * s->ramp[R_GAIN].value, all = 1 + s->ramp[R_MIX].value * (wet - 1);
		io[0][i] *= all;
		io[1][i] *= all;
		if (++s->group_at == GROUP) {
			end_group(s);
			most = fabs(s->change) > fabs(most) ? s->change : most;
		}
	}
	meters[CHANGE] = (float)most;
}

const struct module module_transient = {
	.id = "transient",
	.label = "Transient",
	.help = "Makes attacks and what rings after them louder or softer, at any level",
	.params = params,
	.n_params = N_PARAMS,
	.meters = meters_table,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
