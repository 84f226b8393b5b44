/* Limiter: look-ahead, true peak, two stages: a slow one that carries the programme's level and a fast one for its
 * peaks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/ramp.h"
#include "rack/dsp/sliding_min.h"
#include "rack/dsp/true_peak.h"
#include "rack/module.h"

#include <math.h>
#include <string.h>

/* Names used below, in the order of the signal:
 *
 *   driven   input times gain
 *   peak     its true peak from a frame to the next, known TRUE_PEAK_DELAY frames later
 *   need     ceiling / peak, 1 at most: what the gain may be there
 *   slow     gain of the slow stage: follows the held need, late and smoothly, and may stay above it
 *   fast     what the slow stage leaves over: need / slow, 1 at most; its lowest within the look-ahead, released, then
 *            smoothed by a window as long as the look-ahead, so that it arrives in time
 *   gain     slow * fast: at or below need wherever it is applied, as slow * (need / slow) is need
 */

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
		.def = 1.5f,
		.step = 0.1f,
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
	double hold;         /* of the need, before the slow stage: a half period of the lowest bass */
	double slow_attack;  /* of the slow stage */
	double slow_release; /* times the release row */
	double fast_release; /* times the release row */
};

#ifdef LIMITER_TUNE
struct style styles[N_STYLES];
#else
static const struct style styles[N_STYLES] = {
	[CLEAN] = { 12, 60, 3, 0.05 },
	[PUNCHY] = { 12, 150, 2, 0.05 },
	[LOUD] = { 8, 300, 1, 0.01 },
	[SAFE] = { 25, 10, 6, 1 },
};
#endif
#define HOLD_MAX_MS 25.0

enum { GROUP = 8 };            /* frames for which the slow stage moves on a straight line */
#define ONE (INT64_C(1) << 40) /* gain 1 in the sums of the smoothing window: whole numbers, so they never drift */
#define SNAP (1 - 1e-9)        /* released so far is released */

struct state {
	double rate;
	struct true_peak_filter filter;

	/* Settings. */
	bool true_peak;
	uint32_t lookahead;                             /* frames */
	double fast_release, slow_attack, slow_release; /* part of the way in a frame, and in a group */
	bool is_auto;
	struct glide glide;
	struct ramp drive, ceiling, link, unity;

	/* Past. */
	struct true_peak past[2];
	float last_need[2];
	struct sliding_min window, held;
	float group[2]; /* lowest need of the group so far */
	uint32_t group_at;
	double slow[2], slow_step[2], slow_target[2], released[2];
	int64_t sums[2][2]; /* of the two boxes whose convolution is the smoothing window */
	uint32_t boxes[2], box_at[2], at;

	/* Where the memories are: bytes from the state's start. */
	size_t window_memory, held_memory, delay_memory, slow_memory, box_memory[2];
	uint32_t mask; /* of delay_memory and slow_memory, which are at `at` */
};

static uint32_t frames_of(double rate, double ms) RT
{
	return (uint32_t)(rate * ms * 1e-3 + 0.5);
}

static uint32_t lookahead_max(const struct spec *spec)
{
	return frames_of(spec->rate, params[LOOKAHEAD].max);
}

static uint32_t hold_groups(double rate, double ms) RT
{
	return 1 + (uint32_t)(rate * ms * 1e-3 / GROUP);
}

static uint32_t delay_frames(const struct spec *spec)
{
	uint32_t frames = 64;
	while (frames < lookahead_max(spec) + TRUE_PEAK_DELAY + 1)
		frames *= 2;
	return frames;
}

/* Lays the memories out behind the state; s may be NULL to ask only for the size. */
static size_t lay_out(struct state *s, const struct spec *spec)
{
	uint32_t ahead = lookahead_max(spec);
	struct state unused, *layout = s ? s : &unused;
	size_t end = sizeof *s;
	layout->delay_memory = end;
	end += delay_frames(spec) * sizeof(double[2]);
	layout->slow_memory = end;
	end += delay_frames(spec) * sizeof(double[2]);
	for (int box = 0; box < 2; box++) {
		layout->box_memory[box] = end;
		end += (ahead / 2 + 2) * sizeof(int64_t[2]);
	}
	layout->window_memory = end;
	end += (ahead + 1) * sizeof(float[2]);
	layout->held_memory = end;
	return end + hold_groups(spec->rate, HOLD_MAX_MS) * sizeof(float[2]);
}

