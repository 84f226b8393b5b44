/* The analysis thread: reads the ring, measures both sides in hops of 10 ms, publishes the values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/meters/analysis.h"

#include "rack/base/clock.h"
#include "rack/base/poison.h"
#include "rack/base/ring.h"
#include "rack/base/thread.h"
#include "rack/base/triple.h"
#include "rack/meters/loudness.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOPS_PER_S = 100,
	NAP_MS = 33, /* waking up costs more than measuring a hop, and values are sent 30 times a second at most */
	LONG_NAP_MS = 100, /* once nobody has read for AWAKE_MS */
	AWAKE_MS = 1000,
	WINDOW_HOPS = 30, /* 300 ms for rms, correlation, balance */
	FEED_CHUNK = 64,
	LANES = 4,
	CHANNELS = 6,
	CHANGE_HOPS = 300,      /* 3 s, as short-term loudness */
	CHANGE_LEAST_HOPS = 40, /* 400 ms, as momentary loudness */
	CHANGE_HISTORY = 1024,  /* the longest delay beside them */
};
#define BALANCE_MAX_DB 60.0
#define SOUND_ENERGY 1.1725e-6           /* -60 LUFS: below, nothing is said of how loud the slots make it */
#define FALL_PER_HOP 0.97723722095581068 /* 20 dB a second: 10^(-0.2 / 20) */

/* One element of the ring. */
struct frame {
	float samples[CHANNELS]; /* left and right of in, of out, and of what the slots made */
};

struct sums {
	double left, right, both; /* of squares, and of products */
};

struct side {
	struct loudness *loudness;
	struct sums hops[WINDOW_HOPS];
	float peak[2], true_peak[2]; /* falling, linear */
};

/* Energies of hops: the slots' change is measured beside their input of the same sound. */
struct change {
	struct loudness *loudness; /* of what they made */
	double in[CHANGE_HISTORY], made[CHANGE_HISTORY];
	uint32_t newest;
	float lu;
	bool known;
};

struct analysis {
	struct ring *ring;
	_Atomic uint32_t delay_frames;
	_Atomic uint64_t lost;
	_Atomic unsigned resets, reads;
	atomic_bool paused, stop;
	pthread_t thread;

	/* The thread's own. */
	uint32_t hop_frames;
	struct frame *hop;
	float *channels[CHANNELS]; /* the hop's, in the order of a frame */
	uint32_t newest;
	unsigned resets_done, reads_seen, unread_ms;
	bool is_paused;
	uint64_t lost_before_reset;
	struct side in, out;
	struct change change;

	struct analysis_values values[3];
	struct triple triple;
};

void analysis_feed(struct analysis *a, const float *const in[2], const float *const out[2],
	const double *const processed[2], uint32_t n) RT
{
	for (uint32_t start = 0; start < n; start += FEED_CHUNK) {
		struct frame frames[FEED_CHUNK];
		uint32_t part = n - start < FEED_CHUNK ? n - start : FEED_CHUNK;
		for (uint32_t i = 0; i < part; i++)
			frames[i] = (struct frame){ { in[0][start + i], in[1][start + i], out[0][start + i],
				out[1][start + i], (float)processed[0][start + i], (float)processed[1][start + i] } };
		if (!ring_write(a->ring, frames, part))
			atomic_fetch_add_explicit(&a->lost, part, memory_order_relaxed);
	}
}

static void take_hop(struct analysis *a)
{
	ring_read(a->ring, a->hop, a->hop_frames);
	for (uint32_t i = 0; i < a->hop_frames; i++)
		for (int k = 0; k < CHANNELS; k++)
			a->channels[k][i] = poison_out(a->hop[i].samples[k]);
	a->newest = (a->newest + 1) % WINDOW_HOPS;
}

static void fall(float *held, const float *peaks)
{
	for (int channel = 0; channel < 2; channel++) {
		held[channel] *= (float)FALL_PER_HOP;
		if (held[channel] < 1e-10f)
			held[channel] = 0;
		if (peaks[channel] > held[channel])
			held[channel] = peaks[channel];
	}
}

/* In sums beside each other: one alone would wait for its own last addition at every frame. Silence follows the last
 * frame, as far as it is read. */
static struct sums sum_products(const float *left, const float *right, uint32_t n)
{
	double lefts[LANES] = { 0 }, rights[LANES] = { 0 }, boths[LANES] = { 0 };
	for (uint32_t i = 0; i < n; i += LANES)
		for (uint32_t k = 0; k < LANES; k++) {
			double l = (double)left[i + k], r = (double)right[i + k];
			lefts[k] += l * l;
			rights[k] += r * r;
			boths[k] += l * r;
		}
	return (struct sums){ lefts[0] + lefts[1] + lefts[2] + lefts[3], rights[0] + rights[1] + rights[2] + rights[3],
		boths[0] + boths[1] + boths[2] + boths[3] };
}

