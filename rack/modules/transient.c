/* Transient: makes attacks and what follows them louder or softer, whatever the level; whole or in up to four bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover.h"
#include "rack/dsp/crossover_glide.h"
#include "rack/dsp/decibel.h"
#include "rack/dsp/dynamics.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"
#include "rack/modules/transient_rows.h"

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
 * have a steady one, looked at every GROUP frames; within a group the gain moves on a straight line.
 *
 * With more than one band the sound is split (rack/dsp/crossover.h, minimum phase), and each band has a level,
 * followers and a gain of its own. `mix` works on the bands, too, as the input itself would not be in phase with their
 * sum. */

enum { GROUP = CROSSOVER_PIECE };

#define HOLD_MS 12.5
#define SEAT_HOLDS 4
#define FAST_MS 1.0
#define TAIL 10
#define MOST 15.0
#define LEVEL_MIN (-80.0) /* dBFS: below this is silence, and noise is no onset */
#define DONE 1e-6         /* dB */

/* Attack and sustain of a band are sums that end at 100 %. One that is moved beyond that stops at once, and this time
 * constant rounds it off: bare, that bend alone was heard. */
#define ROUND_MS 3.0
#define ROUND_DONE 1e-7

/* A crossover that moves across a tone makes an onset in one band and a tail in the other. The slower it is, the
 * smoother they are: at 5 ms for each filter they were heard. */
#define CROSSOVER_MS 20.0

enum { R_ATTACK, R_SUSTAIN = R_ATTACK + BANDS, R_MIX = R_SUSTAIN + BANDS, R_GAIN, N_RAMPS };
enum { FAST_ATTACK, SLOW_ATTACK, FAST_RELEASE, SLOW_RELEASE, N_FOLLOWERS };

