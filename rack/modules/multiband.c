/* Multiband: two to five bands, each compressed or expanded on its own, downwards or upwards. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/crossover.h"
#include "rack/dsp/crossover_glide.h"
#include "rack/dsp/decibel.h"
#include "rack/dsp/dynamics.h"
#include "rack/dsp/ramp.h"
#include "rack/module.h"
#include "rack/modules/multiband_rows.h"

#include <math.h>
#include <string.h>

/* The bands are split (rack/dsp/crossover.h), measured and turned up or down, and added. A lane is one channel of one
 * band. Every GROUP frames, for each lane:
 *
 *   level    highest magnitude of this and the last hold, in dBFS; linked to the other channel of the band
 *   over     how far the level is beyond the threshold, on the side where the mode works, bent by the knee
 *   change   slope * over, range at most; smoothed in dB by a branching detector (Giannoulis, Massberg, Reiss, JAES 60
 *            (2012), eq. 16): attack while the sound gets louder, release while it gets softer
 *   gain     of the lane at the end of the next group: change, the band's gain and the output gain; reached on a
 *            straight line
 *
 *   mode         works   slope          change is
 *   compress     above   1 - 1 / ratio  down
 *   expand       below   ratio - 1      down
 *   up_compress  below   1 - 1 / ratio  up
 *   up_expand    above   ratio - 1      up
 *
 * The hold is as long as the half period of the band's lowest tone, HOLD_MS_MAX at most, so that steady tones from 40
 * Hz on give a steady level and are not distorted. Values that glide are looked at every GROUP frames, so that a glide
 * may end up to 2 GROUP frames late. */

enum { GROUP = CROSSOVER_PIECE, BANDS = CROSSOVER_BANDS_MAX, LANES = 2 * BANDS };

#define HOLD_MS_MAX 12.5
#define HOLD_MS_MIN 1.0
#define DONE 1e-9        /* dB: so little change is none */
#define CLEAN_BYTES 1024 /* of the line in each group while it is not needed, so that it is empty when it is */
#define CROSSOVER_MS 5.0 /* of a crossover's way to another frequency */

/* What glides: these for each band, then two for all. */
enum { R_THRESHOLD, R_SLOPE, R_KNEE, R_RANGE, R_ATTACK, R_RELEASE, R_GAIN, R_BAND };
enum { R_LINK = R_BAND * BANDS, R_OUTPUT, N_RAMPS };

/* What the copies of a slot share: the splitter with linear phase, 85 ms of sound. It always gets left and right, so
 * that it is the same for all of them, and the copy that comes to a frame first goes on with it. */
struct line {
	struct crossover_linear splitter;
	uint32_t frame; /* that it has come to */
	size_t bytes;   /* of the memory */
	size_t dirty;   /* so many of them may not be zero */
	pair memory[];
};

struct state {
	double rate;

	/* Settings. A ramp is at target - left * step. */
	float values[N_PARAMS]; /* as last set: what did not change is not computed again */
	struct ramp_clock clock;
	double target[N_RAMPS], step[N_RAMPS];
	uint32_t n_bands;
	bool linear, mid_side;
	double side[LANES];    /* 1: works above the threshold, -1: below */
	double turn[LANES];    /* 1: up, -1: down, 0: not at all */
	double audible[LANES]; /* 1 or 0 */
	uint32_t hold_groups[BANDS];

	struct crossover_glide crossovers;

	/* Past. */
	struct crossover crossover;
	uint32_t frame;     /* since the start, to compare with the line's */
	uint32_t fill_left; /* groups until the line has filled in the middle of sound: the gains stand still */
	struct line *line;
	double peak[LANES], peak_before[LANES]; /* of this and of the last hold */
	uint32_t hold_left[BANDS];
	double change[LANES];
	double gain[LANES], gain_step[LANES], gain_target[LANES];
	uint32_t group_at;
	bool steered; /* the gains are those of the settings */
};

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static size_t shared(const struct spec *spec)
{
	return sizeof(struct line) + crossover_linear_memory(spec->rate);
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->rate = spec->rate;
	crossover_glide_init(&s->crossovers, s->rate, CROSSOVER_MS);
}

static void share(void *state, void *memory, const void *from) RT
{
	struct state *s = state;
	s->line = memory;
	if (from && s->linear)
		memcpy(memory, from, sizeof(struct line) + ((const struct line *)from)->bytes);
	s->line->bytes = crossover_linear_memory(s->rate);
}

/* Empty, from this frame on. */
static void start_line(struct state *s) RT
{
	memset(s->line->memory, 0, s->line->dirty);
	s->line->dirty = 0;
	s->line->frame = s->frame;
	crossover_linear_reset(&s->line->splitter, s->rate, s->group_at);
}

