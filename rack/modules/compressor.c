/* Compressor: wide-band, feed-forward or feedback, with look-ahead, a parallel path and make-up by loudness. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/decibel.h"
#include "rack/dsp/dynamics.h"
#include "rack/dsp/makeup.h"
#include "rack/dsp/ramp.h"
#include "rack/dsp/svf.h"
#include "rack/dsp/tilt.h"
#include "rack/module.h"
#include "rack/modules/compressor_rows.h"

#include <string.h>

/* Source: Giannoulis, Massberg, Reiss, Digital Dynamic Range Compressor Design - A Tutorial and Analysis, JAES 60
 * (2012): gain computer with quadratic soft knee (eq. 4), then a smooth branching detector in the log domain (eq. 16 on
 * the reduction), so that attack and release are the times to 63 % of a step of the reduction in dB. The peak detector
 * holds the highest peak for HOLD_MS to twice that: a tone of 100 Hz or more then gives one steady level instead of a
 * ripple that would distort it.
 *
 * Feedback: the detector hears the output before make-up. The reduction that its level asks for is the static curve of
 * the rows solved for the input, so the curve from input to output is the same as feed-forward. Above the knee the loop
 * is `ratio` times as fast as its smoothing: the attack is slowed by as much, so that it holds there and is up to
 * `ratio` times longer within a knee; the release holds once the level is below the threshold and is up to `ratio`
 * times shorter above it. The level of the output is that of the input less the reduction of the frame before: a peak
 * held behind the gain would ask for more for as long as it is held, however far the gain is down already. */

enum { REDUCTION, AUTO_GAIN, N_METERS };

#define HOLD_MS 5.0
#define RMS_MS 10.0 /* time constant of the mean square */
#define TILT_HZ 1000.0
#define AUTO_SLOW 5.0 /* auto release: reduction that has lasted recovers this many times slower */

static const struct level meters[] = {
	[REDUCTION] = { .id = "reduction",
		.role = ROLE_REDUCTION,
		.label = "Reduction",
		.unit = UNIT_DB,
		.min = 0,
		.max = 24,
		.help = "Gain reduction in dB, before makeup" },
	[AUTO_GAIN] = { .id = "makeup",
		.label = "Auto makeup",
		.unit = UNIT_DB,
		.min = 0,
		.max = MAKEUP_MAX_DB,
		.help = "Gain added by auto makeup in dB" },
};

/* Everything that glides. */
enum {
	R_THRESHOLD,
	R_SLOPE,
	R_KNEE,
	R_RANGE,
	R_ATTACK,
	R_RELEASE,
	R_SLOW,
	R_MAKEUP,
	R_MIX,
	R_LINK,
	R_TILT_POLE,
	R_TILT_HIGH,
	R_TILT_LOW,
	N_RAMPS
};

struct state {
	double rate, rms_coefficient;
	bool rms, feedback, auto_release, auto_makeup;
	struct ramp_clock clock;
	struct ramp ramp[N_RAMPS];
	struct svf_ramp highpass;
	double filter[2][2], tilted[2];
	double square[2];             /* running mean squares */
	double peak[2], peak_next[2]; /* held for HOLD_MS, and the highest since then */
	uint32_t hold_frames, hold_left[2];
	double amplitude[2], level[2];  /* last measured, and the same in dBFS: both stand still most of the time */
	double turned_down[2], gain[2]; /* last reduction, and the same as a factor */
	double reduced[2];              /* smoothed reduction in dB, 0 or more */
	double lasting[2];              /* auto release: what reduction has lasted */
	struct makeup makeup;
	uint32_t delay_frames, delay_size, at;
	double delay[]; /* two channels of delay_size */
};

static uint32_t frames(const struct spec *spec, double ms) RT
{
	return (uint32_t)lround(ms * spec->rate / 1000);
}

static size_t size(const struct spec *spec)
{
	return sizeof(struct state) + sizeof(double) * 2 * (frames(spec, LOOKAHEAD_MS_MAX) + 1);
}

static double smoothing(double ms, double rate) RT
{
	return 1 - exp(-1000 / (ms * rate));
}

static void forget_levels(struct state *s) RT
{
	for (int c = 0; c < 2; c++) {
		s->amplitude[c] = s->peak[c] = s->peak_next[c] = s->square[c] = 0;
		s->level[c] = DECIBEL_FLOOR;
		s->reduced[c] = s->lasting[c] = s->turned_down[c] = 0;
		s->gain[c] = 1;
	}
	s->hold_left[0] = s->hold_left[1] = s->hold_frames;
}

static void init(void *state, const struct spec *spec)
{
	struct state *s = state;
	s->rate = spec->rate;
	s->rms_coefficient = smoothing(RMS_MS, spec->rate);
	s->hold_frames = frames(spec, HOLD_MS) + 1;
	forget_levels(s);
	makeup_init(&s->makeup, spec->rate);
	s->delay_size = frames(spec, LOOKAHEAD_MS_MAX) + 1;
}

static uint32_t latency(const struct spec *spec, const float *values) RT
{
	return frames(spec, values[LOOKAHEAD]);
}