static size_t size(const struct spec *spec)
{
	return lay_out(NULL, spec);
}

static void *memory(struct state *s, size_t offset) RT
{
	return (char *)s + offset;
}

/* The boxes are as long as it takes for their convolution to span the look-ahead. */
static void forget(struct state *s) RT
{
	int64_t one = ONE;
	memset(s->past, 0, sizeof s->past);
	sliding_min_reset(&s->window, memory(s, s->window_memory), s->lookahead + 1);
	sliding_min_reset(&s->held, memory(s, s->held_memory), s->held.length);
	memset(memory(s, s->delay_memory), 0, (s->mask + 1) * sizeof(double[2]));
	double(*slow)[2] = memory(s, s->slow_memory);
	for (uint32_t i = 0; i <= s->mask; i++)
		slow[i][0] = slow[i][1] = 1;
	s->boxes[0] = s->lookahead / 2 + 1;
	s->boxes[1] = s->lookahead - s->lookahead / 2 + 1;
	for (int box = 0; box < 2; box++) {
		int64_t(*values)[2] = memory(s, s->box_memory[box]);
		for (uint32_t i = 0; i < s->boxes[box]; i++)
			values[i][0] = values[i][1] = one;
		one *= s->boxes[box];
		s->sums[box][0] = s->sums[box][1] = one;
		s->box_at[box] = 0;
	}
	for (int c = 0; c < 2; c++) {
		s->last_need[c] = s->group[c] = 1;
		s->slow[c] = s->slow_target[c] = s->released[c] = 1;
		s->slow_step[c] = 0;
	}
	s->group_at = s->at = 0;
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	lay_out(s, spec);
	s->rate = spec->rate;
	s->mask = delay_frames(spec) - 1;
	true_peak_design(&s->filter);
	s->lookahead = frames_of(spec->rate, params[LOOKAHEAD].def);
	s->held.length = 1;
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
	s->fast_release = part_of_way(release * (s->is_auto ? style->fast_release : 1) * per_ms);
	s->slow_attack = part_of_way(style->slow_attack * per_ms / GROUP);
	s->slow_release = part_of_way(release * style->slow_release * per_ms / GROUP);
	uint32_t hold = hold_groups(s->rate, style->hold);
	if (hold != s->held.length)
		sliding_min_reset(&s->held, memory(s, s->held_memory), hold);
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	bool at_once = glide_start(&s->glide);
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
	glide_reset(&s->glide);
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
	if (s->true_peak)
		true_peak_process(&s->past[channel], &s->filter, driven, peaks, n);
	else
		true_peak_delay(&s->past[channel], driven, peaks, n);
}

/* Needs from peaks, in place: linked, and for a frame the lower one of the intervals on its two sides. */
static void find_needs(
	struct state *s, float (*peaks)[BLOCK_MAX], const double *ceiling, const double *link, uint32_t n) RT
{
	float last[2] = { s->last_need[0], s->last_need[1] };
	for (uint32_t i = 0; i < n; i++) {
		float top = (float)ceiling[i], share = (float)link[i], needs[2];
		for (int c = 0; c < 2; c++)
			needs[c] = top / (peaks[c][i] > top ? peaks[c][i] : top);
		float both = lower(needs[0], needs[1]) * share;
		for (int c = 0; c < 2; c++) {
			float need = both + needs[c] * (1 - share);
			peaks[c][i] = lower(need, last[c]);
			last[c] = need;
		}
	}
	s->last_need[0] = last[0];
	s->last_need[1] = last[1];
}