/* While nobody goes on with it. A copy that does may be ahead or behind by a call's frames. */
static void clean_line(struct state *s) RT
{
	struct line *line = s->line;
	uint32_t since = s->frame - line->frame;
	if (line->dirty == 0 || since <= BLOCK_MAX || since > UINT32_MAX / 2)
		return;
	size_t part = line->dirty < CLEAN_BYTES ? line->dirty : CLEAN_BYTES;
	line->dirty -= part;
	memset((char *)line->memory + line->dirty, 0, part);
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	return values[PHASE] == PHASE_LINEAR ? crossover_linear_delay(spec->rate) : 0;
}

/* ---- Settings */

static double part_of_way(const struct state *s, double ms) RT
{
	return 1 - exp(-1000 * GROUP / (ms * s->rate));
}

static void set_band(struct state *s, int b, const float *band, double *to) RT
{
	double ratio = band[RATIO];
	int mode = (int)band[MODE];
	to[R_THRESHOLD] = band[THRESHOLD];
	to[R_SLOPE] = mode == COMPRESS || mode == UP_COMPRESS ? 1 - 1 / ratio : ratio - 1;
	to[R_KNEE] = band[KNEE];
	to[R_RANGE] = band[RANGE];
	to[R_ATTACK] = part_of_way(s, band[ATTACK]);
	to[R_RELEASE] = part_of_way(s, band[RELEASE]);
	to[R_GAIN] = band[ON] != 0 ? decibel_to_gain(band[GAIN]) : 1;
	for (int lane = 2 * b; lane < 2 * b + 2; lane++) {
		s->side[lane] = mode == COMPRESS || mode == UP_EXPAND ? 1 : -1;
		s->turn[lane] = band[ON] == 0 ? 0 : mode == COMPRESS || mode == EXPAND ? -1 : 1;
	}
}

static void set_solo(struct state *s, const float *values) RT
{
	bool any = false;
	for (uint32_t b = 0; b < s->n_bands; b++)
		any |= values[BAND(b) + SOLO] != 0;
	for (int lane = 0; lane < LANES; lane++)
		s->audible[lane] = !any || values[BAND(lane / 2) + SOLO] != 0;
}

static uint32_t hold_of(const struct state *s, double lowest_hz) RT
{
	double ms = fmax(HOLD_MS_MIN, fmin(500 / lowest_hz, HOLD_MS_MAX));
	return (uint32_t)ceil(ms * s->rate / (1000 * GROUP));
}

/* A crossover is never below the one before. */
static void set_crossovers(struct state *s, const float *values, bool at_once) RT
{
	double hz = 500 / HOLD_MS_MAX, wanted[CROSSOVERS_MAX];
	for (int k = 0; k < CROSSOVERS_MAX; k++) {
		s->hold_groups[k] = hold_of(s, hz);
		hz = fmax(hz, values[CROSSOVER + k]);
		wanted[k] = hz;
	}
	s->hold_groups[CROSSOVERS_MAX] = hold_of(s, hz);
	crossover_glide_to(&s->crossovers, wanted, at_once);
}

static void set_modes(struct state *s, const float *values, bool at_once) RT
{
	bool linear = values[PHASE] == PHASE_LINEAR;
	uint32_t n_bands = (uint32_t)values[N_BANDS] + 2;
	if (linear && !s->linear) {
		start_line(s);
		s->fill_left = at_once ? 0 : crossover_linear_delay(s->rate) / GROUP;
	}
	if (n_bands != s->n_bands)
		memset(&s->crossover, 0, sizeof s->crossover);
	s->linear = linear;
	s->n_bands = n_bands;
	s->mid_side = values[CHANNELS] == CHANNELS_MID_SIDE;
}