static void measure_side(struct analysis *a, struct side *side, float *const channels[2])
{
	float peak[2], true_peak[2];
	loudness_add_channels(side->loudness, (const float *const[2]){ channels[0], channels[1] }, a->hop_frames);
	loudness_take_peaks(side->loudness, peak, true_peak);
	fall(side->peak, peak);
	fall(side->true_peak, true_peak);
	side->hops[a->newest] = sum_products(channels[0], channels[1], a->hop_frames);
}

static void note_change(struct analysis *a, float *const made[2])
{
	struct change *change = &a->change;
	loudness_add_channels(change->loudness, (const float *const[2]){ made[0], made[1] }, a->hop_frames);
	change->newest = (change->newest + 1) % CHANGE_HISTORY;
	change->in[change->newest] = loudness_newest(a->in.loudness);
	change->made[change->newest] = loudness_newest(change->loudness);
}

/* Both sides over the same sound, so it holds from its first moment on. */
static void sum_change(struct analysis *a)
{
	struct change *change = &a->change;
	uint32_t delay =
		(atomic_load_explicit(&a->delay_frames, memory_order_relaxed) + a->hop_frames / 2) / a->hop_frames;
	if (delay > CHANGE_HISTORY - CHANGE_HOPS)
		delay = CHANGE_HISTORY - CHANGE_HOPS;
	double in = 0, made = 0;
	uint32_t sounding = 0;
	for (uint32_t i = 0; i < CHANGE_HOPS; i++) {
		double energy = change->in[(change->newest + 2 * CHANGE_HISTORY - i - delay) % CHANGE_HISTORY];
		in += energy;
		made += change->made[(change->newest + CHANGE_HISTORY - i) % CHANGE_HISTORY];
		sounding += energy > SOUND_ENERGY;
	}
	if (sounding < CHANGE_LEAST_HOPS || made <= CHANGE_HOPS * SOUND_ENERGY)
		return;
	change->lu = (float)(10 * log10(made / in));
	change->known = true;
}

static float to_db(double magnitude)
{
	return magnitude > 0 ? (float)(20 * log10(magnitude)) : -INFINITY;
}

static float balance(double left, double right)
{
	if (left == right)
		return 0;
	double db = left == 0 ? BALANCE_MAX_DB : right == 0 ? -BALANCE_MAX_DB : 10 * log10(right / left);
	return (float)fmax(-BALANCE_MAX_DB, fmin(BALANCE_MAX_DB, db));
}

static void fill_window(const struct side *side, const struct analysis *a, struct analysis_side *values)
{
	struct sums sums = { 0 };
	for (int i = 0; i < WINDOW_HOPS; i++) {
		sums.left += side->hops[i].left;
		sums.right += side->hops[i].right;
		sums.both += side->hops[i].both;
	}
	double n = (double)a->hop_frames * WINDOW_HOPS, product = sqrt(sums.left) * sqrt(sums.right);
	values->rms[0] = to_db(sqrt(sums.left / n));
	values->rms[1] = to_db(sqrt(sums.right / n));
	values->correlation = product > 0 ? (float)fmax(-1, fmin(1, sums.both / product)) : 0;
	values->balance = balance(sums.left, sums.right);
}

static void fill_side(const struct side *side, const struct analysis *a, struct analysis_side *values)
{
	struct loudness_values loudness;
	loudness_read(side->loudness, &loudness);
	for (int channel = 0; channel < 2; channel++) {
		values->peak[channel] = to_db(side->peak[channel]);
		values->true_peak[channel] = to_db(side->true_peak[channel]);
		values->true_peak_max[channel] = (float)loudness.true_peak_dbtp[channel];
	}
	values->momentary = (float)loudness.momentary_lufs;
	values->short_term = (float)loudness.short_term_lufs;
	values->integrated = (float)loudness.integrated_lufs;
	values->range = (float)loudness.range_lu;
	values->momentary_max = (float)loudness.momentary_max_lufs;
	values->short_term_max = (float)loudness.short_term_max_lufs;
	fill_window(side, a, values);
}

static void publish(struct analysis *a)
{
	struct analysis_values *values = &a->values[a->triple.back];
	struct loudness_values loudness;
	loudness_read(a->in.loudness, &loudness);
	fill_side(&a->in, a, &values->in);
	fill_side(&a->out, a, &values->out);
	values->frames = loudness.frames;
	values->lost_frames = atomic_load_explicit(&a->lost, memory_order_relaxed) - a->lost_before_reset;
	values->paused = a->is_paused;
	sum_change(a);
	values->change_lu = a->change.lu;
	values->change_known = a->change.known;
	triple_publish(&a->triple);
}