struct state {
	double rate;
	uint32_t n_bands;
	struct ramp_clock clock;
	struct ramp ramp[N_RAMPS];
	double round;                              /* part of the way in a group */
	double amount[N_BAND][BANDS];              /* of attack and sustain, 1 at most */
	double up[N_FOLLOWERS], down[N_FOLLOWERS]; /* part of the way in a group */
	float crossover_hz[BANDS - 1];             /* as last set */
	struct crossover_glide crossovers;
	struct crossover crossover;
	double follower[N_FOLLOWERS][BANDS]; /* dBFS */
	double peak[BANDS], peak_before[BANDS];
	uint32_t hold_left, group_at;
	uint32_t seat_left; /* groups in which the followers stand at the level */
	double gain[BANDS], gain_step[BANDS], gain_target[BANDS];
	double change; /* of the band that changes most */
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static uint32_t hold_groups(const struct state *s) RT
{
	return (uint32_t)ceil(HOLD_MS * 1e-3 * s->rate / GROUP);
}

static void forget(struct state *s) RT
{
	memset(&s->crossover, 0, sizeof s->crossover);
	memset(s->peak, 0, sizeof s->peak);
	memset(s->peak_before, 0, sizeof s->peak_before);
	memset(s->gain_step, 0, sizeof s->gain_step);
	for (int b = 0; b < BANDS; b++) {
		s->gain[b] = s->gain_target[b] = 1;
		for (int i = 0; i < N_FOLLOWERS; i++)
			s->follower[i][b] = LEVEL_MIN;
	}
	s->hold_left = s->seat_left = 0;
	s->change = 0;
}

static double part_of_way(const struct state *s, double ms) RT
{
	return 1 - exp(-1000 * GROUP / (ms * s->rate));
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->rate = spec->rate;
	s->n_bands = 1;
	s->round = part_of_way(s, ROUND_MS);
	crossover_glide_init(&s->crossovers, s->rate, CROSSOVER_MS);
	forget(s);
}

/* A crossover is never below the one before. */
static void set_crossovers(struct state *s, const float *values, bool at_once) RT
{
	double hz[CROSSOVERS_MAX] = { 0 };
	if (!at_once && memcmp(s->crossover_hz, values + CROSSOVER, sizeof s->crossover_hz) == 0)
		return;
	memcpy(s->crossover_hz, values + CROSSOVER, sizeof s->crossover_hz);
	for (int k = 0; k < CROSSOVERS_MAX; k++)
		hz[k] = fmax(k ? hz[k - 1] : 0, values[CROSSOVER + (k < BANDS - 1 ? k : BANDS - 2)]);
	crossover_glide_to(&s->crossovers, hz, at_once);
}

/* In the middle of sound, a band's first level is no onset, and what its filters make of the sudden start no tail:
 * until that is over and no longer held, the followers stand at the level. */
static void set_bands(struct state *s, uint32_t n_bands, bool at_once) RT
{
	if (n_bands == s->n_bands)
		return;
	forget(s);
	s->n_bands = n_bands;
	s->seat_left = at_once ? 0 : SEAT_HOLDS * hold_groups(s);
}

static void land_amounts(struct state *s) RT
{
	for (int b = 0; b < BANDS; b++) {
		s->amount[ATTACK][b] = s->ramp[R_ATTACK + b].target;
		s->amount[SUSTAIN][b] = s->ramp[R_SUSTAIN + b].target;
	}
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	double speed = values[SPEED], fast = part_of_way(s, FAST_MS), slow = part_of_way(s, speed);
	for (int b = 0; b < BANDS; b++) {
		float attack = values[ATTACK] + values[BAND(b) + ATTACK];
		float sustain = values[SUSTAIN] + values[BAND(b) + SUSTAIN];
		ramp_to(&s->ramp[R_ATTACK + b], fmaxf(-100, fminf(attack, 100)) / 100, at_once);
		ramp_to(&s->ramp[R_SUSTAIN + b], fmaxf(-100, fminf(sustain, 100)) / 100, at_once);
	}
	ramp_to(&s->ramp[R_MIX], values[MIX] / 100, at_once);
	ramp_to(&s->ramp[R_GAIN], decibel_to_gain(values[GAIN]), at_once);
	for (int i = 0; i < N_FOLLOWERS; i++) {
		s->up[i] = i == SLOW_ATTACK ? slow : fast;
		s->down[i] = slow;
	}
	s->down[SLOW_RELEASE] = part_of_way(s, TAIL * speed);
	if (at_once)
		land_amounts(s);
	set_bands(s, (uint32_t)values[N_BANDS] + 1, at_once);
	set_crossovers(s, values, at_once);
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
	land_amounts(s);
	crossover_glide_land(&s->crossovers);
	forget(s);
	s->group_at = 0;
}

/* ---- Every GROUP frames */

static void hold(struct state *s) RT
{
	if (s->hold_left > 1) {
		s->hold_left--;
		return;
	}
	s->hold_left = hold_groups(s);
	memcpy(s->peak_before, s->peak, sizeof s->peak);
	memset(s->peak, 0, sizeof s->peak);
}

static double bounded(double difference) RT
{
	return difference > DONE ? difference * MOST / (difference + MOST) : 0;
}

static void follow(struct state *s, const double *level, int n) RT
{
	bool seat = s->seat_left > 0;
	s->seat_left -= seat;
	for (int i = 0; i < N_FOLLOWERS; i++)
		for (int b = 0; b < n; b++) {
			double way = level[b] - s->follower[i][b];
			double part = way > 0 ? s->up[i] : s->down[i];
			s->follower[i][b] += seat ? way : way * part;
		}
}

static inline __attribute__((always_inline)) void follow_amounts(struct state *s, int n) RT
{
	for (int i = 0; i < N_BAND; i++)
		for (int b = 0; b < n; b++) {
			double way = s->ramp[(i == ATTACK ? R_ATTACK : R_SUSTAIN) + b].value - s->amount[i][b];
			s->amount[i][b] += fabs(way) < ROUND_DONE ? way : way * s->round;
		}
}

/* Always inlined with a constant n, so that the compiler makes a loop for each. One band takes its decibels from libm,
 * to the last bit; bands in loops that it can vectorise, within 1e-9 dB. */
static inline __attribute__((always_inline)) void end_group(struct state *s, int n) RT
{
	double level[BANDS], change[BANDS];
	for (int b = 0; b < n; b++) {
		double peak = dynamics_higher(s->peak[b], s->peak_before[b]);
		level[b] = dynamics_higher(LEVEL_MIN, n == 1 ? decibel_from_gain(peak) : dynamics_db(peak));
	}
	hold(s);
	follow(s, level, n);
	follow_amounts(s, n);
	for (int b = 0; b < n; b++) {
		double onset = bounded(s->follower[FAST_ATTACK][b] - s->follower[SLOW_ATTACK][b]);
		double tail = bounded(s->follower[SLOW_RELEASE][b] - s->follower[FAST_RELEASE][b]);
		change[b] = s->amount[ATTACK][b] * onset + s->amount[SUSTAIN][b] * tail;
	}
	for (int b = 0; b < n; b++) {
		s->gain[b] = s->gain_target[b];
		s->gain_target[b] = n == 1 ? decibel_to_gain(change[b]) : dynamics_gain(change[b]);
		s->gain_step[b] = (s->gain_target[b] - s->gain[b]) / GROUP;
	}
	s->change = change[0]; /* cppcheck-suppress uninitvar ; the loop above writes it */
	for (int b = 1; b < n; b++)
		s->change = fabs(change[b]) > fabs(s->change) ? change[b] : s->change;
	crossover_glide_next(&s->crossovers);
	s->group_at = 0;
}

/* ---- Every frame */

/* What `mix` and `gain` are in the next n frames. */
static void advance(struct state *s, double *mix, double *level, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < N_RAMPS && s->clock.left; k++)
			ramp_next(&s->ramp[k]);
		if (s->clock.left && --s->clock.left == 0)
			land(s);
		mix[i] = s->ramp[R_MIX].value;
		level[i] = s->ramp[R_GAIN].value;
	}
}

