/* Limiter: look-ahead, true peak, two stages: a slow one that carries the programme's level and a fast one for its
 * peaks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/delay_line.h"
#include "rack/dsp/gain_stage.h"
#include "rack/dsp/ramp.h"
#include "rack/dsp/true_peak.h"
#include "rack/module.h"

#include <math.h>
#include <string.h>

/* Names used below, in the order of the signal, for each channel:
 *
 *   driven   input times gain
 *   peak     its true peak from a frame to the next, known TRUE_PEAK_DELAY frames later
 *   need     ceiling / peak, 1 at most: what the gain may be there
 *   slow     gain of the slow stage: follows the held need late and smoothly, so it may be above it
 *   middle   gain of the middle stage, from what the slow one leaves over, need * share / slow: its peaks may stand
 * above the ceiling by the factor share last     gain of the last stage, the shortest, from what is left over then,
 * need / (slow * middle)
 *
 * What is applied is slow * middle * last, at or below need wherever it is applied. Steady sound ends up in the slow
 * stage alone, as a gain that does not move. */

enum { GAIN, CEILING, RELEASE, AUTO_RELEASE, LOOKAHEAD, LINK, STYLE, TRUE_PEAK, UNITY, N_PARAMS };
enum { REDUCTION, N_METERS };
enum { CLEAN, PUNCHY, LOUD, SAFE, N_STYLES };

static const char *const style_names[] = { "clean", "punchy", "loud", "safe" };

static const struct param params[] = {
	[GAIN] = { .id = "gain",
		.label = "Gain",
		.unit = UNIT_DB,
		.min = 0,
		.max = 24,
		.def = 0,
		.step = 0.5f,
		.help = "Drive into the limiter in dB" },
	[CEILING] = { .id = "ceiling",
		.label = "Ceiling",
		.unit = UNIT_DBTP,
		.min = -20,
		.max = 0,
		.lock = true,
		.def = -1,
		.step = 0.1f,
		.help = "Highest level at the output in dBTP (in dBFS of samples without true peak)" },
	[RELEASE] = { .id = "release",
		.label = "Release",
		.unit = UNIT_MS,
		.scale = SCALE_LOG,
		.min = 1,
		.max = 1000,
		.def = 100,
		.step = 1.1220185f,
		.help = "Time in ms in which the gain comes 63 % of the way back" },
	[AUTO_RELEASE] = { .id = "auto_release",
		.label = "Auto release",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.def = 1,
		.step = 1,
		.help = "Short peaks are let go at once and only what lasts is released slowly (on, off)" },
	[LOOKAHEAD] = { .id = "lookahead",
		.label = "Look-ahead",
		.unit = UNIT_MS,
		.min = 0.5f,
		.max = 5,
		.def = 4,
		.step = 0.5f,
		.jump = true,
		.help = "Time in ms in which the gain goes down to a peak; the delay is this and 34 frames" },
	[LINK] = { .id = "link",
		.label = "Link",
		.unit = UNIT_PERCENT,
		.min = 0,
		.max = 100,
		.def = 100,
		.step = 5,
		.help = "How much of one channel's reduction the other one takes over in %" },
	[STYLE] = { .id = "style",
		.label = "Style",
		.scale = SCALE_CHOICE,
		.max = N_STYLES - 1,
		.def = CLEAN,
		.step = 1,
		.choices = style_names,
		.help = "How auto release shares the work between lasting and short reduction (clean, punchy, loud, "
			"safe)" },
	[TRUE_PEAK] = { .id = "true_peak",
		.label = "True peak",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.def = 1,
		.step = 1,
		.help = "Limits what lies between the samples too (on, off)" },
	[UNITY] = { .id = "unity",
		.label = "Unity gain",
		.scale = SCALE_TOGGLE,
		.max = 1,
		.step = 1,
		.help = "Lowers the output by the drive, to hear what limiting does without what louder does (on, "
			"off)" },
};
_Static_assert(sizeof params / sizeof params[0] == N_PARAMS, "a row for each parameter");

static const struct meter meters_table[] = {
	[REDUCTION] = { "reduction", "Reduction", UNIT_DB, 0, 20, "How far the gain is down in dB, the lower channel" },
};

/* What a style does with auto release. Times in ms. */
struct style {
	double hold;           /* of the need, before the slow stage: a half period of the lowest bass */
	double slow_attack;    /* of the slow stage */
	double slow_release;   /* times the release row */
	double middle_release; /* of the middle stage, times the release row */
	double share;          /* how far above the ceiling the middle stage leaves peaks to the last one, a factor */
	double last_release;   /* ms */
};

