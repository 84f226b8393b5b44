/* Loudness: K-weighting, sums over 10 ms hops, two-stage gating by histogram, true peak. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/loudness.h"

#include "rack/base/poison.h"
#include "rack/dsp/decibel.h"
#include "rack/dsp/k_weighting.h"
#include "rack/dsp/pair.h"
#include "rack/dsp/true_peak.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Why this is not libebur128 (which the tests hold it against): its windows are summed anew at every question, so
 * momentary and short-term each 10 ms cost more than all the rest of the rack's meters. Here a hop's energy is summed
 * once. */
enum {
	MOMENTARY_HOPS = LOUDNESS_MOMENTARY_HOPS,
	SHORT_TERM_HOPS = LOUDNESS_SHORT_TERM_HOPS,
	GATE_HOPS = 10, /* a gating block starts every 100 ms (BS.1770: 75 % overlap) */
	BINS = 1000,
	CHUNK = TRUE_PEAK_BLOCK_MAX,
};
#define BIN_LU 0.1
#define LOWEST_LUFS -70.0 /* absolute gate */

/* Energies by loudness, from the absolute gate upwards. Counts and sums: only what falls into the bin of the relative
 * gate is rounded. */
struct histogram {
	uint64_t counts[BINS];
	double sums[BINS];
	uint64_t count;
	double sum;
};

struct biquad {
	double b0, b1, b2, a1, a2;
};

/* Both filters in the direct form, whose next value waits for the last one by one product and one sum only. The newest
 * value first; one channel: right is silence. */
struct weighting {
	pair in[2], shelved[2], out[2];
	pair energy; /* of the hop that is not full yet: one sum, so that cuts leave no trace in its rounding */
};

struct loudness {
	uint32_t channels, hop_frames;
	bool paused, no_peaks;

	struct biquad shelf, highpass;
	struct weighting weighting;
	uint32_t hop_fill;
	double hops[SHORT_TERM_HOPS]; /* mean squares, sum over channels */
	uint32_t newest;
	uint64_t hops_since_reset; /* and since pause ended */

	struct histogram blocks, short_terms;
	struct true_peak_filter filter;
	struct true_peak peaks[2];
	float taken_sample_peak[2], taken_true_peak[2], sample_peak[2], true_peak[2];
	struct loudness_values values;
};

static double to_lufs(double energy)
{
	return energy > 0 ? -0.691 + 10 * log10(energy) : -INFINITY;
}

static struct biquad biquad_of(const struct k_weighting_stage *stage)
{
	const double *n = stage->n, d1 = stage->d1, d0 = stage->d0, a0 = 1 + d1 + d0;
	return (struct biquad){ (n[2] + n[1] + n[0]) / a0, 2 * (n[0] - n[2]) / a0, (n[2] - n[1] + n[0]) / a0,
		2 * (d0 - 1) / a0, (1 - d1 + d0) / a0 };
}

static void design_weighting(struct loudness *l, uint32_t rate)
{
	struct k_weighting_stage stages[2];
	k_weighting(rate, stages);
	l->shelf = biquad_of(&stages[0]);
	l->highpass = biquad_of(&stages[1]); /* its numerator is 1, -2, 1: see add_weighted */
}

struct loudness *loudness_new(uint32_t rate, uint32_t channels)
{
	if (rate < 8000 || rate > 384000 || channels < 1 || channels > 2)
		return NULL;
	struct loudness *l = calloc(1, sizeof *l);
	if (!l)
		return NULL;
	l->channels = channels;
	l->hop_frames = loudness_hop_frames(rate);
	design_weighting(l, rate);
	true_peak_design(&l->filter);
	loudness_reset(l);
	l->values.momentary_lufs = l->values.short_term_lufs = -INFINITY;
	return l;
}

void loudness_free(struct loudness *l)
{
	free(l);
}

static void add_weighted(struct loudness *l, const float *const x[2], uint32_t n)
{
	const struct biquad s = l->shelf, h = l->highpass;
	struct weighting w = l->weighting;
	for (uint32_t i = 0; i < n; i++) {
		pair in = { (double)x[0][i], (double)x[1][i] };
		pair shelved =
			(s.b0 * in + s.b1 * w.in[0] + s.b2 * w.in[1] - s.a2 * w.shelved[1]) - s.a1 * w.shelved[0];
		pair out = (shelved - 2 * w.shelved[0] + w.shelved[1] - h.a2 * w.out[1]) - h.a1 * w.out[0];
		w.energy += out * out;
		w.in[1] = w.in[0], w.in[0] = in;
		w.shelved[1] = w.shelved[0], w.shelved[0] = shelved;
		w.out[1] = w.out[0], w.out[0] = out;
	}
	l->weighting = w;
}

static void histogram_add(struct histogram *h, double energy)
{
	double bin = (to_lufs(energy) - LOWEST_LUFS) / BIN_LU;
	if (!(bin >= 0))
		return;
	uint32_t index = bin < BINS - 1 ? (uint32_t)bin : BINS - 1;
	h->counts[index]++;
	h->sums[index] += energy;
	h->count++;
	h->sum += energy;
}