static bool differ(const struct state *s, const float *values, int from, int n, bool at_once) RT
{
	return at_once || memcmp(s->values + from, values + from, (size_t)n * sizeof *values) != 0;
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	double left = s->clock.left, to[N_RAMPS];
	bool at_once = ramp_clock_start(&s->clock);
	memcpy(to, s->target, sizeof to);
	for (int b = 0; b < BANDS; b++)
		if (differ(s, values, BAND(b), N_BAND, at_once))
			set_band(s, b, values + BAND(b), to + R_BAND * b);
	if (differ(s, values, CROSSOVER, CROSSOVERS_MAX, at_once))
		set_crossovers(s, values, at_once);
	to[R_LINK] = values[LINK] / 100;
	to[R_OUTPUT] = decibel_to_gain(values[OUTPUT]);
	set_modes(s, values, at_once);
	set_solo(s, values);
	for (int i = 0; i < N_RAMPS; i++) {
		double now = s->target[i] - left * s->step[i];
		s->step[i] = at_once ? 0 : (to[i] - now) / SET_FRAMES;
		s->target[i] = to[i];
	}
	memcpy(s->values, values, sizeof s->values);
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	crossover_glide_land(&s->crossovers);
	memset(&s->crossover, 0, sizeof s->crossover);
	s->group_at = s->frame = s->fill_left = 0;
	if (s->linear)
		start_line(s);
	s->line->frame = 0;
	memset(s->peak, 0, sizeof s->peak);
	memset(s->peak_before, 0, sizeof s->peak_before);
	memset(s->hold_left, 0, sizeof s->hold_left);
	memset(s->change, 0, sizeof s->change);
	s->steered = false;
}

/* ---- Every GROUP frames */

/* One of the values of a band, for its two lanes. */
static void look_up(const struct state *s, int ramp, double *lanes) RT
{
	for (int b = 0; b < BANDS; b++)
		lanes[2 * b] = lanes[2 * b + 1] =
			s->target[R_BAND * b + ramp] - s->clock.left * s->step[R_BAND * b + ramp];
}

static double value_of(const struct state *s, int ramp) RT
{
	return s->target[ramp] - s->clock.left * s->step[ramp];
}

static void find_levels(const struct state *s, double *levels) RT
{
	double own[LANES], link = value_of(s, R_LINK);
	for (int i = 0; i < LANES; i++)
		own[i] = dynamics_db(dynamics_higher(s->peak[i], s->peak_before[i]));
	for (int i = 0; i < LANES; i++) {
		double louder = dynamics_higher(own[i], own[i ^ 1]);
		levels[i] = own[i] + link * (louder - own[i]);
	}
}

static void follow(struct state *s) RT
{
	double levels[LANES], threshold[LANES], slope[LANES], knee[LANES], range[LANES], attack[LANES], release[LANES];
	find_levels(s, levels);
	look_up(s, R_THRESHOLD, threshold);
	look_up(s, R_SLOPE, slope);
	look_up(s, R_KNEE, knee);
	look_up(s, R_RANGE, range);
	look_up(s, R_ATTACK, attack);
	look_up(s, R_RELEASE, release);
	for (int i = 0; i < LANES; i++) {
		double over = s->side[i] * (levels[i] - threshold[i]);
		double wanted = slope[i] * dynamics_knee(over, knee[i], dynamics_bend(knee[i]));
		double way = dynamics_lower(wanted, range[i]) - s->change[i];
		double change = s->change[i] + way * (way * s->side[i] > 0 ? attack[i] : release[i]);
		s->change[i] = change > DONE ? change : 0;
	}
}

static void hold(struct state *s) RT
{
	for (int b = 0; b < BANDS; b++) {
		if (s->hold_left[b] > 1) {
			s->hold_left[b]--;
			continue;
		}
		s->hold_left[b] = s->hold_groups[b];
		for (int i = 2 * b; i < 2 * b + 2; i++) {
			s->peak_before[i] = s->peak[i];
			s->peak[i] = 0;
		}
	}
}

/* Where the gains go within the next group; at_once: where they are. */
static void steer(struct state *s, bool at_once) RT
{
	double gains[LANES], output = value_of(s, R_OUTPUT);
	look_up(s, R_GAIN, gains);
	for (int i = 0; i < LANES; i++) {
		double target = dynamics_gain(s->turn[i] * s->change[i]) * gains[i] * s->audible[i] * output;
		s->gain[i] = at_once ? target : s->gain_target[i];
		s->gain_step[i] = (target - s->gain[i]) / GROUP;
		s->gain_target[i] = target;
	}
	s->steered = true;
}

static void end_group(struct state *s, float *meters) RT
{
	if (s->fill_left) {
		s->fill_left--;
	} else {
		follow(s);
		hold(s);
	}
	steer(s, false);
	if (!s->linear)
		clean_line(s);
	crossover_glide_next(&s->crossovers);
	s->group_at = 0;
	for (int b = 0; b < BANDS; b++) {
		double change = dynamics_higher(
			s->change[2 * b] * fabs(s->turn[2 * b]), s->change[2 * b + 1] * fabs(s->turn[2 * b]));
		meters[b] = fmaxf(meters[b], (uint32_t)b < s->n_bands ? (float)change : 0);
	}
}

/* ---- Every frame */