static const struct style styles[N_STYLES] = {
	[CLEAN] = { 20, 60, 0.5, 0.3, 1, 0.05 },
	[PUNCHY] = { 20, 150, 0.1, 0.2, 1.12, 0.05 },
	[LOUD] = { 12, 150, 0.05, 0.1, 1.15, 0.05 },
	[SAFE] = { 25, 30, 2, 2, 1, 1 },
};
#define HOLD_MAX_MS 25
#define LAST_MS 0.17 /* look-ahead of the last stage, or half of all if that is less */

/* The peaks between the 8 points that are looked at may be higher, by 0.04 dB at a quarter of the rate. */
#define MARGIN 1.0035f /* 0.03 dB */
/* Times what lies at the upper edge of the band, where the detector falls off. Found with white noise driven 6 dB into
 * the limiter: 1 leaves 0.2 dB above the ceiling, 2 nothing. In music there is nothing to multiply. */
#define EDGE_SHARE 2.3f

enum { GROUP = 8 }; /* frames for which the slow stage moves on a straight line */
enum { MIDDLE, LAST, N_STAGES };

/* A channel's past. */
struct lane {
	struct true_peak peaks;
	float last_need, group; /* group: lowest need of the group so far */
	struct sliding_min held;
	double slow, last_slow, slow_step, slow_target;
	struct gain_stage stages[N_STAGES];
	struct delay_line audio, needs, slows, bases;
};

struct state {
	double rate;
	struct true_peak_filter filter;

	/* Settings. */
	bool is_auto, true_peak;
	uint32_t lookahead;               /* frames */
	double slow_attack, slow_release; /* part of the way in a group */
	double release[N_STAGES];         /* part of the way in a frame */
	float share;
	uint32_t hold; /* groups */
	struct ramp_clock clock;
	struct ramp drive, ceiling, link, unity;

	/* Past. While the channels have always been linked entirely, their gains are the same: only the left ones are
	 * made. */
	bool twins;
	uint32_t group_at;
	struct lane lanes[2];

	/* Where a lane's memories are, in bytes from its own start, and where the lanes' are from the state's. */
	size_t audio, needs, slows, bases, held, stages[N_STAGES], lane[2], lane_bytes;
	uint32_t ahead_max;
};

static uint32_t frames_of(double rate, double ms) RT
{
	return (uint32_t)(rate * ms * 1e-3 + 0.5);
}

static uint32_t hold_groups(double rate, double ms) RT
{
	return 1 + (uint32_t)(rate * ms * 1e-3 / GROUP);
}

/* Lays the memories out behind the state; returns the size of all. */
static size_t lay_out(struct state *s, const struct spec *spec)
{
	size_t *const lines[] = { &s->audio, &s->needs, &s->slows, &s->bases };
	s->ahead_max = frames_of(spec->rate, params[LOOKAHEAD].max);
	size_t line_bytes = delay_line_length(s->ahead_max + TRUE_PEAK_DELAY) * sizeof(double);
	for (int i = 0; i < 4; i++, s->lane_bytes += line_bytes)
		*lines[i] = s->lane_bytes;
	for (int i = 0; i < N_STAGES; i++, s->lane_bytes += gain_stage_bytes(s->ahead_max))
		s->stages[i] = s->lane_bytes;
	s->held = s->lane_bytes;
	s->lane_bytes += (hold_groups(spec->rate, HOLD_MAX_MS) + 1) / 2 * 2 * sizeof(float);
	s->lane[0] = sizeof *s;
	s->lane[1] = s->lane[0] + s->lane_bytes;
	return s->lane[1] + s->lane_bytes;
}

static size_t size(const struct spec *spec)
{
	struct state layout = { 0 };
	return lay_out(&layout, spec);
}

static void *memory(struct state *s, int channel, size_t offset) RT
{
	return (char *)s + s->lane[channel] + offset;
}

static struct gain_stage_memory stage_memory(struct state *s, int channel, int stage) RT
{
	return gain_stage_memory(memory(s, channel, s->stages[stage]), s->ahead_max);
}

static void reset_line(struct state *s, int channel, struct delay_line *line, size_t offset, double value) RT
{
	double *values = memory(s, channel, offset);
	*line = (struct delay_line){ .mask = delay_line_length(s->ahead_max + TRUE_PEAK_DELAY) - 1 };
	for (uint32_t i = 0; i <= line->mask; i++)
		values[i] = value;
}

