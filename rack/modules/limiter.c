/* Limiter: look-ahead, true peak, three stages: a slow one that carries the programme's level, a middle one for its
 * peaks, a very short one for what stands out of these. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/limit_gain.h"
#include "rack/dsp/peak_rarity.h"
#include "rack/dsp/ramp.h"
#include "rack/dsp/true_peak.h"
#include "rack/module.h"
#include "rack/modules/limiter_rows.h"

#include <math.h>
#include <string.h>

/* Input times gain is driven; its true peak from a frame to the next is known TRUE_PEAK_DELAY frames later; the ceiling
 * divided by it is what the gain may be there, the need; dsp/limit_gain.c makes a smooth gain of the needs. */

enum { REDUCTION, N_METERS };

static const struct level meters_table[] = {
	[REDUCTION] = { .id = "reduction",
		.label = "Reduction",
		.unit = UNIT_DB,
		.max = 20,
		.role = ROLE_REDUCTION,
		.help = "Gain reduction in dB, of the channel with more" },
};

/* What a style does with auto release. Times in ms. */
struct style {
	double hold;           /* of the need, before the slow stage: a half period of the lowest bass */
	double slow_attack;    /* of the slow stage */
	double slow_release;   /* times the release row */
	double middle_hold;    /* of what the slow stage leaves to the middle one */
	double middle_release; /* of the middle stage, times the release row */
	double share; /* how far above the ceiling the middle stage leaves rare peaks to the last one, a factor */
	double last_release; /* ms */
	double finish;       /* of a gain of 1 in a ms, from there on where an exponential would creep for seconds */
	double rest;         /* of a gain of 1: smaller rises are not followed; 1e-4 is 0.001 dB */
};

static const struct style styles[N_STYLES] = {
	[CLEAN] = { 20, 180, 0.05, 13, 0.4, 1.12, 0.015, 1.5e-6, 1e-4 },
	[PUNCHY] = { 12, 150, 0.05, 3, 0.26, 1.13, 0.015, 1.5e-6, 1e-4 },
	[LOUD] = { 12, 150, 0.05, 3, 0.13, 1.16, 0.015, 1.5e-6, 1e-4 },
	[SAFE] = { 20, 180, 0.05, 0, 7, 1.09, 0.015, 1.5e-6, 1e-4 },
};
#define HOLD_MAX_MS 25
#define MIDDLE_HOLD_MAX_MS 15
#define LAST_MS 0.17 /* look-ahead of the last stage, or half of all if that is less */

/* The peaks between the 8 points that are looked at may be higher, by 0.04 dB at a quarter of the rate. */
#define MARGIN 1.0035f /* 0.03 dB */
/* Times what lies at the upper edge of the band, where the detector falls off. Found with white noise driven 6 dB into
 * the limiter: 1 leaves 0.2 dB above the ceiling, 2 nothing. In music there is nothing to multiply. */
#define EDGE_SHARE 2.3f

/* A channel's past. */
struct lane {
	struct true_peak peaks;
	struct limit_gain gain;
	struct delay_line audio;
};

struct state {
	double rate;
	struct true_peak_filter filter;

	/* Settings. */
	bool true_peak;
	uint32_t lookahead; /* frames */
	struct limit_gain_settings times;
	struct ramp_clock clock;
	struct ramp drive, ceiling, link, link_slow, unity;

	/* Past. While the channels have always been linked entirely, their gains are the same: only the left ones are
	 * made. */
	bool twins;
	struct lane lanes[2];
	struct peak_rarity rarity;

	/* Where the memories are, in bytes from the state's start, and how long they are. */
	size_t audio_memory[2], gain_memory[2], audio_bytes, gain_bytes, rarity_memory;
	struct limit_gain_limits most;
};

static uint32_t frames_of(double rate, double ms) RT
{
	return (uint32_t)(rate * ms * 1e-3 + 0.5);
}

static uint32_t hold_groups(double rate, double ms) RT
{
	return 1 + (uint32_t)(rate * ms * 1e-3 / LIMIT_GAIN_GROUP);
}

/* Lays the memories out behind the state; returns the size of all. */
static size_t lay_out(struct state *s, const struct spec *spec)
{
	size_t end = sizeof *s;
	s->most = (struct limit_gain_limits){ frames_of(spec->rate, params[LOOKAHEAD].max),
		hold_groups(spec->rate, HOLD_MAX_MS), frames_of(spec->rate, MIDDLE_HOLD_MAX_MS) };
	s->audio_bytes = delay_line_length(s->most.ahead + TRUE_PEAK_DELAY) * sizeof(double);
	s->gain_bytes = limit_gain_bytes(s->most);
	for (int c = 0; c < 2; c++) {
		s->audio_memory[c] = end;
		s->gain_memory[c] = end + s->audio_bytes;
		end += s->audio_bytes + s->gain_bytes;
	}
	s->rarity_memory = end;
	return end + peak_rarity_bytes(spec->rate);
}