/* End of a group: where the slow stage goes within the next one. */
static void steer_slow(struct state *s) RT
{
	float held[2] = { s->group[0], s->group[1] };
	sliding_min_next(&s->held, memory(s, s->held_memory), held);
	for (int c = 0; c < 2; c++) {
		double goal = s->is_auto ? held[c] : 1, from = s->slow_target[c];
		double to = from + (goal - from) * (goal < from ? s->slow_attack : s->slow_release);
		s->slow[c] = from;
		s->slow_target[c] = to > SNAP ? 1 : to;
		s->slow_step[c] = (s->slow_target[c] - from) / GROUP;
		s->group[c] = 1;
	}
	s->group_at = 0;
}

/* One frame of a box: the sum of its last values. */
static void box_next(struct state *s, int box, int64_t values[2]) RT
{
	int64_t(*past)[2] = memory(s, s->box_memory[box]);
	uint32_t at = s->box_at[box];
	for (int c = 0; c < 2; c++) {
		s->sums[box][c] += values[c] - past[at][c];
		past[at][c] = values[c];
		values[c] = s->sums[box][c];
	}
	s->box_at[box] = at + 1 == s->boxes[box] ? 0 : at + 1;
}

/* The gains for the frames of lookahead ago from needs, in place. */
static void find_gains(struct state *s, float (*needs)[BLOCK_MAX], double (*gains)[BLOCK_MAX], uint32_t n) RT
{
	double(*slow_past)[2] = memory(s, s->slow_memory), full = (double)ONE * s->boxes[0] * s->boxes[1];
	float(*window)[2] = memory(s, s->window_memory);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (s->at + i) & s->mask, then = (s->at + i - s->lookahead) & s->mask;
		float fast[2];
		int64_t sums[2];
		for (int c = 0; c < 2; c++) {
			s->group[c] = lower(s->group[c], needs[c][i]);
			s->slow[c] += s->slow_step[c];
			slow_past[at][c] = s->slow[c];
			double left_over = needs[c][i] / s->slow[c];
			fast[c] = left_over < 1 ? (float)left_over : 1;
		}
		sliding_min_next(&s->window, window, fast);
		for (int c = 0; c < 2; c++) {
			double from = s->released[c], to = from + (fast[c] - from) * s->fast_release;
			to = fast[c] < from ? fast[c] : to;
			s->released[c] = to > SNAP ? 1 : to;
			sums[c] = (int64_t)(s->released[c] * (double)ONE);
		}
		box_next(s, 0, sums);
		box_next(s, 1, sums);
		for (int c = 0; c < 2; c++)
			gains[c][i] = slow_past[then][c] * ((double)sums[c] / full);
		if (++s->group_at == GROUP)
			steer_slow(s);
	}
}

static void delay(struct state *s, double *const io[2], double (*gains)[BLOCK_MAX], const double *unity, uint32_t n) RT
{
	double(*past)[2] = memory(s, s->delay_memory);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (s->at + i) & s->mask, then = (s->at + i - s->lookahead - TRUE_PEAK_DELAY) & s->mask;
		for (int c = 0; c < 2; c++) {
			past[at][c] = io[c][i];
			io[c][i] = past[then][c] * gains[c][i] * unity[i];
		}
	}
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
	uint32_t gliding = n < s->glide.left ? n : s->glide.left;
	fill(&s->drive, drive, n, gliding);
	fill(&s->ceiling, ceiling, n, gliding);
	fill(&s->link, link, n, gliding);
	fill(&s->unity, unity, n, gliding);
	s->glide.left -= gliding;
	if (s->glide.left == 0) {
		ramp_land(&s->drive);
		ramp_land(&s->ceiling);
		ramp_land(&s->link);
		ramp_land(&s->unity);
	}
	for (int c = 0; c < 2; c++)
		find_peaks(s, c, io[c], drive, peaks[c], n);
	find_needs(s, peaks, ceiling, link, n);
	find_gains(s, peaks, gains, n);
	delay(s, io, gains, unity, n);
	s->at += n;
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