static void forget_lane(struct state *s, int channel) RT
{
	struct lane *l = &s->lanes[channel];
	uint32_t last = frames_of(s->rate, LAST_MS);
	last = last < s->lookahead / 2 ? last : s->lookahead / 2;
	*l = (struct lane){ .last_need = 1, .group = 1, .slow = 1, .last_slow = 1, .slow_target = 1 };
	sliding_min_reset(&l->held, memory(s, channel, s->held), s->hold);
	gain_stage_reset(&l->stages[MIDDLE], stage_memory(s, channel, MIDDLE), s->lookahead - last);
	gain_stage_reset(&l->stages[LAST], stage_memory(s, channel, LAST), last);
	reset_line(s, channel, &l->audio, s->audio, 0);
	reset_line(s, channel, &l->needs, s->needs, 1);
	reset_line(s, channel, &l->slows, s->slows, 1);
	reset_line(s, channel, &l->bases, s->bases, 1);
}

static void forget(struct state *s) RT
{
	s->twins = true;
	s->group_at = 0;
	forget_lane(s, 0);
	forget_lane(s, 1);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	lay_out(s, spec);
	s->rate = spec->rate;
	true_peak_design(&s->filter);
	s->lookahead = frames_of(spec->rate, params[LOOKAHEAD].def);
	s->hold = 1;
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
	s->is_auto = values[AUTO_RELEASE] != 0;
	s->release[MIDDLE] = part_of_way(release * (s->is_auto ? style->middle_release : 1) * per_ms);
	s->release[LAST] = part_of_way(style->last_release * per_ms);
	s->share = s->is_auto ? (float)style->share : 1;
	s->slow_attack = part_of_way(style->slow_attack * per_ms / GROUP);
	s->slow_release = part_of_way(release * style->slow_release * per_ms / GROUP);
	uint32_t hold = hold_groups(s->rate, style->hold);
	for (int c = 0; c < 2 && hold != s->hold; c++)
		sliding_min_reset(&s->lanes[c].held, memory(s, c, s->held), hold);
	s->hold = hold;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = ramp_clock_start(&s->clock);
	double drive = decibel_to_gain(values[GAIN]);
	ramp_to(&s->drive, drive, at_once);
	ramp_to(&s->ceiling, decibel_to_gain(values[CEILING]), at_once);
	ramp_to(&s->link, values[LINK] / 100, at_once);
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

/* Needs from peaks, in place, linked: each channel takes a share of the other's reduction. */
static void find_needs(float (*peaks)[BLOCK_MAX], const double *ceiling, const double *link, uint32_t n) RT
{
	for (uint32_t i = 0; i < n; i++) {
		float top = (float)ceiling[i], share = (float)link[i];
		/* Of what is no number a very high one, so that needs are never zero. */
		float left_peak = peaks[0][i] < 1e9f ? peaks[0][i] : 1e9f,
		      right_peak = peaks[1][i] < 1e9f ? peaks[1][i] : 1e9f;
		float left = top / (left_peak > top ? left_peak : top);
		float right = top / (right_peak > top ? right_peak : top);
		float both = (left < right ? left : right) * share;
		peaks[0][i] = both + left * (1 - share);
		peaks[1][i] = both + right * (1 - share);
	}
}

/* End of a group: where the slow stage goes within the next one. */
static void steer_slow(struct state *s, int channel) RT
{
	struct lane *l = &s->lanes[channel];
	float held = sliding_min_next(&l->held, memory(s, channel, s->held), l->group);
	double goal = s->is_auto ? held : 1, from = l->slow_target;
	double to = from + (goal - from) * (goal < from ? s->slow_attack : s->slow_release);
	l->slow = from;
	l->slow_target = to > 1 - 1e-9 ? 1 : to;
	l->slow_step = (l->slow_target - from) / GROUP;
	l->group = 1;
}

/* The slow stage's gain for each frame. */
static void run_slow(struct state *s, int channel, const double *needs, double *slow, uint32_t n) RT
{
	struct lane *l = &s->lanes[channel];
	for (uint32_t i = 0, at = s->group_at; i < n; i++) {
		l->group = lower(l->group, (float)needs[i]);
		slow[i] = l->slow += l->slow_step;
		at = (at + 1) % GROUP;
		if (at == 0)
			steer_slow(s, channel);
	}
}

/* From needs the gains of the frames `lookahead` before. */
static void run_lane(struct state *s, int channel, const float *interval_needs, double *gains, uint32_t n) RT
{
	struct lane *l = &s->lanes[channel];
	double needs[BLOCK_MAX], slow[BLOCK_MAX], bases[BLOCK_MAX], falls[BLOCK_MAX];
	float left_over[BLOCK_MAX];
	/* A frame has an interval on each side. */
	for (uint32_t i = 0; i < n; i++)
		needs[i] = lower(interval_needs[i], i ? interval_needs[i - 1] : l->last_need);
	l->last_need = interval_needs[n - 1];
	double before = l->last_slow;
	run_slow(s, channel, needs, slow, n);
	for (uint32_t i = 0; i < n; i++) {
		double need = needs[i] * s->share;
		left_over[i] = (float)(need / (need > slow[i] ? need : slow[i]));
		double was = i ? slow[i - 1] : before;
		falls[i] = (was > slow[i] ? was : slow[i]) / slow[i];
	}
	struct gain_stage middle = l->stages[MIDDLE], last = l->stages[LAST];
	struct gain_stage_memory middle_memory = stage_memory(s, channel, MIDDLE);
	struct gain_stage_memory last_memory = stage_memory(s, channel, LAST);
	l->last_slow = slow[n - 1];
	delay_line_run(&l->needs, memory(s, channel, s->needs), middle.ahead, needs, n);
	delay_line_run(&l->slows, memory(s, channel, s->slows), middle.ahead, slow, n);
	for (uint32_t i = 0; i < n; i++) {
		/* As far as the slow stage goes down, the middle one comes up. */
		middle.released *= falls[i];
		double base = slow[i] * gain_stage_next(&middle, middle_memory, s->release[MIDDLE], left_over[i]);
		float rest = (float)(needs[i] / (needs[i] > base ? needs[i] : base));
		bases[i] = base;
		gains[i] = gain_stage_next(&last, last_memory, s->release[LAST], rest);
	}
	delay_line_run(&l->bases, memory(s, channel, s->bases), last.ahead, bases, n);
	for (uint32_t i = 0; i < n; i++)
		gains[i] *= bases[i];
	l->stages[MIDDLE] = middle;
	l->stages[LAST] = last;
}

/* The right channel goes on alone from where both are. Its audio and its detector were its own all the time. */
static void part_twins(struct state *s) RT
{
	struct lane *left = &s->lanes[0], *right = &s->lanes[1], own = *right;
	*right = *left;
	right->peaks = own.peaks;
	right->audio = own.audio;
	memcpy(memory(s, 1, s->needs), memory(s, 0, s->needs), s->lane_bytes - s->needs);
	s->twins = false;
}

static void find_gains(struct state *s, float (*needs)[BLOCK_MAX], double (*gains)[BLOCK_MAX], uint32_t n) RT
{
	if (s->twins && (s->link.value != 1 || s->link.target != 1))
		part_twins(s);
	run_lane(s, 0, needs[0], gains[0], n);
	if (s->twins)
		memcpy(gains[1], gains[0], n * sizeof gains[0][0]);
	else
		run_lane(s, 1, needs[1], gains[1], n);
	s->group_at = (s->group_at + n) % GROUP;
}

static void apply(struct state *s, int channel, double *x, const double *gains, const double *unity, uint32_t n) RT
{
	struct lane *l = &s->lanes[channel];
	delay_line_run(&l->audio, memory(s, channel, s->audio), s->lookahead + TRUE_PEAK_DELAY, x, n);
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

static void process(void *state, double *const io[2], uint32_t n, float *meters) RT
{
	struct state *s = state;
	float peaks[2][BLOCK_MAX];
	double gains[2][BLOCK_MAX], drive[BLOCK_MAX], ceiling[BLOCK_MAX], link[BLOCK_MAX], unity[BLOCK_MAX];
	uint32_t gliding = n < s->clock.left ? n : s->clock.left;
	fill(&s->drive, drive, n, gliding);
	fill(&s->ceiling, ceiling, n, gliding);
	fill(&s->link, link, n, gliding);
	fill(&s->unity, unity, n, gliding);
	s->clock.left -= gliding;
	if (s->clock.left == 0) {
		ramp_land(&s->drive);
		ramp_land(&s->ceiling);
		ramp_land(&s->link);
		ramp_land(&s->unity);
	}
	for (int c = 0; c < 2; c++)
		find_peaks(s, c, io[c], drive, peaks[c], n);
	find_needs(peaks, ceiling, link, n);
	find_gains(s, peaks, gains, n);
	for (int c = 0; c < 2; c++)
		apply(s, c, io[c], gains[c], unity, n);
	meters[REDUCTION] = reduction(gains, n);
}

const struct module module_limiter = {
	.id = "limiter",
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