static size_t size(const struct spec *spec)
{
	struct state layout = { 0 };
	return lay_out(&layout, spec);
}

static void *memory(struct state *s, size_t offset) RT
{
	return (char *)s + offset;
}

static void forget_lane(struct state *s, int channel) RT
{
	struct lane *l = &s->lanes[channel];
	uint32_t last = frames_of(s->rate, LAST_MS), half = s->lookahead / 2;
	*l = (struct lane){ .audio.mask = delay_line_length(s->most.ahead + TRUE_PEAK_DELAY) - 1 };
	memset(memory(s, s->audio_memory[channel]), 0, s->audio_bytes);
	limit_gain_reset(
		&l->gain, memory(s, s->gain_memory[channel]), s->lookahead, last < half ? last : half, s->most);
}

static void forget(struct state *s) RT
{
	s->twins = true;
	forget_lane(s, 0);
	forget_lane(s, 1);
	peak_rarity_reset(&s->rarity, memory(s, s->rarity_memory), s->rate);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	lay_out(s, spec);
	s->rate = spec->rate;
	true_peak_design(&s->filter);
	s->lookahead = frames_of(spec->rate, params[LOOKAHEAD].def);
	forget(s);
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	return frames_of(spec->rate, values[LOOKAHEAD]) + TRUE_PEAK_DELAY;
}

static double part_of_way(double frames) RT
{
	return 1 - exp(-1 / frames);
}

static void set_times(struct state *s, const float *values) RT
{
	const struct style *style = &styles[(int)values[STYLE]];
	double per_ms = s->rate * 1e-3, release = values[RELEASE];
	bool is_auto = values[AUTO_RELEASE] != 0;
	s->times = (struct limit_gain_settings){
		.is_auto = is_auto,
		.hold = hold_groups(s->rate, style->hold),
		.slow_attack = part_of_way(style->slow_attack * per_ms / LIMIT_GAIN_GROUP),
		.slow_release = part_of_way(release * style->slow_release * per_ms / LIMIT_GAIN_GROUP),
		.middle_hold = is_auto ? frames_of(s->rate, style->middle_hold) : 0,
		.middle_release = part_of_way(release * (is_auto ? style->middle_release : 1) * per_ms),
		.last_release = part_of_way(style->last_release * per_ms),
		.slow_rest = style->rest,
		.slow_finish = style->finish * LIMIT_GAIN_GROUP / per_ms,
		.middle_finish = is_auto ? style->finish / per_ms : 0,
		.share = is_auto ? (float)style->share : 1,
	};
}

/* Share of the slow stage's link. */
static double slow_link(const float *values) RT
{
	double link = (double)(values[LINK] / 100), release = (double)(values[LINK_RELEASE] / 100);
	return release <= 1 ? link * release : link + (1 - link) * (release - 1);
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	double drive = decibel_to_gain(values[GAIN]);
	ramp_to(&s->drive, drive, at_once);
	ramp_to(&s->ceiling, decibel_to_gain(values[CEILING]), at_once);
	ramp_to(&s->link, (double)(values[LINK] / 100), at_once);
	ramp_to(&s->link_slow, slow_link(values), at_once);
	ramp_to(&s->unity, values[UNITY] != 0 ? 1 / drive : 1, at_once);
	s->true_peak = values[TRUE_PEAK] != 0;
	set_times(s, values);
	uint32_t lookahead = frames_of(s->rate, values[LOOKAHEAD]);
	if (lookahead != s->lookahead) {
		s->lookahead = lookahead;
		forget(s);
	}
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	ramp_land(&s->drive);
	ramp_land(&s->ceiling);
	ramp_land(&s->link);
	ramp_land(&s->link_slow);
	ramp_land(&s->unity);
	forget(s);
}

/* The values of a ramp for these frames. */
static void fill(struct ramp *ramp, double *values, uint32_t n, uint32_t gliding) RT
{
	for (uint32_t i = 0; i < gliding; i++)
		values[i] = ramp_next(ramp);
	for (uint32_t i = gliding; i < n; i++)
		values[i] = ramp->target;
}

/* Drives x in place and finds the peaks of TRUE_PEAK_DELAY frames ago. */
static void find_peaks(struct state *s, int channel, double *x, const double *drive, float *peaks, uint32_t n) RT
{
	float driven[BLOCK_MAX + TRUE_PEAK_DELAY];
	for (uint32_t i = 0; i < n; i++) {
		x[i] *= drive[i];
		driven[i] = (float)x[i];
	}
	if (s->true_peak) {
		float missed[BLOCK_MAX];
		true_peak_edge(&s->lanes[channel].peaks, &s->filter, driven, missed, EDGE_SHARE, n);
		true_peak_process(&s->lanes[channel].peaks, &s->filter, driven, peaks, n);
		for (uint32_t i = 0; i < n; i++)
			peaks[i] = (peaks[i] + missed[i]) * MARGIN;
	} else
		true_peak_delay(&s->lanes[channel].peaks, driven, peaks, n);
}