static pair mid_side(pair x) RT
{
	return (pair){ (x[0] + x[1]) / 2, (x[0] - x[1]) / 2 };
}

static void split_minimum(struct state *s, pair *x, pair (*bands)[BANDS], uint32_t n) RT
{
	const struct crossover_glide *g = &s->crossovers;
	for (uint32_t i = 0; s->mid_side && i < n; i++)
		x[i] = mid_side(x[i]);
	crossover_split(&s->crossover, s->n_bands, g->moving ? g->from : g->target, g->moving ? g->step : NULL,
		s->group_at + 1, x, bands, n);
}

static void split_linear(struct state *s, const pair *x, pair (*bands)[BANDS], uint32_t n) RT
{
	const struct crossover_glide *g = &s->crossovers;
	struct line *line = s->line;
	double end = s->group_at + n;
	crossover_numbers now;
	for (int k = 0; k < CROSSOVERS_MAX; k++)
		for (int j = 0; j < CROSSOVER_NUMBERS; j++)
			now[k][j] = g->moving ? g->from[k][j] + end * g->step[k][j] : g->target[k][j];
	if (line->frame == s->frame) {
		crossover_linear_split(&line->splitter, line->memory, s->n_bands,
			(const double(*)[CROSSOVER_NUMBERS])now, x, bands, n);
		line->frame += n;
		line->dirty = line->bytes;
	} else {
		uint32_t ago = line->frame - s->frame;
		crossover_linear_again(&line->splitter, line->memory, s->n_bands, ago, bands, n);
	}
	for (uint32_t i = 0; s->mid_side && i < n; i++)
		for (uint32_t b = 0; b < s->n_bands; b++)
			bands[i][b] = mid_side(bands[i][b]);
}

static void measure(struct state *s, pair (*bands)[BANDS], uint32_t n) RT
{
	for (uint32_t b = 0; b < s->n_bands; b++) {
		double left = s->peak[2 * b], right = s->peak[2 * b + 1];
		for (uint32_t i = 0; i < n; i++) {
			left = dynamics_higher(left, fabs(bands[i][b][0]));
			right = dynamics_higher(right, fabs(bands[i][b][1]));
		}
		s->peak[2 * b] = left;
		s->peak[2 * b + 1] = right;
	}
}

static void add_up(struct state *s, pair (*bands)[BANDS], pair *out, uint32_t n) RT
{
	memset(out, 0, n * sizeof *out);
	for (uint32_t b = 0; b < s->n_bands; b++) {
		pair gain = { s->gain[2 * b], s->gain[2 * b + 1] },
		     step = { s->gain_step[2 * b], s->gain_step[2 * b + 1] };
		for (uint32_t i = 0; i < n; i++)
			out[i] += bands[i][b] * (gain + step * (double)(s->group_at + i + 1));
	}
}

/* At most to the end of a group or of a glide. */
static void run_piece(struct state *s, double *left, double *right, uint32_t n, float *meters) RT
{
	pair x[GROUP], bands[GROUP][BANDS];
	for (uint32_t i = 0; i < n; i++)
		x[i] = (pair){ left[i], right[i] };
	if (s->linear)
		split_linear(s, x, bands, n);
	else
		split_minimum(s, x, bands, n);
	s->frame += n;
	measure(s, bands, n);
	add_up(s, bands, x, n);
	for (uint32_t i = 0; i < n; i++) {
		left[i] = s->mid_side ? x[i][0] + x[i][1] : x[i][0];
		right[i] = s->mid_side ? x[i][0] - x[i][1] : x[i][1];
	}
	s->clock.left -= s->clock.left < n ? s->clock.left : n;
	s->group_at += n;
	if (s->group_at == GROUP)
		end_group(s, meters);
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	if (!s->steered)
		steer(s, true);
	for (int b = 0; b < BANDS; b++)
		block->meters[b] = 0;
	for (uint32_t done = 0; done < n;) {
		uint32_t piece = GROUP - s->group_at;
		piece = piece < n - done ? piece : n - done;
		if (s->clock.left && s->clock.left < piece)
			piece = s->clock.left;
		run_piece(s, io[0] + done, io[1] + done, piece, block->meters);
		done += piece;
	}
}

const struct module module_multiband = {
	.id = "multiband",
	.label = "Multiband",
	.help = "Multiband compressor and expander, up to five bands, minimum or linear phase",
	.params = multiband_params,
	.n_params = N_PARAMS,
	.meters = multiband_meters,
	.n_meters = BANDS,
	.size = size,
	.shared = shared,
	.share = share,
	.init = init,
	.latency = latency,
	.set = set,
	.reset = reset,
	.process = process,
};