/* First bin at or above the mean energy less this many LU. */
static uint32_t relative_gate(const struct histogram *h, double below_lu)
{
	double bin = (to_lufs(h->sum / (double)h->count) - below_lu - LOWEST_LUFS) / BIN_LU;
	return bin <= 0 ? 0 : (uint32_t)ceil(bin - 0.5);
}

static double integrated(const struct histogram *h)
{
	double sum = 0;
	uint64_t count = 0;
	if (!h->count)
		return -INFINITY;
	for (uint32_t i = relative_gate(h, 10); i < BINS; i++) {
		sum += h->sums[i];
		count += h->counts[i];
	}
	return count ? to_lufs(sum / (double)count) : -INFINITY;
}

/* Loudness that this part of the gated values does not exceed. */
static double percentile(const struct histogram *h, uint32_t first, uint64_t count, double part)
{
	uint64_t rank = (uint64_t)(part * (double)(count - 1) + 0.5), seen = 0;
	uint32_t i = first;
	while (i < BINS - 1 && seen + h->counts[i] <= rank)
		seen += h->counts[i++];
	return h->counts[i] ? to_lufs(h->sums[i] / (double)h->counts[i]) : LOWEST_LUFS;
}

/* EBU Tech 3342: from the 10th to the 95th percentile of the short-term values above the gates. */
static double range(const struct histogram *h)
{
	if (!h->count)
		return 0;
	uint32_t first = relative_gate(h, 20);
	uint64_t count = 0;
	for (uint32_t i = first; i < BINS; i++)
		count += h->counts[i];
	return count ? percentile(h, first, count, 0.95) - percentile(h, first, count, 0.10) : 0;
}

/* In sums beside each other: one alone would wait for its own last addition at every hop. */
static double sum_of(const double *hops, uint32_t n)
{
	enum { LANES = 4 };
	double sums[LANES] = { 0 };
	uint32_t i = 0;
	for (; i + LANES <= n; i += LANES)
		for (uint32_t k = 0; k < LANES; k++)
			sums[k] += hops[i + k];
	for (; i < n; i++)
		sums[0] += hops[i];
	return sums[0] + sums[1] + sums[2] + sums[3];
}

/* Mean of the newest hops; what lies before `available` hops counts as silence. */
static double window_energy(const struct loudness *l, uint32_t n_hops, uint64_t available)
{
	uint32_t n = available < n_hops ? (uint32_t)available : n_hops, end = l->newest + 1;
	uint32_t wrapped = n > end ? n - end : 0;
	double sum =
		sum_of(&l->hops[end + wrapped - n], n - wrapped) + sum_of(&l->hops[SHORT_TERM_HOPS - wrapped], wrapped);
	return sum / n_hops;
}

static double higher(double a, double b)
{
	return a > b ? a : b;
}

/* momentary, short_term: energies of the full windows, which may reach back over the last reset. */
static void integrate_hop(struct loudness *l, double momentary, double short_term)
{
	struct loudness_values *v = &l->values;
	uint64_t hops = ++l->hops_since_reset;
	if (hops < MOMENTARY_HOPS)
		momentary = window_energy(l, MOMENTARY_HOPS, hops);
	if (hops < SHORT_TERM_HOPS)
		short_term = window_energy(l, SHORT_TERM_HOPS, hops);
	v->momentary_max_lufs = higher(v->momentary_max_lufs, to_lufs(momentary));
	v->short_term_max_lufs = higher(v->short_term_max_lufs, to_lufs(short_term));
	if (hops % GATE_HOPS)
		return;
	if (hops >= MOMENTARY_HOPS) {
		histogram_add(&l->blocks, momentary);
		v->integrated_lufs = integrated(&l->blocks);
	}
	if (hops >= SHORT_TERM_HOPS) {
		histogram_add(&l->short_terms, short_term);
		v->range_lu = range(&l->short_terms);
	}
}

/* In long silence the filters' tails would become denormal numbers. */
static void flush(struct weighting *w)
{
	pair *states[] = { &w->shelved[0], &w->shelved[1], &w->out[0], &w->out[1] };
	for (int i = 0; i < 4; i++)
		for (int channel = 0; channel < 2; channel++)
			if (fabs((*states[i])[channel]) < 1e-30)
				(*states[i])[channel] = 0;
}

static void end_hop(struct loudness *l)
{
	l->newest = (l->newest + 1) % SHORT_TERM_HOPS;
	l->hops[l->newest] = (l->weighting.energy[0] + l->weighting.energy[1]) / l->hop_frames;
	l->hop_fill = 0;
	l->weighting.energy = (pair){ 0, 0 };
	flush(&l->weighting);
	double momentary = window_energy(l, MOMENTARY_HOPS, MOMENTARY_HOPS);
	double short_term = window_energy(l, SHORT_TERM_HOPS, SHORT_TERM_HOPS);
	l->values.momentary_lufs = to_lufs(momentary);
	l->values.short_term_lufs = to_lufs(short_term);
	if (!l->paused)
		integrate_hop(l, momentary, short_term);
}