/* Needs from peaks, in place, not linked yet. */
static void find_needs(float (*peaks)[BLOCK_MAX], const double *ceiling, uint32_t n) RT
{
	for (int c = 0; c < 2; c++)
		for (uint32_t i = 0; i < n; i++) {
			float top = (float)ceiling[i];
			/* Of what is no number a very high one, so that needs are never zero. */
			float peak = peaks[c][i] < 1e9f ? peaks[c][i] : 1e9f;
			peaks[c][i] = top / (peak > top ? peak : top);
		}
}

/* Each channel takes a share of the other's reduction. */
static void link_needs(float (*needs)[BLOCK_MAX], float (*linked)[BLOCK_MAX], const double *link, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		float left = needs[0][i], right = needs[1][i], share = (float)link[i];
		float both = (left < right ? left : right) * share;
		linked[0][i] = both + left * (1 - share);
		linked[1][i] = both + right * (1 - share);
	}
}

/* The right channel goes on alone from where both are. */
static void part_twins(struct state *s) RT
{
	s->lanes[1].gain = s->lanes[0].gain;
	memcpy(memory(s, s->gain_memory[1]), memory(s, s->gain_memory[0]), s->gain_bytes);
	s->twins = false;
}

static bool stands_at_one(const struct ramp *ramp) RT
{
	return ramp->value == 1 && ramp->target == 1;
}

static void find_gains(struct state *s, float (*needs)[BLOCK_MAX], float (*slow_needs)[BLOCK_MAX], const float *rarity,
	double (*gains)[BLOCK_MAX], uint32_t n) RT
{
	if (s->twins && !(stands_at_one(&s->link) && stands_at_one(&s->link_slow)))
		part_twins(s);
	for (int c = 0; c < (s->twins ? 1 : 2); c++)
		limit_gain_run(&s->lanes[c].gain, memory(s, s->gain_memory[c]), &s->times, needs[c], slow_needs[c],
			rarity, gains[c], n);
	if (s->twins)
		memcpy(gains[1], gains[0], n * sizeof gains[0][0]);
}

static void apply(struct state *s, int channel, double *x, const double *gains, const double *unity, uint32_t n) RT
{
	struct lane *l = &s->lanes[channel];
	delay_line_run(&l->audio, memory(s, s->audio_memory[channel]), s->lookahead + TRUE_PEAK_DELAY, x, n);
	for (uint32_t i = 0; i < n; i++)
		x[i] *= gains[i] * unity[i];
}

static float reduction(double (*gains)[BLOCK_MAX], uint32_t n) RT
{
	double lowest = 1;
	for (uint32_t i = 0; i < n; i++) {
		lowest = gains[0][i] < lowest ? gains[0][i] : lowest;
		lowest = gains[1][i] < lowest ? gains[1][i] : lowest;
	}
	return (float)-decibel_from_gain(lowest);
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	float peaks[2][BLOCK_MAX], slow_needs[2][BLOCK_MAX], rarity[BLOCK_MAX];
	double gains[2][BLOCK_MAX], drive[BLOCK_MAX], ceiling[BLOCK_MAX], link[BLOCK_MAX], link_slow[BLOCK_MAX],
		unity[BLOCK_MAX];
	bool apart = s->link.value != s->link_slow.value || s->link.target != s->link_slow.target;
	uint32_t gliding = n < s->clock.left ? n : s->clock.left;
	fill(&s->drive, drive, n, gliding);
	fill(&s->ceiling, ceiling, n, gliding);
	fill(&s->link, link, n, gliding);
	fill(&s->link_slow, link_slow, n, gliding);
	fill(&s->unity, unity, n, gliding);
	s->clock.left -= gliding;
	if (s->clock.left == 0) {
		ramp_land(&s->drive);
		ramp_land(&s->ceiling);
		ramp_land(&s->link);
		ramp_land(&s->link_slow);
		ramp_land(&s->unity);
	}
	for (int c = 0; c < 2; c++)
		find_peaks(s, c, io[c], drive, peaks[c], n);
	peak_rarity_run(&s->rarity, memory(s, s->rarity_memory), peaks[0], peaks[1], rarity, n);
	find_needs(peaks, ceiling, n);
	if (apart)
		link_needs(peaks, slow_needs, link_slow, n);
	link_needs(peaks, peaks, link, n);
	find_gains(s, peaks, apart ? slow_needs : peaks, rarity, gains, n);
	for (int c = 0; c < 2; c++)
		apply(s, c, io[c], gains[c], unity, n);
	block->meters[REDUCTION] = reduction(gains, n);
}

const struct module module_limiter = {
	.id = "limiter",
	.role = ROLE_LIMITER,
	.label = "Limiter",
	.help = "True-peak limiter with look-ahead and programme-dependent release",
	.params = params,
	.n_params = N_PARAMS,
	.meters = meters_table,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.latency = latency,
	.set = set,
	.reset = reset,
	.process = process,
};