static void set(void *state, const float *values) RT
{
	struct state *s = state;
	struct tilt tilt = tilt_design((double)values[TILT], TILT_HZ, s->rate);
	const double to[N_RAMPS] = {
		[R_THRESHOLD] = values[THRESHOLD],
		[R_SLOPE] = 1 - 1 / (double)values[RATIO],
		[R_KNEE] = values[KNEE],
		[R_RANGE] = values[RANGE],
		[R_ATTACK] = smoothing(values[ATTACK], s->rate),
		[R_RELEASE] = smoothing(values[RELEASE], s->rate),
		[R_SLOW] = smoothing(values[RELEASE] * AUTO_SLOW, s->rate),
		[R_MAKEUP] = decibel_to_gain(values[MAKEUP]),
		[R_MIX] = values[MIX] / 100,
		[R_LINK] = values[LINK] / 100,
		[R_TILT_POLE] = tilt.pole,
		[R_TILT_HIGH] = tilt.high,
		[R_TILT_LOW] = tilt.low,
	};
	bool at_once = ramp_clock_start(&s->clock);
	for (int i = R_THRESHOLD; i <= R_RANGE; i++) /* the static curve */
		if (s->ramp[i].target != to[i])
			makeup_relearn(&s->makeup);
	for (int i = 0; i < N_RAMPS; i++)
		ramp_to(&s->ramp[i], to[i], at_once);
	struct svf highpass = svf_highpass(values[HIGHPASS], M_SQRT1_2, s->rate);
	svf_to(&s->highpass, &highpass, at_once);
	s->rms = values[DETECTOR] == RMS;
	s->feedback = values[TOPOLOGY] == FEEDBACK;
	s->auto_release = values[AUTO_RELEASE] != 0;
	s->auto_makeup =
		values[AUTO_MAKEUP] != 0; /* off, it keeps what it knows: on again, the gain is there at once */
	s->delay_frames = frames(&(struct spec){ .rate = s->rate }, values[LOOKAHEAD]);
	if (!s->auto_release)
		s->lasting[0] = s->lasting[1] = 0;
	if (!s->rms)
		s->square[0] = s->square[1] = 0;
}

static void land(struct state *s) RT
{
	for (int i = 0; i < N_RAMPS; i++)
		ramp_land(&s->ramp[i]);
	svf_land(&s->highpass);
	if (s->ramp[R_TILT_LOW].value == 0)
		s->tilted[0] = s->tilted[1] = 0;
}

static void reset(void *state) RT
{
	struct state *s = state;
	ramp_clock_reset(&s->clock);
	land(s);
	memset(s->filter, 0, sizeof s->filter);
	s->tilted[0] = s->tilted[1] = 0;
	forget_levels(s);
	makeup_reset(&s->makeup);
	memset(s->delay, 0, sizeof(double) * 2 * s->delay_size);
	s->at = 0;
}

static void advance(struct state *s) RT
{
	for (int i = 0; i < N_RAMPS; i++)
		ramp_next(&s->ramp[i]);
	svf_next(&s->highpass);
	if (--s->clock.left == 0)
		land(s);
}

/* Moved by the signal alone, not by a clock: the same sound is treated alike whenever it comes. */
static void hold(struct state *s, int c, double amplitude) RT
{
	if (amplitude >= s->peak[c]) {
		s->peak[c] = amplitude;
	} else {
		s->peak_next[c] = dynamics_higher(amplitude, s->peak_next[c]);
		if (s->hold_left[c]-- > 0)
			return;
		s->peak[c] = s->peak_next[c];
	}
	s->peak_next[c] = 0;
	s->hold_left[c] = s->hold_frames;
}

static double measure(struct state *s, int channel, double x) RT
{
	x = svf_tick(&s->highpass.now, s->filter[channel], x);
	if (s->ramp[R_TILT_LOW].value != 0)
		x = tilt_tick((struct tilt){ s->ramp[R_TILT_POLE].value, s->ramp[R_TILT_HIGH].value,
				      s->ramp[R_TILT_LOW].value },
			&s->tilted[channel], x);
	if (!s->rms) {
		hold(s, channel, fabs(x));
		return s->peak[channel];
	}
	double *square = &s->square[channel];
	*square += (2 * x * x - *square) * s->rms_coefficient; /* 2: a sine reads its peak, as in AES17 */
	return sqrt(*square);
}

/* Level of an amplitude in dBFS. Logarithm and exponential are most of what a frame costs: one serves both channels
 * where they have the same, as they do when linked. */
static double level_of(struct state *s, int channel, double amplitude) RT
{
	if (amplitude != s->amplitude[channel]) {
		s->amplitude[channel] = amplitude;
		s->level[channel] =
			amplitude == s->amplitude[0] && channel ? s->level[0] : decibel_from_gain(amplitude);
	}
	return s->level[channel];
}

/* Levels of both channels as linked. */
static void detect(struct state *s, double left, double right, double levels[2]) RT
{
	double amplitudes[2] = { measure(s, 0, left), measure(s, 1, right) }, link = s->ramp[R_LINK].value;
	if (link == 1)
		amplitudes[0] = amplitudes[1] = dynamics_higher(amplitudes[0], amplitudes[1]);
	for (int c = 0; c < 2; c++)
		levels[c] = level_of(s, c, amplitudes[c]);
	double louder = dynamics_higher(levels[0], levels[1]);
	for (int c = 0; c < 2; c++)
		levels[c] += link * (louder - levels[c]);
}