/* True when something was asked that readers should see at once. */
static bool obey(struct analysis *a)
{
	unsigned resets = atomic_load_explicit(&a->resets, memory_order_relaxed);
	bool paused = atomic_load_explicit(&a->paused, memory_order_relaxed);
	if (resets == a->resets_done && paused == a->is_paused)
		return false;
	if (resets != a->resets_done) {
		a->resets_done = resets;
		a->lost_before_reset = atomic_load_explicit(&a->lost, memory_order_relaxed);
		loudness_reset(a->in.loudness);
		loudness_reset(a->out.loudness);
	}
	a->is_paused = paused;
	loudness_pause(a->in.loudness, paused);
	loudness_pause(a->out.loudness, paused);
	return true;
}

static unsigned nap_ms(struct analysis *a)
{
	unsigned reads = atomic_load_explicit(&a->reads, memory_order_relaxed);
	if (reads != a->reads_seen)
		a->unread_ms = 0;
	a->reads_seen = reads;
	if (a->unread_ms >= AWAKE_MS)
		return LONG_NAP_MS;
	a->unread_ms += NAP_MS;
	return NAP_MS;
}

/* The audio thread must not call the system, so nobody wakes this one: it looks for itself. */
static void *run(void *user)
{
	struct analysis *a = user;
	while (!atomic_load_explicit(&a->stop, memory_order_relaxed)) {
		bool news = obey(a);
		while (ring_ready(a->ring) >= a->hop_frames) {
			take_hop(a);
			measure_side(a, &a->in, a->channels);
			measure_side(a, &a->out, a->channels + 2);
			note_change(a, a->channels + 4);
			news = true;
		}
		if (news)
			publish(a);
		clock_sleep_us((int64_t)nap_ms(a) * 1000);
	}
	return NULL;
}

static void free_memory(struct analysis *a)
{
	loudness_free(a->in.loudness);
	loudness_free(a->out.loudness);
	loudness_free(a->change.loudness);
	ring_free(a->ring);
	free(a->hop);
	free(a->channels[0]);
	free(a);
}

static uint32_t ring_capacity(uint32_t frames)
{
	uint32_t capacity = 1;
	while (capacity < frames)
		capacity *= 2;
	return capacity;
}

struct analysis *analysis_new(const struct spec *spec, struct reason *reason)
{
	uint32_t rate = (uint32_t)(spec->rate + 0.5);
	struct analysis *a = aligned_alloc(64, sizeof *a);
	if (!a)
		goto no_memory;
	memset(a, 0, sizeof *a);
	a->hop_frames = (rate + HOPS_PER_S / 2) / HOPS_PER_S;
	a->ring = ring_new(ring_capacity(rate), sizeof(struct frame));
	a->hop = calloc(a->hop_frames, sizeof *a->hop);
	uint32_t padded = (a->hop_frames + LANES - 1) / LANES * LANES;
	a->channels[0] = calloc(padded, CHANNELS * sizeof *a->channels[0]);
	a->in.loudness = loudness_new(rate, 2);
	a->out.loudness = loudness_new(rate, 2);
	a->change.loudness = loudness_new(rate, 2);
	if (!a->ring || !a->hop || !a->channels[0] || !a->in.loudness || !a->out.loudness || !a->change.loudness)
		goto no_memory;
	for (int k = 1; k < CHANNELS; k++)
		a->channels[k] = a->channels[0] + (size_t)k * padded;
	loudness_skip_peaks(a->change.loudness);
	loudness_pause(a->change.loudness, 1); /* of it only the hops are wanted */
	/* One before they wrap: every run crosses it. */
	a->resets_done = a->reads_seen = UINT_MAX;
	atomic_init(&a->resets, UINT_MAX);
	atomic_init(&a->reads, UINT_MAX);
	triple_init(&a->triple);
	publish(a);
	if (thread_start(&a->thread, "analysis", run, a, reason) == STATUS_OK)
		return a;
	free_memory(a);
	return NULL;

no_memory:
	reason_set(reason, STATUS_NO_MEMORY, "no memory for the analysis");
	if (a)
		free_memory(a);
	return NULL;
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	atomic_store_explicit(&a->stop, true, memory_order_relaxed);
	pthread_join(a->thread, NULL);
	free_memory(a);
}

void analysis_read(struct analysis *a, struct analysis_values *values)
{
	atomic_fetch_add_explicit(&a->reads, 1, memory_order_relaxed);
	*values = a->values[triple_read(&a->triple, NULL)];
}

void analysis_set_delay(struct analysis *a, uint32_t frames)
{
	atomic_store_explicit(&a->delay_frames, frames, memory_order_relaxed);
}

void analysis_reset(struct analysis *a)
{
	atomic_fetch_add_explicit(&a->resets, 1, memory_order_relaxed);
}

void analysis_pause(struct analysis *a, bool paused)
{
	atomic_store_explicit(&a->paused, paused, memory_order_relaxed);
}