/* All of a band's gain in frame i of a piece. */
static inline double gain_at(const struct state *s, int b, double mix, double level, uint32_t i) RT
{
	double gain = s->gain[b] + s->gain_step[b] * (s->group_at + i + 1);
	return 1 + mix * (gain * level - 1);
}

static void run_whole(struct state *s, double *left, double *right, uint32_t n) RT
{
	double mix[GROUP], level[GROUP], peak = s->peak[0];
	advance(s, mix, level, n);
	for (uint32_t i = 0; i < n; i++) {
		peak = dynamics_higher(peak, dynamics_higher(fabs(left[i]), fabs(right[i])));
		double gain = gain_at(s, 0, mix[i], level[i], i);
		left[i] *= gain;
		right[i] *= gain;
	}
	s->peak[0] = peak;
}

static void run_bands(struct state *s, double *left, double *right, uint32_t n) RT
{
	const struct crossover_glide *g = &s->crossovers;
	pair x[GROUP], bands[GROUP][CROSSOVER_BANDS_MAX];
	double mix[GROUP], level[GROUP];
	advance(s, mix, level, n);
	for (uint32_t i = 0; i < n; i++)
		x[i] = (pair){ left[i], right[i] };
	crossover_split(&s->crossover, s->n_bands, g->moving ? g->from : g->target, g->moving ? g->step : NULL,
		s->group_at + 1, x, bands, n);
	memset(x, 0, sizeof x);
	for (int b = 0; b < (int)s->n_bands; b++) {
		double peak = s->peak[b];
		for (uint32_t i = 0; i < n; i++) {
			double higher = dynamics_higher(fabs(bands[i][b][0]), fabs(bands[i][b][1]));
			peak = dynamics_higher(peak, higher);
			x[i] += bands[i][b] * gain_at(s, b, mix[i], level[i], i);
		}
		s->peak[b] = peak;
	}
	for (uint32_t i = 0; i < n; i++) {
		left[i] = x[i][0];
		right[i] = x[i][1];
	}
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	bool whole = s->n_bands == 1;
	double most = s->change;
	for (uint32_t done = 0; done < n;) {
		uint32_t left = GROUP - s->group_at, piece = left < n - done ? left : n - done;
		(whole ? run_whole : run_bands)(s, io[0] + done, io[1] + done, piece);
		done += piece;
		s->group_at += piece;
		if (s->group_at < GROUP)
			break;
		if (whole)
			end_group(s, 1);
		else
			end_group(s, BANDS);
		most = fabs(s->change) > fabs(most) ? s->change : most;
	}
	block->meters[CHANGE] = (float)most;
}

const struct module module_transient = {
	.id = "transient",
	.label = "Transient",
	.help = "Transient shaper for attack and sustain, level-independent, up to four bands",
	.params = transient_params,
	.n_params = N_PARAMS,
	.meters = transient_meters,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