/* The static curve: reduction in dB for a level in dBFS. */
static double curve(const struct state *s, double level) RT
{
	double knee = s->ramp[R_KNEE].value;
	double over = dynamics_knee(level - s->ramp[R_THRESHOLD].value, knee, dynamics_bend(knee));
	return dynamics_lower(s->ramp[R_SLOPE].value * over, s->ramp[R_RANGE].value);
}

/* The same for the level of the output, which it solves for that of the input; no range. With u the input over the
 * lower end of the knee and w the output: w = u - slope u^2 / (2 knee) within the knee, a straight line above. */
static double feedback_curve(const struct state *s, double level) RT
{
	double knee = s->ramp[R_KNEE].value, slope = s->ramp[R_SLOPE].value;
	double w = level - s->ramp[R_THRESHOLD].value + knee / 2, knee_end = knee * (1 - slope / 2);
	if (w <= 0)
		return 0;
	if (w < knee_end)
		return 2 * w / (1 + sqrt(1 - 2 * slope * w / knee)) - w;
	return slope * knee / 2 + (w - knee_end) * slope / (1 - slope);
}

/* Where the smoothing shall go, in dB of reduction, for the level at the input. */
static double aim(const struct state *s, int channel, double level) RT
{
	if (!s->feedback)
		return curve(s, level);
	double wanted = feedback_curve(s, level - s->turned_down[channel]), reduced = s->reduced[channel];
	if (wanted > reduced)
		wanted = reduced + (wanted - reduced) * (1 - s->ramp[R_SLOPE].value);
	return dynamics_lower(wanted, s->ramp[R_RANGE].value);
}

/* Reduction in dB. With auto release a second, slower memory rises in the release time: short peaks leave it where it
 * is. */
static double smooth(struct state *s, int channel, double wanted) RT
{
	double *reduced = &s->reduced[channel], *lasting = &s->lasting[channel];
	*reduced += (wanted - *reduced) * s->ramp[wanted > *reduced ? R_ATTACK : R_RELEASE].value;
	if (*reduced < 1e-9) /* no denormals, and no exponential where there is nothing to do */
		*reduced = 0;
	if (!s->auto_release)
		return *reduced;
	if (*reduced > *lasting)
		*lasting += (*reduced - *lasting) * s->ramp[R_RELEASE].value;
	else
		*lasting += (wanted - *lasting) * s->ramp[R_SLOW].value;
	if (*lasting < 1e-9)
		*lasting = 0;
	return dynamics_higher(*reduced, *lasting);
}

static double delayed(struct state *s, int channel, double x) RT
{
	double *line = s->delay + (size_t)channel * s->delay_size;
	line[s->at] = x;
	return line[s->at >= s->delay_frames ? s->at - s->delay_frames : s->at + s->delay_size - s->delay_frames];
}

/* Brings the gain of a channel to the next frame; returns its reduction in dB. */
static double turn_down(struct state *s, int channel, double level) RT
{
	double reduction = smooth(s, channel, aim(s, channel, level));
	if (reduction != s->turned_down[channel]) {
		s->turned_down[channel] = reduction;
		s->gain[channel] = reduction == s->turned_down[0] && channel ? s->gain[0] : decibel_to_gain(-reduction);
	}
	return reduction;
}

static double process_frame(struct state *s, double *left, double *right) RT
{
	double levels[2], worst = 0;
	detect(s, *left, *right, levels);
	for (int c = 0; c < 2; c++)
		worst = dynamics_higher(turn_down(s, c, levels[c]), worst);
	const double x[2] = { delayed(s, 0, *left), delayed(s, 1, *right) };
	double mix = s->ramp[R_MIX].value, up = s->ramp[R_MAKEUP].value;
	if (s->auto_makeup) {
		up *= makeup_next(&s->makeup);
		makeup_hear(&s->makeup, x, s->gain);
	}
	*left = x[0] * (1 + mix * (s->gain[0] * up - 1));
	*right = x[1] * (1 + mix * (s->gain[1] * up - 1));
	if (++s->at == s->delay_size)
		s->at = 0;
	return worst;
}

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	double worst = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (s->clock.left)
			advance(s);
		worst = dynamics_higher(process_frame(s, &io[0][i], &io[1][i]), worst);
	}
	block->meters[REDUCTION] = (float)worst;
	block->meters[AUTO_GAIN] = (float)(s->auto_makeup ? decibel_from_gain(s->makeup.gain) : 0);
}

const struct module module_compressor = {
	.id = "compressor",
	.label = "Compressor",
	.help = "Wideband compressor with soft knee, look-ahead and parallel mix",
	.params = params,
	.n_params = N_PARAMS,
	.meters = meters,
	.n_meters = N_METERS,
	.size = size,
	.init = init,
	.latency = latency,
	.set = set,
	.reset = reset,
	.process = process,
};