/* Eight at a time, as one would wait for the last. */
static float highest(const float *values, uint32_t n)
{
	enum { LANES = 8 };
	float peaks[LANES] = { 0 };
	uint32_t whole = n / LANES * LANES;
	for (uint32_t i = 0; i < whole; i += LANES)
		for (uint32_t k = 0; k < LANES; k++)
			peaks[k] = fabsf(values[i + k]) > peaks[k] ? fabsf(values[i + k]) : peaks[k];
	for (uint32_t i = whole; i < n; i++)
		peaks[0] = fabsf(values[i]) > peaks[0] ? fabsf(values[i]) : peaks[0];
	for (uint32_t k = 1; k < LANES; k++)
		peaks[0] = peaks[k] > peaks[0] ? peaks[k] : peaks[0];
	return peaks[0];
}

static void note_peak(float peak, float *taken, float *held, bool paused)
{
	*taken = peak > *taken ? peak : *taken;
	if (!paused)
		*held = peak > *held ? peak : *held;
}

static void add_peaks(struct loudness *l, uint32_t channel, const float *x, uint32_t n)
{
	float points[CHUNK];
	true_peak_process(&l->peaks[channel], &l->filter, x, points, n);
	note_peak(highest(points, n), &l->taken_true_peak[channel], &l->true_peak[channel], l->paused);
	note_peak(highest(x, n), &l->taken_sample_peak[channel], &l->sample_peak[channel], l->paused);
}

void loudness_add_channels(struct loudness *l, const float *const channels[2], size_t n)
{
	static const float silence[CHUNK];
	const float *x[2] = { channels[0], l->channels == 2 ? channels[1] : silence };
	while (n) {
		uint32_t part = l->hop_frames - l->hop_fill;
		part = part < CHUNK ? part : CHUNK;
		part = part < n ? part : (uint32_t)n;
		for (uint32_t channel = 0; !l->no_peaks && channel < l->channels; channel++)
			add_peaks(l, channel, x[channel], part);
		add_weighted(l, x, part);
		l->hop_fill += part;
		if (!l->paused)
			l->values.frames += part;
		if (l->hop_fill == l->hop_frames)
			end_hop(l);
		x[0] += part;
		if (l->channels == 2)
			x[1] += part;
		n -= part;
	}
}

void loudness_add(struct loudness *l, const float *frames, size_t n)
{
	while (n) {
		uint32_t part = n < CHUNK ? (uint32_t)n : CHUNK;
		float x[2][CHUNK];
		for (uint32_t channel = 0; channel < l->channels; channel++)
			for (uint32_t i = 0; i < part; i++)
				x[channel][i] = poison_out(frames[i * l->channels + channel]);
		loudness_add_channels(l, (const float *const[2]){ x[0], x[1] }, part);
		frames += part * l->channels;
		n -= part;
	}
}

void loudness_end(struct loudness *l)
{
	const float silence[TRUE_PEAK_DELAY] = { 0 };
	for (uint32_t channel = 0; channel < l->channels; channel++)
		add_peaks(l, channel, silence, TRUE_PEAK_DELAY);
}

void loudness_read(const struct loudness *l, struct loudness_values *values)
{
	*values = l->values;
	for (int i = 0; i < 2; i++) {
		values->true_peak_dbtp[i] = decibel_or_silence((double)l->true_peak[i]);
		values->sample_peak_dbfs[i] = decibel_or_silence((double)l->sample_peak[i]);
	}
}

double loudness_plr(const struct loudness_values *v)
{
	double peak = higher(v->true_peak_dbtp[0], v->true_peak_dbtp[1]);
	return isfinite(peak) && isfinite(v->integrated_lufs) ? peak - v->integrated_lufs : NAN;
}

double loudness_newest(const struct loudness *l)
{
	return l->hops[l->newest];
}

void loudness_skip_peaks(struct loudness *l)
{
	l->no_peaks = true;
}

void loudness_take_peaks(struct loudness *l, float sample_peak[2], float true_peak[2])
{
	memcpy(sample_peak, l->taken_sample_peak, sizeof l->taken_sample_peak);
	memcpy(true_peak, l->taken_true_peak, sizeof l->taken_true_peak);
	memset(l->taken_sample_peak, 0, sizeof l->taken_sample_peak);
	memset(l->taken_true_peak, 0, sizeof l->taken_true_peak);
}

void loudness_reset(struct loudness *l)
{
	struct loudness_values *v = &l->values;
	memset(&l->blocks, 0, sizeof l->blocks);
	memset(&l->short_terms, 0, sizeof l->short_terms);
	memset(l->sample_peak, 0, sizeof l->sample_peak);
	memset(l->true_peak, 0, sizeof l->true_peak);
	l->hops_since_reset = 0;
	v->integrated_lufs = v->momentary_max_lufs = v->short_term_max_lufs = -INFINITY;
	v->range_lu = 0;
	v->frames = 0;
}

void loudness_pause(struct loudness *l, int paused)
{
	/* Windows must not reach back over the gap. */
	if (l->paused && !paused)
		l->hops_since_reset = 0;
	l->paused = paused;
}
